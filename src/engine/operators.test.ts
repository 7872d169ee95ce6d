/**
 * Every operator, on every element type its row of the table allows, has a kernel in ONNX Runtime and runs there.
 * That results are right is tested against the reference engine in reference/.
 */
import { describe, expect, it } from 'vitest'
import { HourglassError } from '../base/index.js'
import {
  apply,
  constant,
  graph,
  input,
  inputNameOf,
  integers,
  operatorNames,
  operators,
  sizeOf,
  tensor,
  type Attributes,
  type DType,
  type OperatorName,
  type Tensor,
  type Value,
} from '../graph/index.js'
import { nodeEngine } from './node.js'

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'int64', 'bool', 'string']

/** Allowed by the table, without a kernel in ONNX Runtime: gradients are checked in float64 on the reference engine. */
const referenceOnly = new Set([
  'Erf float64',
  'Conv float64',
  'ConvTranspose float64',
  'Where bool',
  'Pad string',
  'OneHot float64',
  'OneHot int32',
  'OneHot bool',
])

const rows = 3

describe('ONNX Runtime has a kernel for', () => {
  it.each(operatorNames)('%s', async (op) => {
    const ran = await Promise.all(dtypes.map((dtype) => runs(op, dtype)))
    expect(ran).toContain(true)
  })
})

/** Whether the operator takes the type; if so, it must run. */
async function runs(op: OperatorName, dtype: DType): Promise<boolean> {
  if (referenceOnly.has(`${op} ${dtype}`)) return false
  const outputs = applied(op, dtype)
  if (outputs === undefined) return false
  const source = graph(Object.fromEntries(outputs.map((value, i) => [`y${i}`, value])))
  const program = await nodeEngine.compile(source)
  const feeds = source.inputs.map(
    ({ dtype, shape, ...value }) =>
      [
        inputNameOf({ dtype, shape, ...value }),
        ones(
          dtype,
          shape.map((dim) => (typeof dim === 'number' ? dim : rows)),
        ),
      ] as const,
  )
  const results = await program.run(Object.fromEntries(feeds))
  await program.dispose()
  outputs.forEach(({ shape }, i) => {
    expect(results[`y${i}`]!.shape, `${op} ${dtype}`).toEqual(shape.map((dim) => (dim === 'n' ? rows : dim)))
  })
  return true
}

/** The operator on values of this type, or undefined when it does not take them. */
function applied(op: OperatorName, dtype: DType): readonly Value[] | undefined {
  try {
    return apply(op, inputsFor(op, dtype), attributesFor(op, dtype))
  } catch (error) {
    if (error instanceof HourglassError && error.code === 'HG_DTYPE_MISMATCH') return undefined
    throw error
  }
}

function inputsFor(op: OperatorName, dtype: DType): readonly Value[] {
  const x = input('x', dtype, ['n', 2])
  const y = input('y', dtype, ['n', 2])
  const square = input('square', dtype, [2, 2])
  const list = (...values: readonly number[]): Value => constant(integers(values))
  const others: Partial<Record<OperatorName, readonly Value[]>> = {
    MatMul: [square, square],
    Gemm: [square, square],
    Conv: [input('signal', dtype, ['n', 2, 5]), input('kernel', dtype, [3, 2, 2])],
    ConvTranspose: [input('signal', dtype, ['n', 2, 5]), input('kernel', dtype, [2, 3, 2])],
    Where: [input('condition', 'bool', ['n', 2]), x, y],
    Expand: [x, list(3, 1, 2)],
    Gather: [x, list(1, 0)],
    OneHot: [input('codes', 'int64', ['n']), list(4), constant(ones(dtype, [2]))],
    Pad: [x, list(0, 1, 0, 1)],
    Reshape: [x, list(0, 2, 1)],
    ScatterND: [square, constant(integers([1], [1, 1])), input('update', dtype, [1, 2])],
    TopK: [x, list(1)],
    GatherElements: [x, input('places', 'int64', ['n', 1])],
    ScatterElements: [x, input('places', 'int64', ['n', 1]), input('update', dtype, ['n', 1])],
    Slice: [x, list(0), list(1), list(1), list(1)],
    Split: [x, list(1, 1)],
    Squeeze: [input('column', dtype, ['n', 1]), list(1)],
    Unsqueeze: [x, list(0)],
  }
  if (op.startsWith('Reduce')) return [x, list(1)]
  return others[op] ?? (operators[op].arity[0] === 2 || op === 'Concat' ? [x, y] : [x])
}

function attributesFor(op: OperatorName, dtype: DType): Attributes {
  if (op === 'Cast') return { to: dtype === 'string' ? 'string' : 'float64' }
  if (op === 'Concat' || op === 'Split') return { axis: 1 }
  if (op === 'GatherElements') return { axis: 1 }
  if (op === 'TopK') return { axis: 0 }
  if (op === 'ScatterElements') return { axis: 1, reduction: 'add' }
  if (op === 'ScatterND') return { reduction: 'add' }
  if (op !== 'LabelEncoder') return {}
  return dtype === 'string'
    ? { keys_strings: ['1'], values_int64s: [1], default_int64: 0 }
    : { keys_int64s: [1], values_strings: ['1'], default_string: '' }
}

function ones(dtype: DType, shape: readonly number[]): Tensor {
  const size = sizeOf(shape)
  switch (dtype) {
    case 'float32':
      return tensor(dtype, shape, new Float32Array(size).fill(1))
    case 'float64':
      return tensor(dtype, shape, new Float64Array(size).fill(1))
    case 'int32':
      return tensor(dtype, shape, new Int32Array(size).fill(1))
    case 'int64':
      return tensor(dtype, shape, new BigInt64Array(size).fill(1n))
    case 'bool':
      return tensor(dtype, shape, new Uint8Array(size).fill(1))
    case 'string':
      return tensor(dtype, shape, Array<string>(size).fill('1'))
  }
}
