// Sparse dictionaries at equal sparsity: TopK and JumpReLU against L1, on MNIST and Fashion-MNIST. The claim of Gao et al.
// (2024), "Scaling and evaluating sparse autoencoders" (figure 2), and of Rajamanoharan et al. (2024), "Jumping ahead"
// (figure 2), for language models' activations: at as many active units, both explain more than L1; and with care few units die.
//
//     node bench/papers/dictionary.mjs --data FOLDER --fashion FOLDER [--side 28|14] [--quick] [--write] [--checkpoints FOLDER]
//
// A dictionary of 16 units for each pixel; images of 28 × 28, or their means over 2 × 2 blocks. All methods get the same
// steps, cut into stages; between stages the penalty of L1 and JumpReLU is moved until as many units are active as TopK has.
import { createAutoencoder } from '../../dist/autoencoders/index.js'
import * as g from '../../dist/graph/index.js'
import { apply, eachBlock } from './lib/apply.mjs'
import { firstRows, halved, pixelSpace, range, readImages } from './lib/idx.mjs'
import { dataFolder, readOptions, report, stopwatch, table } from './lib/report.mjs'
import { trainFor } from './lib/training.mjs'

const options = readOptions({
  fashion: { type: 'string' },
  side: { type: 'string', default: '14' },
  k: { type: 'string', default: '16' },
})
const { quick, seed, threads } = options
const side = Number(options.side)
const k = Number(options.k)
const expansion = 16
const stages = 10
const epochs = quick ? 1 : 10
const batchSize = 256

const space = pixelSpace(side)
const latent = expansion * space.width
/** First penalties; where they end is found. */
const methods = { topK: undefined, jumpRelu: 0.05, l1: 0.1 }

const elapsed = stopwatch()
const folders = {
  MNIST: dataFolder(options),
  ...(options.fashion !== undefined && { 'Fashion-MNIST': options.fashion }),
}
const rows = []
const penalties = []
for (const [dataset, folder] of Object.entries(folders)) {
  const read = readImages(folder)
  const [train, test] = [prepared(read.train), prepared(read.test)]
  for (const method of Object.keys(methods)) {
    const { measured, penalty } = await learn(`dictionary-${side}-${dataset}-${method}`, method, train, test)
    rows.push([
      dataset,
      method,
      measured.l0.toFixed(1),
      (100 * measured.explained).toFixed(2),
      (100 * measured.dead).toFixed(2),
    ])
    if (penalty !== undefined) penalties.push(`${dataset} ${method} ${penalty.toPrecision(3)}`)
    console.log(rows.at(-1).join('  '))
  }
}
report(
  {
    title: `Sparse dictionaries at equal sparsity, ${side} × ${side} pixels${quick ? ' (quick)' : ''}`,
    lines: [
      'Gao et al. (2024) and Rajamanoharan et al. (2024): at equal sparsity TopK and JumpReLU explain more than L1. Wanted here besides: less than 5 % of units dead.',
      '',
      table([['data', 'method', 'active units', 'variance explained %', 'dead units %'], ...rows]),
      '',
      `${space.width} pixels, ${latent.toLocaleString('en')} units (${expansion} a pixel), k = ${k}. Active units and variance of test images; dead: active in none of the ` +
        `training images. Seed ${seed}, ${threads} thread, ${epochs} epochs in ${stages} stages, Adam 1e-3, batch ${batchSize}, linear decay over the stages; penalties found: ${penalties.join(', ')}.`,
    ],
    took: elapsed(),
  },
  options,
)

function prepared(part) {
  const some = quick ? firstRows(part, Math.min(part.rows, 10_000)) : part
  return side === 28 ? some : { ...some, images: halved(some.images, 28) }
}

/** Trains in stages; the penalty goes toward as many active units as TopK has. */
async function learn(name, method, train, test) {
  let [penalty, weights, measured] = [methods[method], undefined, undefined]
  for (let stage = 0; stage < stages; stage++) {
    const autoencoder = createAutoencoder({
      kind: 'sparse',
      space,
      options: { hidden: [], latent, method, ...(method === 'topK' ? { k } : { penalty }) },
    })
    const result = await trainFor(
      {
        name: `${name}-${stage}`,
        autoencoder,
        data: {
          rows: train.rows,
          features: train.images,
          training: range(0, train.rows),
          validation: range(0, 0),
        },
        ...(weights !== undefined && { initial: weights }),
        epochs: epochs / stages,
        evaluations: 1,
        batchSize,
        learningRate: 1e-3 * (1 - stage / stages),
        schedule: 'constant',
      },
      options,
    )
    weights = result.weights
    const last = stage === stages - 1
    measured = await measure(autoencoder, weights, last ? test : firstRows(test, Math.min(2000, test.rows)))
    console.log(
      `${name}, stage ${stage}: penalty ${penalty}, active ${measured.l0.toFixed(1)}, explained ${measured.explained.toFixed(4)}`,
    )
    if (last) measured.dead = await deadShare(autoencoder, weights, train)
    else if (penalty !== undefined) penalty *= Math.min(2, Math.max(1 / 2, Math.sqrt(measured.l0 / k)))
  }
  return { measured, penalty }
}

/** Mean number of active units, and share of the pixels' variance that is explained. */
async function measure(autoencoder, weights, { images, rows: count }) {
  const sums = await apply(
    (features, context) => {
      const code = autoencoder.encode({ features }, context)
      const active = g.reduceSum(g.cast(g.greater(code, 0), 'float32'), { axes: [1], keepDims: true })
      const rest = g.sub(features, autoencoder.decode(code, context))
      return g.concat([active, g.reduceSumSquare(rest, { axes: [1], keepDims: true })], 1)
    },
    { parameters: autoencoder.parameters, weights, features: images, rows: count },
  )
  const sum = (offset) => sums.reduce((total, value, i) => total + (i % 2 === offset ? value : 0), 0)
  return { l0: sum(0) / count, explained: 1 - sum(1) / (variance(images, count) * count) }
}

/** Sum over pixels of their variance. */
function variance(images, count) {
  const width = images.length / count
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)]
  images.forEach((value, i) => {
    sums[i % width] += value
    squares[i % width] += value * value
  })
  return squares.reduce((total, square, i) => total + square / count - (sums[i] / count) ** 2, 0)
}

/** Share of units that no image makes active. */
async function deadShare({ parameters, encode }, weights, { images, rows: count }) {
  const alive = new Uint8Array(latent)
  await eachBlock(
    (features, context) => g.reduceMax(encode({ features }, context), { axes: [0] }),
    { parameters, weights, features: images, rows: count },
    (largest) => largest.forEach((value, unit) => (alive[unit] |= value > 0 ? 1 : 0)),
  )
  return 1 - alive.reduce((a, b) => a + b, 0) / latent
}
