/** Layer by layer pretraining: where it starts, what it places, resumption, and what it refuses. */
import { describe, expect, it } from 'vitest'
import type { AutoencoderDescription, FeatureSpace } from '../autoencoders/index.js'
import { randomFor, type Progress } from '../base/index.js'
import { trainHere } from './node.js'
import { defaultTraining, type CheckpointStore, type TrainingTask } from './options.js'

const rows = 400
const space: FeatureSpace = {
  width: 8,
  numericCount: 6,
  columns: [
    ...Array.from({ length: 6 }, (_, i) => ({ name: `x${i}`, start: i, width: 1 })),
    { name: 'c', start: 6, width: 2 },
  ],
}

/** Six numbers and a category on a curved surface of two dimensions. */
function features(): Float32Array {
  const stream = randomFor(1, 'rows')
  const all = new Float32Array(rows * 8)
  for (let row = 0; row < rows; row++) {
    const [a, b] = [stream.normal(), stream.normal()]
    const numbers = [a, b, Math.sin(2 * a), a * b * 0.5, a - b, Math.cos(b)]
    all.set([...numbers.map((x) => x + 0.05 * stream.normal()), Number(a > 0), Number(a <= 0)], row * 8)
  }
  return all
}

type Options = Partial<TrainingTask['options']>

function task(autoencoder: AutoencoderDescription, options: Options): TrainingTask {
  const numbers = Int32Array.from({ length: rows }, (_, i) => i)
  return {
    autoencoder,
    data: {
      rows,
      features: features(),
      training: numbers.subarray(0, 320),
      validation: numbers.subarray(320),
    },
    options: {
      ...defaultTraining,
      ...{ steps: 1, batchSize: 64, learningRate: 5e-3, warmupSteps: 0, threads: 1 },
      ...options,
    },
  }
}

const deep = { hidden: [32, 16, 8], latent: 4 } as const
const descriptions: readonly (readonly [string, AutoencoderDescription])[] = [
  ['relu', { kind: 'undercomplete', space, options: deep }],
  [
    'sigmoid, tied',
    { kind: 'undercomplete', space, options: { ...deep, activation: 'sigmoid', tied: true } },
  ],
  [
    'tanh, masks read',
    { kind: 'undercomplete', space, options: { ...deep, activation: 'tanh', readsMask: true } },
  ],
  ['denoising', { kind: 'denoising', space, options: { hidden: [32, 16], latent: 16 } }],
  [
    'denoising, masked',
    { kind: 'denoising', space, options: { hidden: [32, 16], latent: 16, noise: 'masking' } },
  ],
  ['contractive', { kind: 'contractive', space, options: { ...deep, weight: 1e-3 } }],
  ['sparse', { kind: 'sparse', space, options: { hidden: [32, 16], latent: 16, k: 4 } }],
]

describe('a deep network', () => {
  it.each(descriptions)('starts from a lower loss (%s)', async (_, description) => {
    const lossAfterOneStep = async (pretrainSteps: number): Promise<number> => {
      const { record } = await trainHere(task(description, { pretrainSteps }))
      return record.points[0]!.validationLoss!
    }
    expect(await lossAfterOneStep(300)).toBeLessThan(0.75 * (await lossAfterOneStep(0)))
  })

  it('gets the same weights when it is interrupted before and after, and says how far it is', async () => {
    const options = { steps: 400, pretrainSteps: 200, evaluateEvery: 50 }
    const undisturbed = await trainHere(task(descriptions[0]![1], options))
    for (const phase of ['pretraining', 'training']) {
      let saved: Uint8Array | undefined
      const checkpoint: CheckpointStore = {
        load: () => Promise.resolve(saved),
        save: (state) => {
          saved = state
          return Promise.resolve()
        },
      }
      const stop = new AbortController()
      const seen: Progress[] = []
      const onProgress = (progress: Progress): void => {
        seen.push(progress)
        if (progress.phase === phase) stop.abort()
      }
      await expect(
        trainHere(task(descriptions[0]![1], options), { checkpoint, signal: stop.signal, onProgress }),
      ).rejects.toMatchObject({ code: 'HG_INTERRUPTED' })
      if (phase === 'training') expect(saved).toBeDefined() // pretraining may be over when the request is noticed
      const resumed = await trainHere(task(descriptions[0]![1], options), { checkpoint })
      expect(resumed.weights).toEqual(undisturbed.weights)
      expect(resumed.record.points).toEqual(undisturbed.record.points)
      const layers = seen.filter((progress) => progress.phase === 'pretraining')
      expect(layers[0]!.detail).toMatch(/^layer 1 of 4, step \d+ of 200/)
      layers.forEach(({ fraction }, i) =>
        expect(fraction).toBeGreaterThanOrEqual(layers[i - 1]?.fraction ?? 0),
      )
    }
  })

  it('keeps first values that were given', async () => {
    const bias = Float32Array.from({ length: 32 }, (_, i) => 100 + i)
    const given = { ...task(descriptions[0]![1], { pretrainSteps: 5 }), initial: { 'encoder.0.bias': bias } }
    const { weights } = await trainHere(given)
    weights['encoder.0.bias']!.forEach((value, i) => expect(Math.abs(value - bias[i]!)).toBeLessThan(0.1))
  })
})

describe('pretraining refuses', () => {
  const refused = (autoencoder: AutoencoderDescription, options: Options = {}) =>
    expect(trainHere(task(autoencoder, { pretrainSteps: 5, ...options }))).rejects
  it('what is no stack of dense layers', async () => {
    await refused({ kind: 'undercomplete', space, options: { hidden: [], latent: 2 } }).toThrow(/one layer/)
    await refused({ kind: 'masked', space, options: deep }).toThrow(/not for masked/)
    await refused({
      kind: 'undercomplete',
      space,
      options: { ...deep, network: 'attention' },
    }).toThrow(/the network is attention/)
  })

  it('half a step', async () => {
    await refused(descriptions[0]![1], { pretrainSteps: 0.5 }).toThrow(/pretrainSteps must be a whole number/)
  })
})
