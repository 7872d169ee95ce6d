/** How far the codes of all rows together are from N(0, I), before and after a training. */
import {
  createAutoencoder,
  type AutoencoderDescription,
  type FeatureSpace,
} from '../../src/autoencoders/index.js'
import { randomFor } from '../../src/base/index.js'
import { nodeEngine } from '../../src/engine/node.js'
import * as g from '../../src/graph/index.js'
import { defaultTraining, type TrainingOptions, type Weights } from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'

/** Moments of codes. */
export interface Moments {
  readonly mean: readonly number[]
  /** `[latent][latent]` */
  readonly covariance: readonly (readonly number[])[]
  /** Largest difference of any mean from 0 or of any covariance from that of N(0, I). */
  readonly worst: number
}

const rows = 512
const width = 6

/** Numbers far from standard normal in every direction: two bent factors, shifted. */
function features(): Float32Array {
  const stream = randomFor(7, 'aggregate')
  const data = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const [a, b] = [stream.normal(), 2 * stream.uniform() - 1]
    data.set([a + 2, b, a * b, a - b + 1, Math.sin(2 * a), 0.5 * a + b], row * width)
  }
  return data
}

/** Trains the autoencoder that is described, and compares codes of its rows at the first step and at the end. */
export async function momentsWhileTraining(
  describe: (space: FeatureSpace) => AutoencoderDescription,
  options: Partial<TrainingOptions>,
): Promise<{
  readonly before: Moments
  readonly after: Moments
  readonly reconstruction: readonly number[]
}> {
  const columns = Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
  const description = describe({ width, numericCount: width, columns })
  const data = features()
  const train = (steps: number, learningRate: number) =>
    trainHere({
      autoencoder: description,
      data: {
        rows,
        features: data,
        training: Int32Array.from({ length: rows }, (_, i) => i),
        validation: new Int32Array(0),
      },
      options: { ...defaultTraining, batchSize: 128, threads: 1, ...options, steps, learningRate },
    })
  const [first, last] = [
    await train(1, 1e-9),
    await train(options.steps ?? 1000, options.learningRate ?? 5e-3),
  ]
  const { points } = last.record
  return {
    before: await momentsOf(description, first.weights, data),
    after: await momentsOf(description, last.weights, data),
    reconstruction: [points[0]!, points.at(-1)!].map(({ parts }) => parts['reconstruction']!),
  }
}

async function momentsOf(
  description: AutoencoderDescription,
  weights: Weights,
  data: Float32Array,
): Promise<Moments> {
  const autoencoder = createAutoencoder(description)
  const context = {
    weight: (name: string) => {
      const { shape } = autoencoder.parameters.find((parameter) => parameter.name === name)!
      return g.constant(g.floats(weights[name]!, shape))
    },
  }
  const codes = autoencoder.encode({ features: g.input('features', 'float32', ['batch', width]) }, context)
  const program = await nodeEngine.compile(g.graph({ codes }))
  const found = await program.run({ features: g.floats(data, [rows, width]) })
  await program.dispose()
  return summaryOf(found['codes']!.data as Float32Array, autoencoder.latent)
}

function summaryOf(codes: Float32Array, latent: number): Moments {
  const units = [...Array(latent).keys()]
  const average = (of: (row: number) => number): number =>
    Array.from({ length: rows }, (_, row) => of(row)).reduce((a, b) => a + b, 0) / rows
  const mean = units.map((unit) => average((row) => codes[row * latent + unit]!))
  const covariance = units.map((a) =>
    units.map((b) =>
      average((row) => (codes[row * latent + a]! - mean[a]!) * (codes[row * latent + b]! - mean[b]!)),
    ),
  )
  const differences = [
    ...mean,
    ...covariance.flatMap((line, a) => line.map((value, b) => value - Number(a === b))),
  ]
  return { mean, covariance, worst: Math.max(...differences.map(Math.abs)) }
}
