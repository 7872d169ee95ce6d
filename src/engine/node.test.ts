/** The engine on ONNX Runtime: what goes in, what comes out, and what happens when it fails. */
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import {
  add,
  constant,
  decodeLabels,
  decodeModel,
  encodeLabels,
  encodeModel,
  equal,
  floats,
  gather,
  graph,
  identity,
  input,
  isNaN,
  matmul,
  mul,
  reduceSum,
  relu,
  tensor,
  type Tensor,
} from '../graph/index.js'
import { chooseThreads, nodeEngine } from './node.js'
import { webAssembly } from './optimizer/webassembly.js'
import { fastestThreads } from './threads.js'
import type { Engine } from './engine.js'

const x = input('x', 'float32', ['batch', 2])
const weights = constant(floats([1, 2, 3, 4], [2, 2]), 'weights')
const small = graph({ y: relu(matmul(x, weights)), total: reduceSum(x) }, { name: 'small' })
const rows = floats([1, 1, -1, -1], [2, 2])

describe('nodeEngine', () => {
  it('runs a graph, and the same graph from bytes', async () => {
    const program = await nodeEngine.compile(small)
    const fromBytes = await nodeEngine.compile(encodeModel(small))
    const expected = { y: floats([4, 6, 0, 0], [2, 2]), total: floats([0], []) }
    expect({ ...(await program.run({ x: rows })) }).toEqual(expected)
    expect({ ...(await fromBytes.run({ x: rows })) }).toEqual(expected)
    expect(program.inputs).toEqual({ x: { dtype: 'float32', shape: ['batch', 2] } })
    expect(program.outputs).toEqual({
      y: { dtype: 'float32', shape: ['batch', 2] },
      total: { dtype: 'float32', shape: [] },
    })
    expect(fromBytes.inputs).toEqual(program.inputs)
    expect(fromBytes.outputs).toEqual(program.outputs)
  })

  it('writes into given tensors, views of a WebAssembly memory included', async () => {
    const memory = new webAssembly.Memory({ initial: 1, maximum: 1 })
    const into = { y: tensor('float32', [2, 2], new Float32Array(memory.buffer, 64, 4)) }
    const program = await nodeEngine.compile(small)
    const outputs = await program.run({ x: rows }, into)
    expect(outputs['y']).toBe(into.y)
    expect([...into.y.data]).toEqual([4, 6, 0, 0])
    expect(outputs['total']).toEqual(floats([0], []))
  })

  it('sees new numbers in a tensor that was fed before', async () => {
    const program = await nodeEngine.compile(small)
    const reused = floats([1, 0], [1, 2])
    expect((await program.run({ x: reused }))['y']).toEqual(floats([1, 2], [1, 2]))
    reused.data.set([0, 1])
    expect((await program.run({ x: reused }))['y']).toEqual(floats([3, 4], [1, 2]))
  })

  it('passes every element type both ways', async () => {
    const tensors: readonly Tensor[] = [
      floats([1.5, -0, NaN]),
      tensor('float64', [3], Float64Array.of(1e300, -0, NaN)),
      tensor('int32', [3], Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1)),
      tensor('int64', [3], BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n)),
      tensor('bool', [3], Uint8Array.of(1, 0, 1)),
      tensor('string', [3], ['', 'é', '漢字 🏺']),
    ]
    for (const value of tensors) {
      const program = await nodeEngine.compile(graph({ y: identity(input('x', value.dtype, ['n'])) }))
      expect((await program.run({ x: value }))['y']).toEqual(value)
    }
  })

  it('takes strings to codes and back, and tells missing numbers', async () => {
    const name = input('name', 'string', ['batch', 1])
    const codes = encodeLabels(name, ['a', 'b'], [0, 1], -1)
    const number = input('number', 'float64', ['batch', 1])
    const program = await nodeEngine.compile(
      graph({ codes, back: decodeLabels(codes, ['a', 'b'], '?'), missing: isNaN(number) }),
    )
    const outputs = await program.run({
      name: tensor('string', [3, 1], ['b', 'never seen', 'a']),
      number: tensor('float64', [3, 1], Float64Array.of(1, NaN, Infinity)),
    })
    expect({ ...outputs }).toEqual({
      codes: tensor('int64', [3, 1], BigInt64Array.of(1n, -1n, 0n)),
      back: tensor('string', [3, 1], ['b', '?', 'a']),
      missing: tensor('bool', [3, 1], Uint8Array.of(0, 1, 0)),
    })
  })

  it('takes no rows', async () => {
    const program = await nodeEngine.compile(small)
    const outputs = await program.run({ x: floats([], [0, 2]) })
    expect(outputs['y']).toEqual(floats([], [0, 2]))
    expect(outputs['total']).toEqual(floats([0], []))
  })

  it('takes and gives any name', async () => {
    const odd = ['__proto__', 'constructor', 'a b/c"\n', 'é', 'Add_0', 'c0', '0']
    const inputs = odd.map((name) => input(name, 'float32', ['batch', 1]))
    const total = inputs.reduce((sum, value) => add(sum, value))
    const outputs = Object.fromEntries(odd.map((name) => [`${name}'`, mul(total, 2)]))
    const source = graph({ ...outputs, ['Mul_6']: add(total, 1), c1: add(total, 3) })
    const one = floats([1], [1, 1])
    const feeds = Object.fromEntries(odd.map((name) => [name, one]))
    for (const each of [source, decodeModel(encodeModel(source))]) {
      const results = await (await nodeEngine.compile(each)).run(feeds)
      expect(Object.keys(results)).toHaveLength(odd.length + 2)
      expect(results["__proto__'"]).toEqual(floats([14], [1, 1]))
      expect(results['Mul_6']).toEqual(floats([8], [1, 1]))
      expect(results['c1']).toEqual(floats([10], [1, 1]))
    }
  })

  it('says what failed', async () => {
    const program = await nodeEngine.compile(small)
    await expect(program.run({})).rejects.toMatchObject({
      code: 'HG_ENGINE',
      message: expect.stringMatching(/running small.*'x'/) as string,
    })
    await expect(program.run({ x: floats([1, 2, 3], [1, 3]) })).rejects.toMatchObject({ code: 'HG_ENGINE' })
    await expect(nodeEngine.compile(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'HG_ENGINE' })
    const outside = graph({ y: gather(x, constant(tensor('int64', [1], BigInt64Array.of(9n))), 1) })
    await expect((await nodeEngine.compile(outside)).run({ x: rows })).rejects.toMatchObject({
      message: expect.stringMatching(/Gather/) as string,
    })
  })

  it('cannot run once disposed of', async () => {
    const program = await nodeEngine.compile(small)
    await program.dispose()
    await program.dispose()
    await expect(program.run({ x: rows })).rejects.toMatchObject({ code: 'HG_ENGINE' })
  })

  it('gives the same bits every time on one number of threads', async () => {
    const wide = floats(
      Float32Array.from({ length: 256 * 300 }, (_, i) => Math.sin(i)),
      [256, 300],
    )
    const source = input('x', 'float32', ['batch', 300])
    const product = matmul(source, constant(floats(wide.data, [300, 256])))
    const both = graph({ product, total: reduceSum(source, { axes: [0] }) })
    const bitsOf = ({ product, total }: Record<string, Tensor>): string =>
      createHash('sha256')
        .update(product!.data as Float32Array)
        .update(total!.data as Float32Array)
        .digest('hex')
    for (const threads of [1, 2]) {
      const program = await nodeEngine.compile(both, { threads })
      const runs = new Set<string>()
      for (let i = 0; i < 20; i++) runs.add(bitsOf(await program.run({ x: wide })))
      expect(runs.size).toBe(1)
    }
  })
})

describe('thread choice', () => {
  /** An engine whose runs take as long as they are told to. */
  const paced = (millisecondsFor: (threads: number) => number): Engine => ({
    name: 'paced',
    compile: (_, options) =>
      Promise.resolve({
        inputs: {},
        outputs: {},
        run: () =>
          new Promise((resolve) => setTimeout(() => resolve({}), millisecondsFor(options?.threads ?? 1))),
        dispose: () => Promise.resolve(),
      }),
  })

  it('takes all cores where they pay, one where they do not', async () => {
    expect(
      await fastestThreads(
        paced((threads) => 40 / threads),
        small,
        {},
        4,
      ),
    ).toBe(4)
    expect(
      await fastestThreads(
        paced((threads) => 10 + 10 * threads),
        small,
        {},
        4,
      ),
    ).toBe(1)
    expect(
      await fastestThreads(
        paced(() => 20),
        small,
        {},
        1,
      ),
    ).toBe(1)
  })

  it('answers one core or all for a step of the real engine', async () => {
    expect([1, availableParallelism()]).toContain(await chooseThreads(graph({ y: equal(x, 0) }), { x: rows }))
  })
})
