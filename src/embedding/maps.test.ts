/** The two objectives of maps against plain sums over the rows of a batch, and their slopes. */
import { describe, expect, it } from 'vitest'
import type { Autoencoder, FeatureBatch } from '../autoencoders/index.js'
import { randomFor } from '../base/index.js'
import { interpret } from '../engine/index.js'
import { gradients } from '../gradient/index.js'
import * as g from '../graph/index.js'
import { initialValues } from '../layers/index.js'
import { expectSlopes } from '../../test/support/slopes.js'
import { laidOutMap, placeUnit } from './laid-out-map.js'
import { neighborMap } from './neighbor-map.js'

const [rows, width] = [6, 5]
const space = {
  width,
  numericCount: width,
  columns: Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 })),
}
const shape = { hidden: [7], latent: 2, activation: 'tanh' as const, topology: 0 }

function numbers(count: number, stream: string): Float32Array {
  const random = randomFor(0, stream)
  return Float32Array.from({ length: count }, () => random.normal())
}

const features = g.input('features', 'float32', ['batch', width])
const partner = g.input('partner', 'float32', ['batch', width])
const target = g.input('target', 'float32', ['batch', 2])
const batch: FeatureBatch = { features, partner: { features: partner }, target }

/** An objective whose parameters and moment are fed. */
function written(autoencoder: Autoencoder) {
  const weights = new Map(
    autoencoder.parameters.map(({ name, shape: size }) => [name, g.input(name, 'float32', size)]),
  )
  const none = () => expect.fail('no noise is wanted')
  const context = {
    weight: (name: string) => weights.get(name)!,
    noise: { normal: none, uniform: none, bernoulli: none },
    progress: g.input('progress', 'float32', []),
  }
  const feeds = {
    ...Object.fromEntries(
      autoencoder.parameters.map(({ name, shape: size, initializer }) => [
        name,
        g.tensor('float32', size, initialValues(initializer, size, randomFor(1, name))),
      ]),
    ),
    features: g.floats(numbers(rows * width, 'features'), [rows, width]),
    partner: g.floats(numbers(rows * width, 'partner'), [rows, width]),
    target: g.floats(numbers(rows * 2, 'target'), [rows, 2]),
    progress: g.floats([0.5], []),
  }
  const objective = autoencoder.objective(batch, context)
  const codes = {
    z: autoencoder.encode({ features }, context),
    p: autoencoder.encode({ features: partner }, context),
  }
  return { objective, codes, weights, feeds }
}

const squared = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number =>
  (a[2 * i]! - b[2 * j]!) ** 2 + (a[2 * i + 1]! - b[2 * j + 1]!) ** 2

describe('the neighbour-preserving map', () => {
  const map = neighborMap(space, { ...shape, exaggeration: 2, earlyExaggeration: 4, earlyShare: 0.2 })

  it('attracts partners and repels all other pairs of the batch', () => {
    const { objective, codes, feeds } = written(map)
    const { attraction, repulsion, z, p } = interpret(
      g.graph({
        attraction: objective.parts['attraction']!,
        repulsion: objective.parts['repulsion']!,
        ...codes,
      }),
      feeds,
      { keepFloat64: true },
    )
    const [own, others] = [z!.data as Float64Array, p!.data as Float64Array]
    let total = 0
    for (let i = 0; i < rows; i++) {
      expect(attraction!.data[i]).toBeCloseTo(2 * Math.log(1 + squared(own, i, others, i)), 9)
      for (let j = 0; j < rows; j++) if (i !== j) total += 1 / (1 + squared(own, i, others, j))
    }
    expect(repulsion!.data[0]).toBeCloseTo(Math.log(total / (rows * (rows - 1))), 9)
  })

  it('attracts more at first', () => {
    const { objective, feeds } = written(map)
    const at = (progress: number): number => {
      const graph = g.graph({ attraction: objective.parts['attraction']! })
      return Number(interpret(graph, { ...feeds, progress: g.floats([progress], []) })['attraction']!.data[0])
    }
    expect(at(0.1)).toBeCloseTo(2 * at(0.5), 5)
  })

  it('has slopes that agree with finite differences, and none from the decoder to the encoder', () => {
    const { objective, weights, feeds } = written(map)
    const total = g.reduceSum(g.sub(objective.loss, objective.parts['reconstruction']!))
    expectSlopes(total, [weights.get('encoder.0.weight')!, weights.get('encoder.1.bias')!], feeds)
    const { slope } = interpret(
      g.graph({
        slope: gradients(g.reduceSum(objective.parts['reconstruction']!), [
          weights.get('encoder.0.weight')!,
        ])[0]!,
      }),
      feeds,
    )
    expect(Array.from(slope!.data as Float32Array).every((value) => value === 0)).toBe(true)
  })
})

describe('the map that was laid out', () => {
  it('draws each row to its place, by the logarithm of the distance', () => {
    const { objective, codes, feeds } = written(laidOutMap(space, { ...shape, noise: 0 }))
    const { place, z } = interpret(g.graph({ place: objective.parts['place']!, z: codes.z }), feeds, {
      keepFloat64: true,
    })
    for (let i = 0; i < rows; i++) {
      const distance = squared(z!.data as Float64Array, i, feeds.target.data, i) * placeUnit ** 2
      expect(place!.data[i]).toBeCloseTo(Math.log(1 + distance), 9)
    }
  })
})
