import { it, expect } from 'vitest'
import { createAutoencoder } from './kinds.js'
import { graph, input, constant, tensor, sizeOf } from '../graph/index.js'
import { initialValues } from '../layers/index.js'
import { random } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
it('runs', async () => {
  const space = {
    width: 7,
    numericCount: 3,
    columns: [
      { name: 'a', start: 0, width: 1 },
      { name: 'b', start: 1, width: 1 },
      { name: 'c', start: 2, width: 1 },
      { name: 'd', start: 3, width: 4 },
    ],
  }
  const ae = createAutoencoder({
    kind: 'denoising',
    space,
    options: {
      hidden: [16],
      latent: 8,
      noiseRange: [0.05, 1.5],
      hiddenShare: 0.5,
      scoreLevels: [0.1, 0.2],
      drawsPerLevel: 2,
      maskedColumns: [1],
    },
  })
  const w = new Map(
    ae.parameters.map((p) => [
      p.name,
      constant(tensor('float32', p.shape, initialValues(p.initializer, sizeOf(p.shape), random(1))), p.name),
    ]),
  )
  const f = input('features', 'float32', ['batch', 7]),
    m = input('mask', 'float32', ['batch', 4])
  const ctx = { weight: (n: string) => w.get(n)! }
  const g = graph({
    errors: ae.errors({ features: f, mask: m }, ctx),
    ...ae.forward({ features: f, mask: m }, ctx),
  })
  const p = await nodeEngine.compile(g)
  const out = await p.run({
    features: tensor('float32', [5, 7], new Float32Array(35).fill(0.5)),
    mask: tensor('float32', [5, 4], new Float32Array(20).fill(1)),
  })
  expect(out['errors']!.shape).toEqual([5, 4, 4])
  console.log(out['errors']!.data, out['latent']!.shape, ae.errors({ features: f, mask: m }, ctx).shape)
})
