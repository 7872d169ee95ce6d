// Rifai, Vincent, Muller, Glorot & Bengio (2011), "Contractive auto-encoders", Table 1, MNIST: 1,000 sigmoid units with tied
// weights, pretrained in four ways, then a classifier that starts from them; test error, mean norm of the encoder's
// Jacobian and share of saturated units before fine-tuning.
//
//     node bench/papers/contractive.mjs --data FOLDER [--only cae,dae] [--quick] [--write] [--checkpoints FOLDER]
//
// As in the paper: 50,000 images to learn from, 10,000 to choose by, 10,000 to test once. Other than in the paper: Adam in
// place of stochastic gradient descent, tens of epochs, and short grids.
import { classifier, errorPercent, labelled, twoErrors } from './lib/classifier.mjs'
import { firstRows, pixelSpace, range, readImages, splitOf } from './lib/idx.mjs'
import { contractionOf, oneLayer } from './lib/one-layer.mjs'
import { dataFolder, readOptions, report, stopwatch, table } from './lib/report.mjs'
import { trainFor } from './lib/training.mjs'

/** Published: test error in %, mean ‖J‖_F · 10⁴ in the paper's unit, saturated units in %; and what is tried here. */
const models = {
  cae: {
    name: 'CAE',
    published: [1.14, 0.73, 86.36],
    grid: [{ contraction: 1 }, { contraction: 3 }],
  },
  dae: {
    name: 'DAE-g',
    published: [1.18, 0.86, 17.77],
    grid: [{ noise: 0.5 }, { noise: 0.7 }],
  },
  wd: {
    name: 'AE + weight decay',
    published: [1.68, 5.0, 12.97],
    grid: [{ weightDecay: 0.3 }],
  },
  ae: { name: 'AE', published: [1.78, 17.5, 49.9], grid: [{}] },
}

const options = readOptions({ only: { type: 'string', default: Object.keys(models).join(',') } })
const { quick, seed, threads } = options
const epochs = quick ? { pretraining: 1, tuning: 2 } : { pretraining: 30, tuning: 30 }
const units = 1000
/** Learning rates of the fine-tuning: a small one stays near what was pretrained. */
const tuningRates = [1e-3, 3e-4]

const elapsed = stopwatch()
const read = readImages(dataFolder(options))
const train = quick ? firstRows(read.train, 12_000) : read.train
const { test } = read
const space = pixelSpace()
const split = splitOf(train)
const held = heldOutPart()
const labels = labelled(train)
const lines = []
const tried = []
for (const key of options.only.split(',')) {
  const { name, published, grid } = models[key]
  let best
  for (const [i, choice] of grid.entries()) {
    const outcome = await attempt(`${key}-${i}`, choice)
    tried.push([
      name,
      JSON.stringify(choice),
      outcome.learningRate,
      ...[outcome.heldOut, outcome.norm, outcome.saturated].map((x) => x.toFixed(2)),
    ])
    console.log(tried.at(-1).join('  '))
    if (best === undefined || outcome.heldOut < best.heldOut) best = { ...outcome, choice }
  }
  const error = await errorPercent(best.model, best.weights, test)
  console.log(`${name}: test error ${error.toFixed(2)} %`)
  const [publishedError, publishedNorm, publishedSaturated] = published
  lines.push([
    name,
    publishedError.toFixed(2),
    `${error.toFixed(2)} ± ${twoErrors(error, test.rows).toFixed(2)}`,
    publishedNorm,
    best.norm.toFixed(2),
    publishedSaturated,
    best.saturated.toFixed(1),
    JSON.stringify(best.choice),
  ])
}
report(
  {
    title: `Contractive and denoising autoencoders on MNIST${quick ? ' (quick)' : ''}`,
    lines: [
      'Rifai et al. (2011), Table 1.',
      '',
      table([
        [
          '784-1000, sigmoid, tied',
          'error %, published',
          'obtained',
          '‖J‖ · 10⁴, published',
          'mean ‖J‖_F, obtained',
          'saturated %, published',
          'obtained',
          'chosen',
        ],
        ...lines,
      ]),
      '',
      '± two standard errors of a share of 10,000. The unit of the published norm is not said in the paper: its order is what compares. ' +
        `Norm and saturation over the held-out rows before fine-tuning. Seed ${seed}, ${threads} thread, ${epochs.pretraining} epochs of ` +
        `pretraining (Adam 1e-3, cosine, batch 100), at most ${epochs.tuning} of fine-tuning (Adam at ${tuningRates.join(' or ')}, cosine, batch 100; the rate and the epoch of the ` +
        'least held-out error), choice by the error on the held-out rows:',
      '',
      table([
        ['tried', 'option', 'rate of tuning', 'held-out error %', 'mean ‖J‖_F', 'saturated %'],
        ...tried,
      ]),
    ],
    took: elapsed(),
  },
  options,
)

/** Pretrains, measures, fine-tunes. */
async function attempt(name, { weightDecay = 0, ...choice }) {
  const autoencoder = oneLayer(space, { units, ...choice })
  const pretrained = await trainFor(
    {
      name: `${name}-pretraining`,
      autoencoder,
      data: { rows: train.rows, features: train.images, training: split.training, validation: range(0, 0) },
      epochs: epochs.pretraining,
      weightDecay,
      learningRate: 1e-3,
    },
    options,
  )
  const measured = await contractionOf(autoencoder, pretrained.weights, held)
  console.log(`${name}: mean norm ${measured.norm.toFixed(3)}, saturated ${measured.saturated.toFixed(1)} %`)
  const model = classifier({ inputs: space.width, hidden: units })
  const tuned = []
  for (const learningRate of tuningRates) {
    const { weights } = await trainFor(
      {
        name: `${name}-tuning-${learningRate}`,
        autoencoder: model,
        data: { rows: train.rows, features: labels, ...split },
        initial: pretrained.weights,
        epochs: epochs.tuning,
        evaluations: epochs.tuning,
        learningRate,
      },
      options,
    )
    tuned.push({ weights, learningRate, heldOut: await errorPercent(model, weights, held) })
  }
  const [best] = tuned.toSorted((a, b) => a.heldOut - b.heldOut)
  return { model, ...best, ...measured }
}

function heldOutPart() {
  const [first, last] = [split.validation[0], split.validation.at(-1) + 1]
  return {
    rows: last - first,
    images: train.images.subarray(first * space.width, last * space.width),
    labels: train.labels.subarray(first, last),
  }
}
