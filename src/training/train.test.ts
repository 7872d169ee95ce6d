import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { defaultTraining, type CheckpointStore, type TrainingTask } from './options.js'
import { trainHere } from './node.js'

/** Rows on a curve in five dimensions, with a little noise: something a code of two can hold. */
function task(rows = 600, options: Partial<TrainingTask['options']> = {}): TrainingTask {
  const stream = randomFor(1, 'rows')
  const features = new Float32Array(rows * 5)
  for (let row = 0; row < rows; row++) {
    const [a, b] = [stream.normal(), stream.normal()]
    ;[a, b, Math.sin(2 * a), a * b * 0.5, a - b].forEach(
      (value, i) => (features[row * 5 + i] = value + 0.05 * stream.normal()),
    )
  }
  const columns = Array.from({ length: 5 }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
  const numbers = Int32Array.from({ length: rows }, (_, i) => i)
  return {
    autoencoder: {
      kind: 'undercomplete',
      space: { width: 5, numericCount: 5, columns },
      options: { hidden: [32], latent: 2, activation: 'tanh' },
    },
    data: {
      rows,
      features,
      training: numbers.subarray(0, Math.floor(rows * 0.8)),
      validation: numbers.subarray(Math.floor(rows * 0.8)),
    },
    options: {
      ...defaultTraining,
      steps: 400,
      batchSize: 64,
      learningRate: 5e-3,
      threads: 1,
      evaluateEvery: 20,
      ...options,
    },
  }
}

/** Checkpoints in memory. */
function memory(): CheckpointStore & { saved: Uint8Array | undefined } {
  const store: CheckpointStore & { saved: Uint8Array | undefined } = {
    saved: undefined,
    load: () => Promise.resolve(store.saved),
    save: (state) => {
      store.saved = state
      return Promise.resolve()
    },
  }
  return store
}

describe('train', () => {
  it('learns', async () => {
    const { record } = await trainHere(task())
    const losses = record.points.map((point) => point.validationLoss!)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4)
    expect(record.steps).toBe(400)
  })

  it('gives the same weights for the same seed, and others for another', async () => {
    const [first, second, other] = [
      await trainHere(task(100, { steps: 50 })),
      await trainHere(task(100, { steps: 50 })),
      await trainHere(task(100, { steps: 50, seed: 1 })),
    ]
    expect(second.weights).toEqual(first.weights)
    expect(other.weights).not.toEqual(first.weights)
  })

  it('uses the rows of a partial last batch', async () => {
    // 80 training rows in batches of 64: a second step on 16 rows.
    const { record } = await trainHere(task(100, { steps: 4, evaluateEvery: 1 }))
    expect(record.points.map((point) => point.epoch)).toEqual([0.5, 1, 1.5, 2])
  })

  it('keeps the best weights and stops early', async () => {
    const { record } = await trainHere(
      task(60, { steps: 5000, patience: 3, evaluateEvery: 10, learningRate: 0.02 }),
    )
    const best = record.points.reduce((a, b) => (b.validationLoss! < a.validationLoss! ? b : a))
    expect(record.stopped).toBe('early')
    expect(record.bestStep).toBe(best.step)
    expect(record.steps).toBe(record.bestStep + 30)
  })

  it('goes on from a checkpoint bit for bit', async () => {
    const undisturbed = await trainHere(task(600, { steps: 3000 }))
    const checkpoint = memory()
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 150)
    await expect(
      trainHere(task(600, { steps: 3000 }), { checkpoint, signal: stop.signal }),
    ).rejects.toMatchObject({ code: 'HG_INTERRUPTED' })
    expect(checkpoint.saved).toBeDefined()
    // As a file gives it: a Buffer, which is a window on memory that others use too.
    const bytes = checkpoint.saved!
    const pool = Buffer.alloc(bytes.length + 24)
    pool.set(bytes, 13)
    checkpoint.saved = pool.subarray(13, 13 + bytes.length)
    const resumed = await trainHere(task(600, { steps: 3000 }), { checkpoint })
    expect(resumed.weights).toEqual(undisturbed.weights)
    expect(resumed.record.points).toEqual(undisturbed.record.points)
  })

  it('learns from rows that are made for every step, and goes on with the same ones', async () => {
    const seen: number[] = []
    const made = (seed: number): TrainingTask => {
      const { data, ...rest } = task(64, { steps: 40, batchSize: 64 })
      const fill = (step: number, features: Float32Array): void => {
        seen.push(step)
        const stream = randomFor(seed, `step ${step}`)
        for (let i = 0; i < features.length; i++) features[i] = stream.normal()
      }
      const training = Int32Array.from({ length: 64 }, (_, i) => i)
      const features = new Float32Array(data.features.length)
      const source = { identity: `normal rows of ${seed}`, fill }
      return { ...rest, data: { rows: 64, features, training, validation: new Int32Array(), source } }
    }
    const whole = await trainHere(made(3))
    expect(seen).toEqual([...Array(40).keys()])
    const checkpoint = memory()
    await trainHere(made(3), { checkpoint, pauseAt: 13 })
    expect((await trainHere(made(3), { checkpoint })).weights).toEqual(whole.weights)
    expect((await trainHere(made(4))).weights).not.toEqual(whole.weights)
    await expect(trainHere(made(4), { checkpoint })).rejects.toMatchObject({ code: 'HG_CHECKPOINT_INVALID' })
  })

  it('refuses a checkpoint that is damaged or of another task', async () => {
    const checkpoint = memory()
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 60)
    await trainHere(task(600, { steps: 5000 }), { checkpoint, signal: stop.signal }).catch(() => undefined)
    await expect(trainHere(task(600, { steps: 5000, seed: 9 }), { checkpoint })).rejects.toMatchObject({
      code: 'HG_CHECKPOINT_INVALID',
    })
    checkpoint.saved = checkpoint.saved!.slice(0, -5)
    await expect(trainHere(task(600, { steps: 5000 }), { checkpoint })).rejects.toMatchObject({
      code: 'HG_CHECKPOINT_INVALID',
    })
  })

  it('stops with the cause when the loss is no number', async () => {
    const broken = task(100)
    broken.data.features[7] = Infinity
    await expect(trainHere(broken)).rejects.toThrow(/feature 2 of row 2 is Infinity/)
    await expect(trainHere(task(100, { learningRate: 1e30, optimizer: 'sgd' }))).rejects.toThrow(
      /step \d+; the steps were too long/,
    )
  })

  it('refuses options outside their range', async () => {
    await expect(trainHere(task(100, { batchSize: 0 }))).rejects.toMatchObject({ code: 'HG_USAGE' })
    await expect(trainHere(task(100, { averageDecay: 1 }))).rejects.toMatchObject({ code: 'HG_USAGE' })
  })
})
