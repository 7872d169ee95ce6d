/** The example of a kind of one's own passes the battery that every kind passes, and does what it is for. */
import { expect, it } from 'vitest'
import { randomFor } from '../src/base/index.js'
import { interpret } from '../src/engine/index.js'
import { constant, graph, input, tensor } from '../src/graph/index.js'
import { defaultTraining } from '../src/training/index.js'
import { trainHere } from '../src/training/node.js'
import { checkAutoencoder, mixedSpace } from '../test/check-autoencoder.js'
import { decorrelated } from './own-kind.js'

checkAutoencoder('a kind of one’s own', decorrelated(mixedSpace, { hidden: [12], latent: 3, weight: 0.1 }))

it('keeps code units uncorrelated', async () => {
  expect(await correlation(10)).toBeLessThan(0.1)
  expect(await correlation(0)).toBeGreaterThan(0.3)
})

/** Correlation of the two code units over rows of two related columns. */
async function correlation(weight: number): Promise<number> {
  const columns = Array.from({ length: 3 }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
  const autoencoder = decorrelated({ width: 3, numericCount: 3, columns }, { hidden: [], latent: 2, weight })
  const stream = randomFor(0, 'related')
  const [rows, features] = [400, new Float32Array(1200)]
  for (let row = 0; row < rows; row++) {
    const a = stream.normal()
    features.set([a, 0.9 * a + 0.4 * stream.normal(), 0.8 * a + 0.6 * stream.normal()], 3 * row)
  }
  const training = Int32Array.from({ length: rows }, (_, i) => i)
  const { weights } = await trainHere({
    autoencoder,
    data: { rows, features, training, validation: new Int32Array(0) },
    options: { ...defaultTraining, steps: 600, batchSize: 100, learningRate: 0.01, threads: 1 },
  })
  const shapes = new Map(autoencoder.parameters.map(({ name, shape }) => [name, shape]))
  const weight32 = (name: string) => constant(tensor('float32', shapes.get(name)!, weights[name]!))
  const x = input('x', 'float32', ['batch', 3])
  const codes = graph({ z: autoencoder.encode({ features: x }, { weight: weight32 }) })
  const z = interpret(codes, { x: tensor('float32', [rows, 3], features) })['z']!.data as Float32Array
  const unit = (u: number) => Array.from({ length: rows }, (_, row) => z[2 * row + u]!)
  const centred = (values: number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / rows
    return values.map((value) => value - mean)
  }
  const [a, b] = [centred(unit(0)), centred(unit(1))]
  const dot = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + value * q[i]!, 0)
  return Math.abs(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))
}
