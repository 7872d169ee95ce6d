/** Crops as rows, what the two networks are trained on, and that both learn; the training itself is src/training's. */
import { describe, expect, it } from 'vitest'
import { interpret } from '../engine/index.js'
import { constant, graph, tensor, type Shape } from '../graph/index.js'
import { initialValues } from '../layers/index.js'
import { defaultTraining, type Learner, type TrainingTask } from '../training/index.js'
import { trainHere } from '../training/node.js'
import { randomFor } from '../base/index.js'
import { cropSource, type CropOptions, type Photo } from './crops.js'
import { denoiserLearner, estimatorLearner, rowWidth } from './objective.js'

const side = 32
const area = side * side

/** Stripes whose colours tell where a pixel stood. */
const photo = (width: number, height: number, blue = 100): Photo => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    return [x, y, blue][i % 3]!
  }),
})

const options: CropOptions = {
  side,
  batchSize: 40,
  seed: 0,
  mostLevel: 75,
  greyShare: 0.4,
  clippedShare: 0.3,
}
const rowsOf = (step: number, change: Partial<CropOptions> = {}): Float32Array => {
  const features = new Float32Array(options.batchSize * rowWidth(side))
  cropSource([photo(50, 40), photo(33, 32)], { ...options, ...change }).fill(step, features)
  return features
}
const row = (features: Float32Array, i: number): Float32Array =>
  features.subarray(i * rowWidth(side), (i + 1) * rowWidth(side))

describe('crops', () => {
  it('depend on seed and step alone', () => {
    expect(rowsOf(3)).toEqual(rowsOf(3))
    expect(rowsOf(4)).not.toEqual(rowsOf(3))
    expect(rowsOf(3, { seed: 1 })).not.toEqual(rowsOf(3))
  })

  it('are squares of the photograph in all eight positions, and marked as what they are', () => {
    const turns = new Set<string>()
    for (let i = 0; i < options.batchSize; i++) {
      const crop = row(rowsOf(0), i)
      const [level, grey, clipped] = crop.subarray(3 * area)
      expect(level).toBeGreaterThanOrEqual(0)
      expect(level).toBeLessThan(75 / 255)
      expect([0, 1]).toContain(clipped)
      const [red, green] = [crop.subarray(0, area), crop.subarray(area, 2 * area)]
      expect(red.every((value, at) => value === green[at])).toBe(grey === 1)
      if (grey === 1) continue
      // One step to the right and one down change the place by one, along one axis each.
      const step = (at: number): string =>
        `${Math.round(255 * (red[at]! - red[0]!))},${Math.round(255 * (green[at]! - green[0]!))}`
      turns.add(`${step(1)} ${step(side)}`)
      expect(step(area - 1)).toMatch(/^-?31,-?31$/)
    }
    expect(turns.size).toBe(8)
  })

  it('are as often grey and clipped as asked', () => {
    const share = (at: number, change: Partial<CropOptions>): number =>
      [...Array(options.batchSize).keys()].filter((i) => row(rowsOf(1, change), i)[3 * area + at] === 1)
        .length
    expect(share(1, { greyShare: 0 })).toBe(0)
    expect(share(1, { greyShare: 1 })).toBe(options.batchSize)
    expect(share(2, { clippedShare: 1 })).toBe(options.batchSize)
  })
})

/** The loss of one row under given noise, in float64. */
function lossOf(learner: Learner, features: Float32Array, drawn: Float32Array): number {
  const noise = (shape: Shape) => constant(tensor('float32', [1, ...(shape.slice(1) as number[])], drawn))
  const shapes = new Map(learner.parameters.map((parameter) => [parameter.name, parameter]))
  const { loss } = learner.objective(
    { features: constant(tensor('float32', [1, features.length], features)) },
    {
      weight: (name) => {
        const { shape, initializer } = shapes.get(name)!
        return constant(tensor('float32', shape, initialValues(initializer, shape, randomFor(0, name))))
      },
      noise: { normal: noise, uniform: noise, bernoulli: (_, shape) => noise(shape) },
      progress: constant(tensor('float32', [], Float32Array.of(0))),
    },
  )
  return Number(interpret(graph({ loss }), {})['loss']!.data[0])
}

describe('the denoiser’s loss', () => {
  const learner = denoiserLearner({ channels: [4, 4], blocks: [1, 1] }, side)
  const drawn = new Float32Array(3 * area).map((_, i) => Math.sin(i))
  const rowWith = (level: number, grey: number, clipped: number, value: number): Float32Array =>
    Float32Array.of(...new Array<number>(3 * area).fill(value), level, grey, clipped)
  const meanSquare = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value * value, 0) / values.length

  // Untrained, the network says that there is no noise.
  it('is the logarithm of the mean squared noise before anything is learnt', () => {
    const expected = Math.log(meanSquare([...drawn].map((value) => value * 0.2)) + 4e-6)
    expect(lossOf(learner, rowWith(0.2, 0, 0, 0.5), drawn)).toBeCloseTo(expected, 5)
  })

  it('takes the first colour’s noise for all of a grey crop', () => {
    const expected = Math.log(meanSquare([...drawn.subarray(0, area)].map((value) => value * 0.2)) + 4e-6)
    expect(lossOf(learner, rowWith(0.2, 1, 0, 0.5), drawn)).toBeCloseTo(expected, 5)
  })

  it('counts only what is left of clipped noise', () => {
    const left = [...drawn].map((value) => Math.max(0, 0.1 + value * 0.2) - 0.1)
    expect(lossOf(learner, rowWith(0.2, 0, 1, 0.1), drawn)).toBeCloseTo(Math.log(meanSquare(left) + 4e-6), 5)
  })
})

describe.each([
  ['denoiser', denoiserLearner({ channels: [8, 8], blocks: [0, 1] }, side), 0.3, 4e-3],
  ['estimator', estimatorLearner(side), 0.05, 1e-3],
] as const)('the %s', (_, autoencoder, fall, learningRate) => {
  it('learns', async () => {
    const task: TrainingTask = {
      autoencoder,
      data: {
        rows: 8,
        features: new Float32Array(8 * rowWidth(side)),
        training: Int32Array.from({ length: 8 }, (__, i) => i),
        validation: new Int32Array(),
        source: cropSource([photo(100, 100)], { ...options, batchSize: 8 }),
      },
      options: {
        ...defaultTraining,
        steps: 400,
        batchSize: 8,
        learningRate,
        threads: 1,
        evaluateEvery: 100,
      },
    }
    const losses = (await trainHere(task)).record.points.map(({ trainLoss }) => trainLoss)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - fall)
  })
})
