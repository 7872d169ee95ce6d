/** The masked kind: the battery, what it hides and scores, and what it learns. */
import { describe, expect, it } from 'vitest'
import { createAutoencoder, type FeatureSpace, type KindOptions } from '../../src/autoencoders/index.js'
import { hidingTurns, patchesOf } from '../../src/autoencoders/hiding-turns.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import * as g from '../../src/graph/index.js'
import { initialValues, type NoiseSource } from '../../src/layers/index.js'
import { defaultTraining } from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'
import { checkAutoencoder, gridRows, gridSpace, mixedSpace as space } from '../check-autoencoder.js'

type Options = KindOptions['masked']

const network = { hidden: [16], latent: 8, activation: 'tanh' } as const
checkAutoencoder('masked', { kind: 'masked', space, options: network })
checkAutoencoder('masked, visible cells count too', {
  kind: 'masked',
  space,
  options: { ...network, hiddenShare: 0.7, visibleWeight: 0.5 },
})
const image = gridSpace({ kind: 'image', height: 6, width: 5, channels: 2 })
checkAutoencoder(
  'masked, patches of an image',
  { kind: 'masked', space: image, options: { hidden: [32], latent: 16 } },
  { rows: gridRows(image) },
)
const small = gridSpace({ kind: 'image', height: 4, width: 4, channels: 1 })
checkAutoencoder(
  'masked, patches as tokens',
  {
    kind: 'masked',
    space: small,
    options: { network: 'attention', hidden: [16], latent: 8, patch: 2, hiddenShare: 0.75 },
  },
  { rows: gridRows(small) },
)

/** An autoencoder with drawn weights as constants. */
function made(options: Options, of: FeatureSpace = space) {
  const autoencoder = createAutoencoder({ kind: 'masked', space: of, options })
  const context = {
    weight: (name: string) => {
      const { shape, initializer } = autoencoder.parameters.find((parameter) => parameter.name === name)!
      return g.constant(g.tensor('float32', shape, initialValues(initializer, shape, randomFor(3, name))))
    },
  }
  return { autoencoder, context }
}

const row = [0.5, -1, 0.3, 0, 1, 0, 1, 0]
const batchOf = (rows: readonly number[]) => ({ features: g.constant(g.floats(rows, [rows.length / 8, 8])) })
const evaluate = (value: g.Value): Float32Array =>
  interpret(g.graph({ value }), {})['value']!.data as Float32Array

describe('errors and predictions', () => {
  const { autoencoder, context } = made(network)
  const errorsOf = (rows: readonly number[]): Float32Array =>
    evaluate(autoencoder.errors(batchOf(rows), context))
  const expectedOf = (rows: readonly number[]): Float32Array =>
    evaluate(autoencoder.expected(batchOf(rows), context))

  it('of a cell do not depend on the cell itself, and do on the others', () => {
    const changed = row.with(1, 7)
    const [before, after] = [expectedOf(row), expectedOf(changed)]
    expect(after[1]).toBe(before[1])
    row.forEach((_, i) => {
      if (i !== 1) expect(after[i]).not.toBe(before[i])
    })
    expect(errorsOf(row)[1]).toBeCloseTo(0.5 * (row[1]! - before[1]!) ** 2, 5)
    expect(errorsOf(changed)[1]).toBeCloseTo(0.5 * (7 - before[1]!) ** 2, 4)
  })

  it('are those of a row with the cell missing', () => {
    const mask = g.constant(g.floats([1, 1, 1, 0, 1], [1, 5]))
    const features = g.constant(g.floats([...row.slice(0, 3), 0, 0, 0, 1, 0], [1, 8]))
    const hidden = evaluate(autoencoder.forward({ features, mask }, context).reconstruction)
    const found = expectedOf(row)
    for (const i of [3, 4, 5]) expect(found[i]).toBeCloseTo(hidden[i]!, 6)
  })

  it('with one more column hidden are those of a row without both', () => {
    const { groups, passes, errors } = autoencoder.ablation!
    expect([groups, passes]).toEqual([[0, 1, 2, 3, 4], [0]])
    const found = evaluate(errors(batchOf(row), context)) // [1, groups, 1, columns]
    const mask = g.constant(g.floats([1, 0, 1, 1, 1], [1, 5]))
    const without = evaluate(
      autoencoder.errors({ features: g.constant(g.floats(row.with(1, 0), [1, 8])), mask }, context),
    )
    for (const column of [0, 2, 3, 4]) expect(found[5 + column]).toBeCloseTo(without[column]!, 5)
    for (let column = 0; column < 5; column++) expect(found[5 * column + column]).toBe(0)
  })

  it('average over passes that hide more, when training never hides less', () => {
    const { autoencoder: wide, context: weights } = made({ ...network, hiddenShare: 0.8 })
    expect(wide.ablation).toBeUndefined()
    const before = evaluate(wide.expected(batchOf(row), weights))
    expect(evaluate(wide.expected(batchOf(row.with(1, 7)), weights))[1]).toBe(before[1])
  })
})

describe('the loss', () => {
  const lossWith = (options: Options, uniforms: readonly (readonly number[])[]): number => {
    const { autoencoder, context } = made(options)
    let call = 0
    const noise: NoiseSource = {
      uniform: () => g.constant(g.floats(uniforms[call]!, [1, uniforms[call++]!.length])),
      normal: () => g.scalar(0),
      bernoulli: () => g.scalar(0),
    }
    const { loss } = autoencoder.objective(batchOf(row), { ...context, noise, progress: g.scalar(0) })
    return evaluate(loss)[0]!
  }
  const { autoencoder, context } = made(network)
  // A share of 0.4: the first and the fourth column are hidden.
  const draws = [[0.8], [0.1, 0.9, 0.8, 0.3, 0.5]]
  const visible = {
    features: g.constant(g.floats([0, row[1]!, row[2]!, 0, 0, 0, 1, 0], [1, 8])),
    mask: g.constant(g.floats([0, 1, 1, 0, 1], [1, 5])),
  }
  const raw = evaluate(autoencoder.forward(visible, context).reconstruction)
  const squared = (i: number): number => 0.5 * (raw[i]! - row[i]!) ** 2
  const logSum = (from: number, to: number): number =>
    Math.log(raw.slice(from, to).reduce((s, l) => s + Math.exp(l), 0))
  const hidden = (squared(0) + logSum(3, 6) - raw[4]!) / 2

  it('is that of the hidden cells', () => {
    expect(lossWith(network, draws)).toBeCloseTo(hidden, 5)
  })

  it('counts visible cells as much as asked', () => {
    const seen = (squared(1) + squared(2) + logSum(6, 8) - raw[6]!) / 3
    expect(lossWith({ ...network, visibleWeight: 0.5 }, draws)).toBeCloseTo(hidden + 0.5 * seen, 5)
  })
})

it('learns to predict a column from the others', async () => {
  const numbers: FeatureSpace = { width: 3, numericCount: 3, columns: space.columns.slice(0, 3) }
  const stream = randomFor(1, 'rows')
  const features = Float32Array.from({ length: 1200 })
  for (let i = 0; i < 400; i++) {
    const [a, b] = [stream.normal(), stream.normal()]
    features.set([a, b, (a + b) / Math.SQRT2], i * 3)
  }
  const rows = Int32Array.from({ length: 400 }, (_, i) => i)
  const description = { kind: 'masked', space: numbers, options: { hidden: [32], latent: 16 } } as const
  const { weights } = await trainHere({
    autoencoder: description,
    data: { rows: 400, features, training: rows, validation: rows.subarray(0, 0) },
    options: { ...defaultTraining, steps: 1500, batchSize: 64, learningRate: 5e-3, threads: 1 },
  })
  const autoencoder = createAutoencoder(description)
  const context = {
    weight: (name: string) =>
      g.constant(
        g.tensor('float32', autoencoder.parameters.find((p) => p.name === name)!.shape, weights[name]!),
      ),
  }
  const found = evaluate(
    autoencoder.expected({ features: g.constant(g.floats([1, 0.5, -9], [1, 3])) }, context),
  )
  expect(Math.abs(found[2]! - 1.5 / Math.SQRT2)).toBeLessThan(0.2)
})

describe('turns of hiding', () => {
  it('hide every column equally often, neighbours in different turns', () => {
    for (const [count, share] of [
      [5, 0],
      [40, 0],
      [40, 0.5],
      [3, 0.9],
    ] as const) {
      const units = Array.from({ length: count }, (_, i) => i)
      const { passes, shown, timesHidden, groups } = hidingTurns(units, share)
      for (const column of units) {
        const times = Array.from({ length: passes }, (_, pass) => 1 - shown[pass * count + column]!)
        expect(times.reduce((a, b) => a + b)).toBe(timesHidden)
      }
      expect(timesHidden / passes).toBeGreaterThanOrEqual(Math.min(share, (passes - 1) / passes))
      expect(groups[0]).not.toBe(groups[1])
    }
  })

  it('hide patches whole', () => {
    const patches = patchesOf({ kind: 'image', height: 3, width: 5, channels: 2 }, 2)
    expect(patches.filter((_, i) => i % 2 === 0)).toEqual([0, 0, 1, 1, 2, 0, 0, 1, 1, 2, 3, 3, 4, 4, 5])
    expect(patches.filter((_, i) => i % 2 === 1)).toEqual(patches.filter((_, i) => i % 2 === 0))
    expect(patchesOf({ kind: 'series', steps: 5, channels: 2 }, 2)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
  })
})

it('refuses patches of tables, and patches that leave nothing', () => {
  expect(() => made({ ...network, patch: 2 })).toThrow(/patch 2 needs images or series/)
  expect(() => made({ ...network, patch: 9 }, image)).toThrow(/one patch of 9 covers the whole grid/)
  expect(() => made(network, { width: 1, numericCount: 1, columns: space.columns.slice(0, 1) })).toThrow(
    /there is one column/,
  )
})
