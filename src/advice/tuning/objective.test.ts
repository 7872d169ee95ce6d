/** Metrics on models whose worth is known, and what planting does to rows. */
import { describe, expect, it } from 'vitest'
import type { FeatureSpace } from '../../autoencoders/index.js'
import { randomFor } from '../../base/index.js'
import { nodeEngine } from '../../engine/node.js'
import type { MetricName } from './metrics.js'
import { measure, type TrainedModel } from './objective.js'
import { plant, plantedTypes, type PlantingRows } from './planting.js'
import type { TuningTask } from './task.js'

const columns = 4
const space: FeatureSpace = {
  width: columns,
  numericCount: columns,
  columns: Array.from({ length: columns }, (_, i) => ({ name: `x${i}`, start: i, width: 1 })),
}

/** A linear network of one layer on each side, with these matrices. */
function linear(encoder: readonly number[], decoder: readonly number[], latent: number): TrainedModel {
  return {
    autoencoder: { kind: 'undercomplete', space, options: { hidden: [], latent, activation: 'linear' } },
    weights: {
      'encoder.0.weight': Float32Array.from(encoder),
      'encoder.0.bias': new Float32Array(latent),
      'decoder.0.weight': Float32Array.from(decoder),
      'decoder.0.bias': new Float32Array(columns),
    },
  }
}

const identity = Array.from({ length: columns ** 2 }, (_, i) => Number(i % (columns + 1) === 0))
const copies = linear(identity, identity, columns)
/** Keeps the mean of all columns: right for rows of one number, four times. */
const knows = linear(Array<number>(columns).fill(1 / columns), Array<number>(columns).fill(1), 1)

/** Rows of one number, four times, and a little noise. */
function taskFor(metric: MetricName, rows = 300): TuningTask {
  const stream = randomFor(1, 'objective')
  const draw = (): Float32Array =>
    Float32Array.from(
      Array.from({ length: rows }, () => stream.normal()).flatMap((x) =>
        Array.from({ length: columns }, () => x + 0.1 * stream.normal()),
      ),
    )
  const held = { rows, features: draw(), mask: new Float32Array(rows * columns).fill(1) }
  const hasPlanted = metric === 'planted' || metric === 'plantedPrecision'
  const planted = hasPlanted
    ? plantedTypes.map((type) => plant(type, held, space, { count: 200, random: randomFor(2, type) }))
    : []
  const features = Float32Array.from([held, ...planted].flatMap((part) => [...part.features]))
  const all = Int32Array.from({ length: rows }, (_, i) => i)
  return {
    ...{ space, metric, seed: 0 },
    data: { rows, features: draw(), training: all, validation: all },
    heldOut: {
      rows: features.length / columns,
      features,
      groups: [
        { name: 'held out', start: 0, count: rows },
        ...planted.map((_, i) => ({ name: plantedTypes[i]!, start: rows + 200 * i, count: 200 })),
      ],
    },
  }
}

describe('measure', () => {
  it('gives a network that copies no better than chance, and one that knows the data more', async () => {
    const task = taskFor('planted')
    const [copied, known] = [await measure(copies, task, nodeEngine), await measure(knows, task, nodeEngine)]
    expect(Math.abs(copied.value - 0.5)).toBeLessThan(0.05)
    expect(known.parts['dependency']).toBeGreaterThan(0.9)
    expect(known.parts['local']).toBeGreaterThan(0.9)
    expect(known.parts['global']).toBeGreaterThan(0.9)
    expect(Object.keys(known.parts)).toEqual([...plantedTypes])
    expect((await measure(knows, taskFor('plantedPrecision'), nodeEngine)).value).toBeGreaterThan(0.8)
  })

  it('prefers the copy by reconstruction, and the one that knows by hidden cells', async () => {
    const by = async (model: TrainedModel, metric: MetricName) =>
      (await measure(model, taskFor(metric), nodeEngine)).value
    expect(await by(copies, 'reconstruction')).toBeLessThan(await by(knows, 'reconstruction'))
    expect(await by(knows, 'hiddenCells')).toBeLessThan((await by(copies, 'hiddenCells')) - 0.3)
  })

  it('gives the likelihood of the noise that there is', async () => {
    // A cell minus the mean of all: variance 0.01 · (1 − 1/4); its differential entropy is ½ log(2πe σ²).
    const { value, parts } = await measure(knows, taskFor('reconstruction', 2000), nodeEngine)
    expect(Math.abs(value - 0.5 * Math.log(2 * Math.PI * Math.E * 0.0075))).toBeLessThan(0.03)
    expect(parts['numbers']).toBe(value)
  })
})

describe('plant', () => {
  const mixed: FeatureSpace = {
    width: 5,
    numericCount: 2,
    columns: [
      { name: 'a', start: 0, width: 1 },
      { name: 'b', start: 1, width: 1 },
      { name: 'word', start: 2, width: 3 },
    ],
  }
  const stream = randomFor(0, 'plant')
  const source: PlantingRows = {
    rows: 50,
    features: Float32Array.from(
      Array.from({ length: 50 }, (_, i) => {
        const word = i % 2
        return [stream.normal(), stream.normal(), Number(word === 0), Number(word === 1), 0]
      }).flat(),
    ),
    // Every fifth row lacks b.
    mask: Float32Array.from({ length: 150 }, (_, i) => Number(!(i % 3 === 1 && Math.floor(i / 3) % 5 === 0))),
  }

  it.each(plantedTypes)('%s: changes rows, keeps categories whole and missing cells missing', (type) => {
    const { rows, features, mask } = plant(type, source, mixed, { count: 80, random: randomFor(1, type) })
    expect(rows).toBe(80)
    let changed = 0
    for (let row = 0; row < rows; row++) {
      const word = features.slice(row * 5 + 2, row * 5 + 5)
      expect([...word].toSorted()).toEqual([0, 0, 1])
      const from = row % 50
      if (features.slice(row * 5, row * 5 + 5).some((x, i) => x !== source.features[from * 5 + i])) changed++
    }
    expect(changed).toBeGreaterThan(type === 'dependency' ? 60 : 75)
    if (type !== 'cluster')
      expect([...mask]).toEqual(Array.from({ length: 240 }, (_, i) => source.mask[i % 150]))
    expect(plant(type, source, mixed, { count: 80, random: randomFor(1, type) }).features).toEqual(features)
  })

  it('takes cells of other rows for broken dependencies: every value was there before', () => {
    const { features } = plant('dependency', source, mixed, { count: 50, random: randomFor(3, 'd') })
    const seen = new Set(Array.from({ length: 50 }, (_, row) => source.features[row * 5]))
    for (let row = 0; row < 50; row++) expect(seen.has(features[row * 5])).toBe(true)
  })
})
