/** One backward pass over given rows: how long the gradient of the training loss is at every parameter. */
import { createNoise, type Engine, type Kernels } from '../engine/index.js'
import { tensor, type Tensor } from '../graph/index.js'
import { batchFeeds, dataTensors, trainingStep } from '../training/index.js'
import type { Opened, Rows, Trained } from './trained.js'

/** Euclidean length of the gradient of the mean training loss, by parameter. */
export async function gradientNormsAt(
  trained: Trained,
  { autoencoder }: Opened,
  rows: Rows,
  { engine, kernels, seed }: { readonly engine: Engine; readonly kernels: Kernels; readonly seed: number },
): Promise<Readonly<Record<string, number>>> {
  const step = trainingStep(trained.autoencoder, rows)
  const known = autoencoder.parameters.filter(({ name }) => trained.weights[name] !== undefined)
  if (rows.rows === 0 || known.length < autoencoder.parameters.length) return {}
  const parameters = Object.fromEntries(
    known.map(({ name, shape }): [string, Tensor] => [
      `parameter.${name}`,
      tensor('float32', shape, trained.weights[name]!),
    ]),
  )
  const none = new Int32Array(0)
  const data = dataTensors({ ...rows, training: none, validation: none })
  const { feeds, fill } = batchFeeds(step, { ...data, ...parameters })(rows.rows)
  fill(
    Int32Array.from({ length: rows.rows }, (_, i) => i),
    createNoise(seed, kernels),
    1,
  )
  const program = await engine.compile(step.graph)
  try {
    const outputs = await program.run(feeds)
    return Object.fromEntries(
      known
        .filter(({ buffer }) => buffer !== true)
        .map(({ name }) => [name, euclidean(outputs[`gradient.${name}`]!.data as Float32Array)]),
    )
  } finally {
    await program.dispose()
  }
}

const euclidean = (slopes: Float32Array): number =>
  Math.sqrt(slopes.reduce((sum, slope) => sum + slope * slope, 0))
