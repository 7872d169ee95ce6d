/**
 * Sparse and vector-quantised codes as they are trained: a planted dictionary is found by a code sixteen times as wide as
 * the data, a codebook comes to life, and buffers go on from a checkpoint bit for bit.
 */
import { describe, expect, it } from 'vitest'
import type { AutoencoderDescription, KindOptions } from '../../src/autoencoders/index.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import { nodeEngine } from '../../src/engine/node.js'
import { floats, inputNameOf, sizeOf, tensor, type Tensor } from '../../src/graph/index.js'
import {
  defaultTraining,
  trainingStep,
  type CheckpointStore,
  type TrainingOptions,
  type TrainingTask,
} from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'
import { numericSpace } from '../support/objectives.js'

const [width, atoms, active, rows] = [16, 32, 3, 4000]

/** Rows that are sums of three of 32 random directions, with weights from 1 to 3. */
function planted() {
  const stream = randomFor(7, 'dictionary')
  const dictionary = Array.from({ length: atoms }, () => {
    const direction = Array.from({ length: width }, () => stream.normal())
    return direction.map((value) => value / Math.hypot(...direction))
  })
  const features = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    for (let each = 0; each < active; each++) {
      const [atom, weight] = [dictionary[stream.below(atoms)]!, 1 + 2 * stream.uniform()]
      atom.forEach((value, i) => (features[row * width + i]! += weight * value))
    }
  }
  return { dictionary, features }
}

const { dictionary, features } = planted()

const task = (
  kind: 'sparse' | 'vectorQuantised',
  options: Partial<KindOptions['sparse']> | Partial<KindOptions['vectorQuantised']>,
  training: Partial<TrainingOptions>,
): TrainingTask => {
  const numbers = Int32Array.from({ length: rows }, (_, i) => i)
  return {
    autoencoder: {
      kind,
      space: numericSpace(width),
      options: { hidden: [], latent: 16, ...options },
    } as AutoencoderDescription,
    data: { rows, features, training: numbers.subarray(0, 3600), validation: numbers.subarray(3600) },
    options: {
      ...defaultTraining,
      batchSize: 128,
      weightDecay: 0,
      threads: 1,
      evaluateEvery: 100,
      ...training,
    },
  }
}

/** Mean over planted directions of the cosine of the learned one that comes nearest. */
function meanBestCosine(directions: Float32Array): number {
  const learned = Array.from({ length: directions.length / width }, (_, j) => [
    ...directions.subarray(j * width, (j + 1) * width),
  ])
  const cosine = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0) / Math.hypot(...a) / Math.hypot(...b)
  const best = dictionary.map((atom) => Math.max(...learned.map((direction) => cosine(atom, direction))))
  return best.reduce((sum, value) => sum + value) / atoms
}

describe('a planted dictionary', () => {
  it('is recovered by a topK code sixteen times as wide as the data', async () => {
    const options = { latent: 16 * width, method: 'topK', k: active } as const
    const at = async (steps: number, learningRate: number) =>
      trainHere(task('sparse', options, { steps, learningRate }))
    const untrained = await at(1, 1e-30)
    expect(meanBestCosine(untrained.weights['decoder.0.weight']!)).toBeLessThan(0.75)
    const { weights, record } = await at(800, 5e-3)
    expect(meanBestCosine(weights['decoder.0.weight']!)).toBeGreaterThan(0.9)
    const { l0, explained, live } = record.points.at(-1)!.metrics!
    expect(l0).toBeCloseTo(active, 1)
    expect(explained).toBeGreaterThan(0.8)
    expect(live).toBeGreaterThan(0.5)
    expect(record.findings).toBeUndefined()
  })
})

describe('dead units', () => {
  it('come back when they are taught', async () => {
    const [latent, steps] = [128, 500]
    // Every other unit starts with a bias that keeps it from ever being chosen.
    const bias = Float32Array.from({ length: latent }, (_, j) => (j % 2 === 0 ? -2 : 0))
    const live = async (revival: number): Promise<number> => {
      const wanted = task(
        'sparse',
        { latent, k: active, deadAfter: 2000, revival },
        { steps, learningRate: 5e-3 },
      )
      const { record } = await trainHere({ ...wanted, initial: { 'encoder.0.bias': bias } })
      return record.points.at(-1)!.metrics!['live']!
    }
    const [taught, untaught] = [await live(1 / 32), await live(0)]
    expect(untaught).toBeLessThan(0.6)
    expect(taught).toBeGreaterThan(untaught + 0.08)
  })
})

describe('a codebook', () => {
  it('comes to life on the first batches and stays alive', async () => {
    const options = { hidden: [32], codeWidth: 2, codebookSize: 64 }
    const { record } = await trainHere(task('vectorQuantised', options, { steps: 600, learningRate: 5e-3 }))
    const { live, perplexity } = record.points.at(-1)!.metrics!
    expect(live).toBeGreaterThan(0.9)
    expect(perplexity).toBeGreaterThan(20)
  })
})

describe('a training step', () => {
  const sparse = { latent: 24, deadAfter: 2 } as const

  it.each([
    ['sparse', { ...sparse, k: 3 }],
    ['sparse', { ...sparse, k: 3, method: 'batchTopK', codeActivation: 'linear' }],
    ['sparse', { ...sparse, method: 'l1', hidden: [8] }],
    ['sparse', { ...sparse, method: 'kl' }],
    ['sparse', { ...sparse, method: 'jumpRelu' }],
    ['vectorQuantised', { codebookSize: 12, codeWidth: 2 }],
    ['vectorQuantised', { quantizer: 'fsq', levels: [3, 4] }],
  ] as const)('of %s %j is the same in ONNX Runtime and in float64', async (kind, options) => {
    const { autoencoder } = task(kind, options, {})
    const { graph } = trainingStep(autoencoder, {})
    const stream = randomFor(3, 'step')
    const sizes: Readonly<Record<string, number>> = { batch: 9, rows: 40 }
    const feeds = Object.fromEntries(
      graph.inputs.map((value): [string, Tensor] => {
        const name = inputNameOf(value)
        const shape = value.shape.map((size) => (typeof size === 'number' ? size : sizes[size]!))
        if (value.dtype === 'int32')
          return [
            name,
            tensor(
              'int32',
              shape,
              Int32Array.from({ length: 9 }, (_, i) => 4 * i),
            ),
          ]
        // Positive where they are counts: some units long idle, some just active.
        const draw = (): number =>
          /rowsInactive|counts|batches/.test(name) ? stream.below(5) : stream.normal()
        return [name, floats(Array.from({ length: sizeOf(shape) }, draw), shape)]
      }),
    )
    const program = await nodeEngine.compile(graph)
    const fast = await program.run(feeds)
    await program.dispose()
    const exact = interpret(graph, feeds)
    for (const [name, { data }] of Object.entries(exact)) {
      const found = fast[name]!.data as Float32Array
      const far = (data as Float32Array).findIndex(
        (value, i) => Math.abs(found[i]! - value) > 1e-4 * Math.max(1, Math.abs(value)),
      )
      expect(far, `${name}: ${found[far]}, expected ${String(data[far])}`).toBe(-1)
    }
  })
})

describe('a checkpoint', () => {
  /** Keeps the first state and stops the training. */
  function stopping(): CheckpointStore & { readonly signal: AbortSignal; saved: Uint8Array | undefined } {
    const stop = new AbortController()
    const store = {
      signal: stop.signal,
      saved: undefined as Uint8Array | undefined,
      load: () => Promise.resolve(store.saved),
      save: (state: Uint8Array) => {
        store.saved = state
        stop.abort()
        return Promise.resolve()
      },
    }
    return store
  }

  it.each([
    ['sparse', { latent: 64, method: 'batchTopK', k: 2 }, ['sparse.threshold', 'sparse.rowsInactive']],
    ['vectorQuantised', { codebookSize: 32 }, ['quantizer.codebook', 'quantizer.sums', 'quantizer.counts']],
    ['vectorQuantised', { quantizer: 'fsq' }, ['quantizer.counts']],
  ] as const)('of %s %j keeps its buffers bit for bit', async (kind, options, buffers) => {
    const long = task(kind, options, { steps: 600 })
    const undisturbed = await trainHere(long)
    const checkpoint = stopping()
    await expect(trainHere(long, { checkpoint, signal: checkpoint.signal })).rejects.toMatchObject({
      code: 'HG_INTERRUPTED',
    })
    const resumed = await trainHere(long, { checkpoint })
    for (const name of buffers) expect(resumed.weights[name]!.some((value) => value !== 0)).toBe(true)
    expect(resumed.weights).toEqual(undisturbed.weights)
    expect(resumed.record.points).toEqual(undisturbed.record.points)
  })
})
