import { describe, expect, it } from 'vitest'
import { input } from '../graph/index.js'
import { expectGolden } from '../../test/support/golden-layers.js'
import { nodeCount, numbers, parametersOf, runFast } from '../../test/support/slopes.js'
import { gru } from './recurrent.js'

describe('gru has torch.nn.GRU’s outputs and slopes', () => {
  it('at the last step', async () => {
    const layer = gru({ name: 'g', inputs: 2, width: 4, steps: 5 })
    await expectGolden('gru', {
      layer,
      shapes: [[3, 5, 2]],
      apply: ([x], context) => layer.apply(x!, context),
    })
  })

  it('at all steps, from a given state', async () => {
    const layer = gru({ name: 'g', inputs: 2, width: 4, steps: 5, returnSequence: true })
    await expectGolden('gruSequence', {
      layer,
      shapes: [
        [3, 5, 2],
        [3, 4],
      ],
      apply: ([x, initial], context) => layer.apply(x!, context, initial),
    })
  })

  it('over one step', async () => {
    const layer = gru({ name: 'g', inputs: 2, width: 4, steps: 1, returnSequence: true })
    await expectGolden('gruOneStep', {
      layer,
      shapes: [[3, 1, 2]],
      apply: ([x], context) => layer.apply(x!, context),
    })
  })
})

describe('gru', () => {
  const build = (steps: number) => {
    const layer = gru({ name: 'g', inputs: 2, width: 4, steps })
    const { feeds, context } = parametersOf(layer)
    const x = input('x', 'float32', ['batch', steps, 2])
    return { layer, feeds, context, x, y: layer.apply(x, context) }
  }

  it('takes ten nodes a step', () => {
    expect(nodeCount(build(12).y) - nodeCount(build(11).y)).toBe(10)
  })

  it('takes empty batches', async () => {
    const { feeds, y } = build(3)
    const { y: none } = await runFast({ y }, { ...feeds, x: numbers([], [0, 3, 2]) })
    expect(none!.shape).toEqual([0, 4])
  })

  it('refuses no steps and other shapes', () => {
    expect(() => gru({ name: 'g', inputs: 2, width: 4, steps: 0 })).toThrow(
      /g: expected a number of steps from 1/,
    )
    const { layer, context } = build(3)
    expect(() => layer.apply(input('x', 'float32', ['batch', 4, 2]), context)).toThrow(
      /g: expected \[batch, 3, 2\], got \[batch, 4, 2\]/,
    )
  })
})
