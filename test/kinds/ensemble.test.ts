/** The ensemble kind: the battery, and each member against a network of its own. */
import { describe, expect, it } from 'vitest'
import {
  createAutoencoder,
  type Autoencoder,
  type AutoencoderDescription,
} from '../../src/autoencoders/index.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import { gradients } from '../../src/gradient/index.js'
import * as g from '../../src/graph/index.js'
import { initialValues } from '../../src/layers/index.js'
import { checkAutoencoder, mixedSpace as space } from '../check-autoencoder.js'

checkAutoencoder('ensemble', {
  kind: 'ensemble',
  space,
  options: { hidden: [8], latent: 2, activation: 'tanh', members: 3, readsMask: true },
})
checkAutoencoder('ensemble without hidden layers, bootstrapped', {
  kind: 'ensemble',
  space,
  options: { hidden: [], latent: 3, members: 4, bootstrap: true },
})
checkAutoencoder('ensemble of sparsely connected members, with dropout', {
  kind: 'ensemble',
  space,
  options: {
    hidden: [16, 8],
    latent: 3,
    activation: 'silu',
    dropout: 0.1,
    members: 3,
    connectivity: 0.6,
    bootstrap: true,
    loss: 'huber',
  },
})

const numbers = (width: number) => ({
  width,
  numericCount: width,
  columns: Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 })),
})

type Numbers = Readonly<Record<string, g.Tensor>>

/** First values of all parameters, seeded. */
function valuesOf({ parameters }: Autoencoder): Record<string, g.Tensor> {
  return Object.fromEntries(
    parameters.map(({ name, shape, initializer }) => [
      name,
      g.tensor('float32', shape, initialValues(initializer, shape, randomFor(7, name))),
    ]),
  )
}

function rowsOf(count: number, width: number): g.TensorOf<'float32'> {
  const stream = randomFor(2, 'rows')
  return g.floats(
    Array.from({ length: count * width }, () => stream.normal()),
    [count, width],
  )
}

/** Objective and errors of an autoencoder on rows, and the slopes of the mean loss. */
function run(description: AutoencoderDescription, values: Numbers, features: g.TensorOf<'float32'>) {
  const autoencoder = createAutoencoder(description)
  const x = g.input('features', 'float32', ['batch', description.space.width])
  const weights = new Map(
    autoencoder.parameters.map(({ name, shape }) => [name, g.input(name, 'float32', shape)]),
  )
  const none = () => expect.fail('no noise is wanted')
  const context = {
    weight: (name: string) => weights.get(name)!,
    noise: { normal: none, uniform: none, bernoulli: none },
    progress: g.scalar(0),
  }
  const objective = autoencoder.objective({ features: x }, context)
  const trained = autoencoder.parameters.filter(({ buffer }) => buffer !== true)
  const slopes = gradients(
    g.reduceMean(objective.loss),
    trained.map(({ name }) => weights.get(name)!),
  )
  const outputs = {
    loss: objective.loss,
    heldOut: objective.heldOut ?? objective.loss,
    ...objective.metrics,
    ...autoencoder.forward({ features: x }, context),
    errors: autoencoder.errors({ features: x }, context),
    ...Object.fromEntries(trained.map(({ name }, i) => [`slope.${name}`, slopes[i]!])),
  }
  const used = Object.fromEntries(Object.entries(values).filter(([name]) => weights.has(name)))
  return interpret(g.graph(outputs, { inputs: [x, ...weights.values()] }), { ...used, features })
}

const of = (results: Readonly<Record<string, g.Tensor>>, name: string): number[] =>
  Array.from(results[name]!.data as Float32Array)

describe('members of an ensemble', () => {
  const wide = numbers(5)
  const members = 3
  const shape = { hidden: [7, 6], latent: 2 }
  const description = { kind: 'ensemble', space: wide, options: { ...shape, members } } as const
  const values = valuesOf(createAutoencoder(description))
  for (const [name, { shape: dims, data }] of Object.entries(values)) {
    // Biases that are not zero, so that a bias in the wrong place shows.
    if (name.endsWith('bias'))
      values[name] = g.floats(
        Array.from(data as Float32Array, (_, i) => 0.3 * Math.sin(i)),
        dims,
      )
  }
  const features = rowsOf(6, wide.width)
  const all = run(description, values, features)
  const singles = Array.from({ length: members }, (_, m) => {
    const single: AutoencoderDescription = { kind: 'undercomplete', space: wide, options: shape }
    const own = Object.fromEntries(
      createAutoencoder(single).parameters.map(({ name, shape: dims }) => {
        const size = g.sizeOf(dims)
        const part = (values[name]!.data as Float32Array).subarray(m * size, (m + 1) * size)
        return [name, dims.length === 1 ? g.floats(part, dims) : turned(part, dims)]
      }),
    )
    return run(single, own, features)
  })

  it('are the undercomplete networks of the same weights, in errors, codes and mean', () => {
    const columns = wide.columns.length
    singles.forEach((single, m) => {
      of(single, 'errors').forEach((error, i) => {
        const place = (Math.floor(i / columns) * members + m) * columns + (i % columns)
        expect(of(all, 'errors')[place]).toBeCloseTo(error, 5)
      })
      of(single, 'latent').forEach((code, i) => {
        const place = (Math.floor(i / shape.latent) * members + m) * shape.latent + (i % shape.latent)
        expect(of(all, 'latent')[place]).toBeCloseTo(code, 5)
      })
    })
    of(all, 'reconstruction').forEach((value, i) =>
      expect(value).toBeCloseTo(mean(singles.map((single) => of(single, 'reconstruction')[i]!)), 5),
    )
  })

  it('have their mean loss and each its share of the slopes', () => {
    of(all, 'loss').forEach((loss, i) =>
      expect(loss).toBeCloseTo(mean(singles.map((single) => of(single, 'loss')[i]!)), 5),
    )
    singles.forEach((single, m) => {
      for (const name of Object.keys(single).filter((key) => key.startsWith('slope.'))) {
        const { shape: dims, data } = single[name]!
        const size = g.sizeOf(dims)
        const part = (all[name]!.data as Float32Array).subarray(m * size, (m + 1) * size)
        const ours = dims.length === 1 ? part : turned(part, dims).data
        ours.forEach((slope, i) => expect(members * slope).toBeCloseTo((data as Float32Array)[i]!, 5))
      }
    })
  })

  it('are as diverse as their reconstructions are spread: half the variance, for the squared loss', () => {
    of(all, 'diversity').forEach((diversity, row) => {
      const spreads = wide.columns.map((_, c) => {
        const given = singles.map((single) => of(single, 'reconstruction')[row * wide.width + c]!)
        return mean(given.map((value) => (value - mean(given)) ** 2)) / 2
      })
      expect(diversity).toBeCloseTo(mean(spreads), 5)
      expect(diversity).toBeGreaterThan(0.01)
    })
  })
})

describe('what makes members differ', () => {
  const wide = numbers(6)

  it('bootstrap weighs rows like draws with replacement: Poisson(1), fixed, each member for itself', () => {
    const rows = rowsOf(4000, wide.width)
    const options = { hidden: [], latent: 2, members: 1, bootstrap: true }
    const description: AutoencoderDescription = { kind: 'ensemble', space: wide, options }
    const weightsWith = (seed: number): number[] => {
      const values = valuesOf(createAutoencoder(description))
      values['bootstrap.projection'] = g.floats(
        initialValues({ kind: 'normal', deviation: 64 }, 6, randomFor(seed, 'p')),
        [1, 6, 1],
      )
      const results = run(description, values, rows)
      const held = of(results, 'heldOut')
      return of(results, 'loss').map((loss, i) => loss / held[i]!)
    }
    const [first, again, other] = [weightsWith(1), weightsWith(1), weightsWith(2)] as const
    expect(again).toEqual(first)
    first.forEach((weight) => expect(Math.abs(weight - Math.round(weight))).toBeLessThan(1e-4))
    const share = (k: number): number => first.filter((weight) => Math.round(weight) === k).length / 4000
    let expected = Math.exp(-1)
    for (let k = 0; k < 4; k++) {
      expect(Math.abs(share(k) - expected)).toBeLessThan(4 * Math.sqrt(expected / 4000))
      expected /= k + 1
    }
    const covariance = mean(first.map((weight, i) => (weight - 1) * (other[i]! - 1)))
    expect(Math.abs(covariance)).toBeLessThan(4 / Math.sqrt(4000))
  })

  it('connectivity leaves its share of connections; the others have no slope and no effect', () => {
    const options = { hidden: [20], latent: 4, members: 5, connectivity: 0.3, activation: 'tanh' as const }
    const description: AutoencoderDescription = { kind: 'ensemble', space: wide, options }
    const values = valuesOf(createAutoencoder(description))
    const rows = rowsOf(16, wide.width)
    const before = run(description, values, rows)
    const name = 'decoder.1.weight'
    const kept = of(values, 'decoder.1.kept').map((place) => place < 2 * 0.3 - 1)
    expect(Math.abs(mean(kept.map(Number)) - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / kept.length))
    of(before, `slope.${name}`).forEach((slope, i) => kept[i]! || expect(Math.abs(slope)).toBe(0))
    expect(of(before, `slope.${name}`).filter((slope) => slope !== 0).length).toBeGreaterThan(
      0.15 * kept.length,
    )
    const weights = values[name]!.data as Float32Array
    values[name] = g.floats(
      weights.map((weight, i) => (kept[i]! ? weight : 1000)),
      values[name]!.shape,
    )
    const silent = of(run(description, values, rows), 'loss')
    silent.forEach((loss, i) => expect(loss).toBeCloseTo(of(before, 'loss')[i]!, 4))
  })
})

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** A part `[outputs, inputs]` of an ensemble's weight as the `[inputs, outputs]` of a dense layer. */
function turned(part: Float32Array, [inputs, outputs]: readonly number[]): g.TensorOf<'float32'> {
  return g.floats(
    Float32Array.from(part, (_, k) => part[(k % outputs!) * inputs! + Math.floor(k / outputs!)]!),
    [inputs!, outputs!],
  )
}
