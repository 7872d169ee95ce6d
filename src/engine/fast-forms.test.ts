import { describe, expect, it } from 'vitest'
import * as g from '../graph/index.js'
import { inFastForms } from './fast-forms.js'
import { nodeEngine } from './node.js'
import { interpret } from './reference/index.js'

const operatorsOf = ({ outputs }: g.Graph): string[] =>
  g.nodesInOrder(Object.values(outputs)).map(({ op }) => op)

describe('fast forms', () => {
  const x = g.input('x', 'float32', ['n'])
  const unused = g.input('unused', 'float32', [])
  const wide = g.input('wide', 'float64', ['n'])
  const source = g.graph(
    { y: g.mul(g.softplus(g.mul(x, 2)), 0.5), z: g.softplus(wide), sum: g.reduceSum(x) },
    { name: 'source', inputs: [unused, x], metadata: { note: 'kept' } },
  )

  it('leave a graph without slow operators as it is', () => {
    const plain = g.graph({ y: g.relu(x) })
    expect(inFastForms(plain)).toBe(plain)
  })

  it('replace them, and nothing else', () => {
    const fast = inFastForms(source)
    expect(operatorsOf(fast).filter((op) => op === 'Softplus')).toHaveLength(1) // the float64 one
    expect(fast.outputs['sum']).toBe(source.outputs['sum'])
    expect(fast.inputs).toEqual(source.inputs)
    expect(fast.metadata).toEqual({ note: 'kept' })
    expect(fast.name).toBe('source')
  })

  it('keep the numbers, at the ends of float32 too', async () => {
    const values = [-Infinity, -200, -87, -30, -17, -3, -0.5, 0, 1e-6, 0.5, 3, 17, 30, 87, 1e30, Infinity]
    const y = g.softplus(x)
    const exact = interpret(g.graph({ y }), { x: g.floats(values) })['y']!.data as Float32Array
    const program = await nodeEngine.compile(g.graph({ y }))
    const fast = (await program.run({ x: g.floats(values) }))['y']!.data as Float32Array
    await program.dispose()
    exact.forEach((value, i) => {
      if (!Number.isFinite(value)) expect(fast[i]).toBe(value)
      else expect(Math.abs(fast[i]! - value), `at ${values[i]}`).toBeLessThan(2e-7 * Math.max(1, value))
    })
  })
})
