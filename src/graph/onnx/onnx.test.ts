/** Graphs to ONNX bytes and back. What Python says of the bytes is in test/python.test.ts. */
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exampleGraphs } from '../../../test/support/example-graphs.js'
import { codeOf } from '../../../test/support/errors.js'
import { graph, nodesInOrder } from '../graph.js'
import * as ops from '../ops.js'
import { floats, integers, tensor, type Tensor } from '../tensor.js'
import { constant, constantOf, input, type Value } from '../value.js'
import { decodeModel } from './decode.js'
import { encodeModel } from './encode.js'
import { ModelProtoSchema } from './onnx_pb.js'
import { readHeader } from './wire.js'

const x = input('x', 'float32', ['batch', 3])

describe('encodeModel and decodeModel', () => {
  it.each(Object.entries(exampleGraphs()))('%s: what is read encodes to the same bytes', (_, example) => {
    const bytes = encodeModel(example)
    const decoded = decodeModel(bytes)
    expect(Buffer.compare(encodeModel(decoded), bytes)).toBe(0)
    expect(decoded.name).toBe(example.name)
    expect(decoded.metadata).toEqual(example.metadata)
    expect(typesOf(decoded.outputs)).toEqual(typesOf(example.outputs))
    expect(decoded.inputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
      example.inputs.map(({ dtype, shape }) => ({ dtype, shape })),
    )
  })

  it('does so for random graphs', () => {
    fc.assert(
      fc.property(randomGraphs, (example) => {
        const bytes = encodeModel(example)
        expect(Buffer.compare(encodeModel(decodeModel(bytes)), bytes)).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps every bit of a tensor', () => {
    const tensors: readonly Tensor[] = [
      floats([NaN, -0, 1e-45, Infinity]),
      tensor('float64', [2, 1], Float64Array.of(5e-324, -0)),
      tensor('int32', [], Int32Array.of(-(2 ** 31))),
      tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)),
      tensor('bool', [2], Uint8Array.of(0, 1)),
      tensor('string', [3], ['', 'ü\n', '\u0000']),
    ]
    const outputs = Object.fromEntries(tensors.map((value, i) => [`y${i}`, constant(value)]))
    const decoded = decodeModel(encodeModel(graph(outputs)))
    const read = Object.values(decoded.outputs).map(({ node }) =>
      constantOf('inputs' in node ? node.inputs[0] : undefined),
    )
    expect(read).toEqual(tensors)
  })

  it('stores equal small constants once, and keeps −0 apart from 0', () => {
    const scalars = [1, 1, -0, 0].map((value) => constant(floats([value], [])))
    const sum = scalars.reduce((total: Value, value) => ops.add(total, value), x)
    expect(constantsOf(decodeModel(encodeModel(graph({ sum }))).outputs['sum']!)).toHaveLength(3)
  })

  it('writes StopGradient as Identity, and reads no node of that name', () => {
    const bytes = encodeModel(graph({ y: ops.tanh(ops.stopGradient(x)) }))
    expect(Buffer.compare(bytes, encodeModel(graph({ y: ops.tanh(ops.identity(x)) })))).toBe(0)
    const decoded = nodesInOrder(Object.values(decodeModel(bytes).outputs)).map(({ op }) => op)
    expect(decoded).toEqual(['Input', 'Identity', 'Tanh'])
    const model = fromBinary(ModelProtoSchema, bytes)
    model.graph!.node[0]!.opType = 'StopGradient'
    expect(codeOf(() => decodeModel(toBinary(ModelProtoSchema, model)))).toBe('HG_MODEL_UNSAFE')
  })

  it('has equal bytes for equal graphs', () => {
    const make = () => graph({ y: ops.softmax(ops.add(x, 1)) }, { metadata: { a: 'b' } })
    expect(Buffer.compare(encodeModel(make()), encodeModel(make()))).toBe(0)
  })

  it('refuses graphs that no file can hold', () => {
    const twins = ops.add(constant(floats([1]), 'w'), constant(floats([2]), 'w'))
    expect(codeOf(() => encodeModel(graph({ y: twins })))).toBe('HG_GRAPH_INVALID')
    expect(codeOf(() => encodeModel(graph({ x: ops.relu(x) })))).toBe('HG_GRAPH_INVALID')
  })

  it('holds depth without recursion', () => {
    let deep: Value = x
    for (let i = 0; i < 20_000; i++) deep = ops.relu(deep)
    expect(nodesInOrder(Object.values(decodeModel(encodeModel(graph({ deep }))).outputs))).toHaveLength(
      20_001,
    )
  })
})

it('reads the header without the graph', () => {
  const header = readHeader(encodeModel(graph({ y: ops.relu(x) }, { metadata: { b: '2', a: '1' } })))
  expect(header).toEqual({ producerName: 'hourglass', metadata: { b: '2', a: '1' } })
  expect(codeOf(() => readHeader(new Uint8Array()))).toBe('HG_MODEL_CORRUPT')
  expect(codeOf(() => readHeader(Uint8Array.of(1, 2, 3)))).toBe('HG_MODEL_CORRUPT')
})

it('numbers integers as ONNX does', () => {
  const shape = decodeModel(encodeModel(graph({ y: ops.reshape(x, [3, -1]) }))).outputs['y']!
  expect(shape.shape).toEqual([3, 'batch'])
  expect(constantOf('inputs' in shape.node ? shape.node.inputs[1] : undefined)).toEqual(integers([3, -1]))
})

const typesOf = (outputs: Readonly<Record<string, Value>>) =>
  Object.entries(outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape }))

const constantsOf = (value: Value) => nodesInOrder([value]).filter(({ op }) => op === 'Constant')

/** Graphs grown by applying random functions to random earlier values, under random names. */
const randomGraphs = fc
  .record({
    steps: fc.array(fc.tuple(fc.nat(7), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 25 }),
    names: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }),
    metadata: fc.dictionary(fc.string(), fc.string()),
  })
  .map(({ steps, names, metadata }) => {
    const values: Value[] = [x, constant(floats([1, 2, 3]), 'row')]
    const at = (i: number): Value => values[i % values.length]!
    for (const [kind, i, j] of steps) {
      const made = [
        () => ops.add(at(i), at(j)),
        () => ops.relu(at(i)),
        () => ops.mul(at(i), j / 7),
        () => ops.leakyRelu(at(i), j / 100),
        () => ops.reduceMean(at(i), { axes: [-1], keepDims: true }),
        () => ops.where(ops.greater(at(i), at(j)), at(i), at(j)),
        () => ops.maximum(at(i), at(j)),
        () => ops.expandLike(at(i), ops.add(at(i), x)),
      ][kind]!
      values.push(made())
    }
    const outputs = names.filter((name) => name !== 'x').map((name, i) => [name, at(i)] as const)
    return graph({ ...Object.fromEntries(outputs), 'last one': values.at(-1)! }, { metadata })
  })
