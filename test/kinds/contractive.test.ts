/** The contractive kind: the battery, and the Jacobian against closed forms, finite differences and many draws. */
import { describe, expect, it } from 'vitest'
import { createAutoencoder, type KindOptions } from '../../src/autoencoders/index.js'
import { jacobianRows } from '../../src/autoencoders/jacobian.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import * as g from '../../src/graph/index.js'
import { initialValues, type NoiseSource } from '../../src/layers/index.js'
import { checkAutoencoder, gridRows, gridSpace, mixedSpace as space } from '../check-autoencoder.js'

type Options = KindOptions['contractive']

const oneLayer = { hidden: [], latent: 6, weight: 0.1, readsMask: true } as const
checkAutoencoder('contractive, one layer', { kind: 'contractive', space, options: oneLayer })
checkAutoencoder('contractive, deep, exact, of higher order', {
  kind: 'contractive',
  space,
  options: { hidden: [10], latent: 3, activation: 'tanh', weight: 0.5, hessianWeight: 2, hessianSamples: 2 },
})
checkAutoencoder('contractive, deep, estimated, with dropout', {
  kind: 'contractive',
  space,
  options: {
    ...{ hidden: [16], latent: 40, activation: 'silu', dropout: 0.1, readsMask: true, tied: false },
    ...{ codeActivation: 'tanh', probes: 2, hessianWeight: 0.1, weight: 0.002 },
  },
})
const small = gridSpace({ kind: 'image', height: 4, width: 4, channels: 1 })
checkAutoencoder(
  'contractive, with attention',
  {
    kind: 'contractive',
    space: small,
    options: { network: 'attention', hidden: [8], latent: 3, activation: 'tanh', weight: 0.05 },
  },
  { rows: gridRows(small) },
)

/** Values of an objective of a contractive autoencoder at some rows, in float64. */
function harness(options: Options) {
  const autoencoder = createAutoencoder({ kind: 'contractive', space, options })
  const weights = new Map(
    autoencoder.parameters.map(({ name, shape, initializer }) => [
      name,
      {
        value: g.input(name, 'float32', shape),
        tensor: g.tensor(
          'float64',
          shape,
          Float64Array.from(initialValues(initializer, shape, randomFor(7, name))),
        ),
      },
    ]),
  )
  const context = { weight: (name: string) => weights.get(name)!.value }
  const features = g.input('features', 'float32', ['batch', space.width])
  const run = (
    outputs: Record<string, g.Value>,
    rows: readonly number[],
    more: Record<string, g.Tensor> = {},
  ) =>
    interpret(
      g.graph(outputs),
      {
        ...Object.fromEntries([...weights].map(([name, { tensor }]) => [name, tensor])),
        ...more,
        features: g.tensor('float64', [rows.length / space.width, space.width], Float64Array.from(rows)),
      },
      { keepFloat64: true },
    )
  return { autoencoder, context, features, run }
}

/** The noise of a step as inputs, and numbers for it. */
function drawn(count: number) {
  const stream = randomFor(11, 'noise')
  const feeds: Record<string, g.Tensor> = {}
  const input = (shape: g.Shape, draw: () => number): g.Value => {
    const name = `noise.${Object.keys(feeds).length}`
    const size = [count, shape[1] as number]
    feeds[name] = g.tensor('float64', size, Float64Array.from({ length: g.sizeOf(size) }, draw))
    return g.input(name, 'float32', shape)
  }
  const noise: NoiseSource = {
    normal: (shape) => input(shape, () => stream.normal()),
    uniform: (shape) => input(shape, () => stream.uniform()),
    bernoulli: (p, shape) => input(shape, () => Number(stream.uniform() < p)),
  }
  return { noise, feeds }
}

/** A part or metric of the objective for each row. */
function measured(options: Options, rows: readonly number[], name: string): readonly number[] {
  const { autoencoder, context, features, run } = harness(options)
  const { noise, feeds } = drawn(rows.length / space.width)
  const { parts, metrics } = autoencoder.objective({ features }, { ...context, noise, progress: g.scalar(0) })
  return [...(run({ y: { ...parts, ...metrics }[name]! }, rows, feeds)['y']!.data as Float64Array)]
}

/** The Jacobian of one row, `[latent][width]`, by central differences in float64. */
function differences(options: Options, row: readonly number[]): number[][] {
  const { autoencoder, context, features, run } = harness(options)
  const code = autoencoder.encode({ features }, context)
  const codeAt = (i: number, shift: number): Float64Array =>
    run({ code }, row.with(i, row[i]! + shift))['code']!.data as Float64Array
  const columns = row.map((_, i) => {
    const [up, down] = [codeAt(i, 1e-5), codeAt(i, -1e-5)]
    return Array.from(up, (value, j) => (value - down[j]!) / 2e-5)
  })
  return columns[0]!.map((_, j) => columns.map((column) => column[j]!))
}

const row = [0.5, -1, 0.3, 0, 1, 0, 1, 0]
const other = [-0.2, 0.4, 1.3, 1, 0, 0, 0, 1]
const squares = (matrix: readonly (readonly number[])[]): number =>
  matrix.flat().reduce((sum, slope) => sum + slope * slope, 0)

describe('the Jacobian of the encoder', () => {
  it('is the one of finite differences, row by row', () => {
    const options: Options = { hidden: [7], latent: 4, activation: 'gelu' }
    const { autoencoder, context, features, run } = harness(options)
    const rows = jacobianRows((batch) => autoencoder.encode(batch, context), { features }, 4)
    expect(rows.shape).toEqual(['batch', 4, space.width])
    const found = run({ rows }, [...row, ...other])['rows']!.data as Float64Array
    const wanted = [...differences(options, row), ...differences(options, other)].flat()
    wanted.forEach((slope, i) => expect(found[i]).toBeCloseTo(slope, 8))
  })

  it.each(['sigmoid', 'tanh', 'linear', 'relu', 'leakyRelu', 'softplus', 'softsign', 'elu'] as const)(
    'has the same size in closed form, exactly, and by finite differences (%s)',
    (codeActivation) => {
      const options: Options = { hidden: [], latent: 6, weight: 1, codeActivation }
      const wanted = squares(differences(options, row))
      for (const jacobian of ['closed', 'exact'] as const) {
        const [contraction] = measured({ ...options, jacobian }, row, 'contraction')
        expect(Math.abs(contraction! - wanted)).toBeLessThan(1e-8 * wanted)
        const [norm] = measured({ ...options, jacobian }, row, 'jacobian')
        expect(norm).toBeCloseTo(Math.sqrt(wanted), 7)
      }
    },
  )

  it.each([1, 3])('is estimated without bias (%d probes)', (probes) => {
    const options: Options = { hidden: [7], latent: 5, activation: 'tanh', weight: 1 }
    const [exact] = measured({ ...options, jacobian: 'exact' }, row, 'contraction')
    const draws = 2000
    const rows = Array.from({ length: draws }, () => row).flat()
    const estimates = measured({ ...options, jacobian: 'estimate', probes }, rows, 'contraction')
    const mean = estimates.reduce((sum, value) => sum + value, 0) / draws
    const variance = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1)
    const error = Math.sqrt(variance / draws)
    expect(error).toBeLessThan(0.03 * exact!) // else the next line says nothing
    expect(Math.abs(mean - exact!)).toBeLessThan(4 * error)
  })

  it.each(['closed', 'exact'] as const)('changes nearby as finite differences say (%s)', (jacobian) => {
    const options: Options = { hidden: [], latent: 4, hessianNoise: 0.3, hessianWeight: 2, jacobian }
    const [curvature] = measured(options, row, 'curvature')
    const stream = randomFor(11, 'noise')
    const moved = row.map((value) => value + 0.3 * stream.normal())
    const [here, there] = [differences(options, row), differences(options, moved)]
    const change = here.map((slopes, j) => slopes.map((slope, i) => slope - there[j]![i]!))
    expect(Math.abs(curvature! - 2 * squares(change))).toBeLessThan(1e-6 * curvature!)
  })

  it('counts saturated units', () => {
    const far = row.map((value) => 100 * value)
    expect(measured({ hidden: [], latent: 6 }, far, 'saturated')).toEqual([1])
    expect(
      measured(
        { hidden: [], latent: 6 },
        row.map(() => 0),
        'saturated',
      ),
    ).toEqual([0])
  })
})

describe('contractive options', () => {
  const make = (options: Options) => createAutoencoder({ kind: 'contractive', space, options })
  it('refuses contradictions', () => {
    expect(() => make({ hidden: [4], latent: 2, jacobian: 'closed' })).toThrow(
      /closed needs one dense layer .* 1 hidden/,
    )
    expect(() => make({ hidden: [], latent: 2, codeActivation: 'gelu', jacobian: 'closed' })).toThrow(
      /gelu code/,
    )
    expect(() => make({ hidden: [], latent: 2, probes: 3 })).toThrow(/probes .* this one is closed/)
  })

  it('warns of a wide code that nothing regularises', () => {
    expect(make({ hidden: [], latent: 20, weight: 0 }).warnings).toHaveLength(1)
    expect(make({ hidden: [], latent: 20 }).warnings).toEqual([])
  })

  it('ties the decoder unless told otherwise', () => {
    const names = (options: Options) => make(options).parameters.map(({ name }) => name)
    expect(names({ hidden: [], latent: 2 })).not.toContain('decoder.0.weight')
    expect(names({ hidden: [], latent: 2, tied: false })).toContain('decoder.0.weight')
  })
})
