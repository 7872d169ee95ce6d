// Makhzani & Frey (2013), "k-sparse autoencoders", Table 1: 1,000 hidden units, k = 25, a logistic regression on the code of
// MNIST, without fine-tuning: 1.35 % test error.
//
//     node bench/papers/k-sparse.mjs --data FOLDER [--quick] [--write] [--checkpoints FOLDER]
//
// As in the paper: a linear code of which only the k largest units stay, k lowered in steps while training (section 4.2.1), and
// more than k units, α · k, kept when encoding for the classifier (section 2.1); α and the classifier's decay are chosen on
// 10,000 held-out images. Other than in the paper: Adam, and fewer epochs.
import { createAutoencoder } from '../../dist/autoencoders/index.js'
import { apply } from './lib/apply.mjs'
import { classifier, errorPercent, labelled, twoErrors } from './lib/classifier.mjs'
import { firstRows, pixelSpace, range, readImages, splitOf } from './lib/idx.mjs'
import { dataFolder, readOptions, report, stopwatch, table } from './lib/report.mjs'
import { trainFor } from './lib/training.mjs'

const [units, k, published] = [1000, 25, 1.35]
const grid = { factors: [1, 2, 3, 4, 6], decays: [1e-5, 1e-4, 1e-3] }

const options = readOptions()
const { quick, seed, threads } = options
/** Sparsity by stage, and its epochs. */
const stages = quick
  ? [[25, 1]]
  : [
      [100, 8],
      [50, 8],
      [25, 32],
    ]
const tuningEpochs = quick ? 4 : 30

const elapsed = stopwatch()
const read = readImages(dataFolder(options))
const train = quick ? firstRows(read.train, 12_000) : read.train
const { test } = read
const space = pixelSpace()
const split = splitOf(train)

const describe = (active, inferenceFactor = 1) =>
  createAutoencoder({
    kind: 'sparse',
    space,
    options: {
      hidden: [],
      latent: units,
      method: 'topK',
      k: active,
      inferenceFactor,
      codeActivation: 'linear',
      tied: true,
    },
  })

let weights
for (const [stage, [active, epochs]] of stages.entries()) {
  const last = stage === stages.length - 1
  const result = await trainFor(
    {
      name: `k-sparse-${stage}-${active}`,
      autoencoder: describe(active),
      data: { rows: train.rows, features: train.images, training: split.training, validation: range(0, 0) },
      ...(weights !== undefined && { initial: weights }),
      epochs,
      learningRate: 1e-3,
      schedule: last ? 'cosine' : 'constant',
    },
    options,
  )
  weights = result.weights
}

const outcomes = []
for (const factor of grid.factors) {
  const model = describe(k, factor)
  const encoded = async ({ images, labels, rows }) => ({
    rows,
    labels,
    images: await apply((features, context) => model.encode({ features }, context), {
      parameters: model.parameters,
      weights,
      features: images,
      rows,
    }),
  })
  const [codes, testCodes] = [await encoded(train), await encoded(test)]
  const scale = 1 / deviationOf(codes.images)
  for (const part of [codes, testCodes]) part.images.forEach((value, i) => (part.images[i] = value * scale))
  for (const decay of grid.decays)
    outcomes.push({ factor, decay, ...(await regress(codes, testCodes, factor, decay)) })
}
const best = outcomes.toSorted((a, b) => a.heldOut - b.heldOut)[0]
report(
  {
    title: `k-sparse autoencoder on MNIST${quick ? ' (quick)' : ''}`,
    lines: [
      table([
        ['Makhzani & Frey (2013), Table 1', 'published', 'obtained'],
        [
          `${units} units, k = ${k}, logistic regression: error %`,
          published,
          `${best.error.toFixed(2)} ± ${twoErrors(best.error, test.rows).toFixed(2)}`,
        ],
      ]),
      '',
      `± two standard errors of a share of 10,000. Seed ${seed}, ${threads} thread; k by epochs: ${stages.map(([active, epochs]) => `${active} for ${epochs}`).join(', ')} ` +
        `(Adam 1e-3, batch 100); logistic regression of at most ${tuningEpochs} epochs, the one of the least held-out error. Tried, and chosen by the held-out error:`,
      '',
      table([
        ['units kept when encoding', 'decay', 'held-out error %', ''],
        ...outcomes.map((outcome) => [
          outcome.factor * k,
          outcome.decay,
          outcome.heldOut.toFixed(2),
          outcome === best ? 'chosen' : '',
        ]),
      ]),
    ],
    took: elapsed(),
  },
  options,
)

async function regress(codes, testCodes, factor, decay) {
  const model = classifier({ inputs: units, decay })
  const result = await trainFor(
    {
      name: `k-sparse-regression-${factor}-${decay}`,
      autoencoder: model,
      data: { rows: codes.rows, features: labelled(codes), ...split },
      epochs: tuningEpochs,
      evaluations: tuningEpochs,
      learningRate: 3e-3,
    },
    { ...options, checkpoints: undefined },
  )
  const [first, last] = [split.validation[0], split.validation.at(-1) + 1]
  const held = {
    rows: last - first,
    images: codes.images.subarray(first * units, last * units),
    labels: codes.labels.subarray(first, last),
  }
  return {
    heldOut: await errorPercent(model, result.weights, held),
    error: await errorPercent(model, result.weights, testCodes),
  }
}

/** Root of the mean square of all codes, so that one learning rate suits every α. */
function deviationOf(values) {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length) || 1
}
