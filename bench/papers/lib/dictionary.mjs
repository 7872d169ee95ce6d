// Sparse dictionaries learned to a wanted sparsity, and what is measured of them.
import { createAutoencoder } from '../../../dist/autoencoders/index.js'
import * as g from '../../../dist/graph/index.js'
import { apply, eachBlock } from './apply.mjs'
import { range } from './idx.mjs'
import { trainFor } from './training.mjs'

/** First penalties; where they end is found. TopK has none. */
const firstPenalty = { topK: undefined, jumpRelu: 0.05, l1: 0.1 }

/**
 * Trains a sparse autoencoder without hidden layers in stages; between stages the penalty is moved toward `k` active
 * units on the held-out rows, so that methods compare at equal sparsity. TopK is trained in the same stages.
 *
 * @param setting `name`, `space`, `latent`, `method`, `k`, `epochs` in all, `stages`, `revival` (the kind's options
 *   for dead units), and options of the training
 * @param parts `train` with its `split`, and `test`
 * @param run as for `trainFor`
 * @returns the last `penalty`, and `measured` on the test images: `l0`, `explained`, and `dead` over the training images
 */
export async function learnDictionary(setting, { train, split, test }, run) {
  const { name, space, latent, method, k, epochs, stages, learningRate, revival = {}, ...options } = setting
  const held = rowsOf(train, split.validation)
  let [penalty, weights, autoencoder] = [firstPenalty[method], undefined, undefined]
  for (let stage = 0; stage < stages; stage++) {
    const own = method === 'topK' ? { k } : { penalty }
    autoencoder = createAutoencoder({
      kind: 'sparse',
      space,
      options: { hidden: [], latent, method, ...own, ...revival },
    })
    const result = await trainFor(
      {
        name: `${name}-${stage}`,
        autoencoder,
        data: { rows: train.rows, features: train.images, training: split.training, validation: range(0, 0) },
        ...(weights !== undefined && { initial: weights }),
        epochs: epochs / stages,
        evaluations: 1,
        ...options,
        learningRate: learningRate * (1 - stage / stages),
        schedule: 'constant',
      },
      run,
    )
    weights = result.weights
    if (penalty === undefined || stage === stages - 1) continue
    const { l0, explained } = await sparsityOf(autoencoder, weights, held)
    const say = run.say ?? console.log
    say(
      `${name}, stage ${stage}: penalty ${penalty.toPrecision(3)}, active ${l0.toFixed(1)}, explained ${explained.toFixed(4)}`,
    )
    // The square root and the bounds keep it from overshooting: units need steps to follow.
    penalty *= Math.min(2, Math.max(1 / 2, Math.sqrt(l0 / k)))
  }
  const dead = await deadShare(autoencoder, weights, train)
  return { penalty, measured: { ...(await sparsityOf(autoencoder, weights, test)), dead } }
}

/** Neighbouring rows of a part. */
function rowsOf({ images, rows }, numbers) {
  const width = images.length / rows
  const [first, last] = [numbers[0], numbers.at(-1) + 1]
  return { rows: last - first, images: images.subarray(first * width, last * width) }
}

/** Mean number of active units, and share of the pixels' variance that is explained. */
async function sparsityOf({ parameters, encode, decode }, weights, { images, rows }) {
  const sums = await apply(
    (features, context) => {
      const code = encode({ features }, context)
      const active = g.reduceSum(g.cast(g.greater(code, 0), 'float32'), { axes: [1], keepDims: true })
      const rest = g.sub(features, decode(code, context))
      return g.concat([active, g.reduceSumSquare(rest, { axes: [1], keepDims: true })], 1)
    },
    { parameters, weights, features: images, rows },
  )
  const sum = (offset) => sums.reduce((total, value, i) => total + (i % 2 === offset ? value : 0), 0)
  return { l0: sum(0) / rows, explained: 1 - sum(1) / (variance(images, rows) * rows) }
}

/** Sum over pixels of their variance. */
function variance(images, rows) {
  const width = images.length / rows
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)]
  images.forEach((value, i) => {
    sums[i % width] += value
    squares[i % width] += value * value
  })
  return squares.reduce((total, square, i) => total + square / rows - (sums[i] / rows) ** 2, 0)
}

/** Share of units that no image makes active. */
async function deadShare({ parameters, encode, latent }, weights, { images, rows }) {
  const alive = new Uint8Array(latent)
  await eachBlock(
    (features, context) => g.reduceMax(encode({ features }, context), { axes: [0] }),
    { parameters, weights, features: images, rows },
    (largest) => largest.forEach((value, unit) => (alive[unit] |= value > 0 ? 1 : 0)),
  )
  return 1 - alive.reduce((a, b) => a + b, 0) / latent
}
