/** Operators that work element by element, with NumPy broadcasting where they take two values. */
import type { DType } from '../tensor.js'
import type { Value } from '../value.js'
import {
  broadcastShapes,
  expectChoice,
  expectSameType,
  expectType,
  required,
  type AttributeType,
  type Operator,
} from './operator.js'

const floating: readonly DType[] = ['float32', 'float64']
const numeric: readonly DType[] = ['float32', 'float64', 'int32', 'int64']

function unary(
  allowed: readonly DType[],
  result?: DType,
  attributes: Record<string, AttributeType> = {},
): Operator {
  return {
    domain: '',
    arity: [1, 1],
    attributes,
    infer: (inputs) => {
      const x = required('elementwise operator', inputs, 0)
      expectType('elementwise operator', x, ...allowed)
      return [{ dtype: result ?? x.dtype, shape: x.shape }]
    },
  }
}

function binary(allowed: readonly DType[], result?: DType): Operator {
  return {
    domain: '',
    arity: [2, 2],
    attributes: {},
    infer: (inputs) => {
      const [a, b] = [required('binary operator', inputs, 0), required('binary operator', inputs, 1)]
      const dtype = expectSameType('binary operator', [a, b])
      expectType('binary operator', a, ...allowed)
      return [{ dtype: result ?? dtype, shape: broadcastShapes('binary operator', a.shape, b.shape) }]
    },
  }
}

const every: readonly DType[] = [...numeric, 'bool', 'string']

export const elementwiseOperators = {
  Abs: unary(numeric),
  Ceil: unary(floating),
  Erf: unary(floating),
  Exp: unary(floating),
  Floor: unary(floating),
  Identity: unary(every),
  IsNaN: unary(floating, 'bool'),
  LeakyRelu: unary(floating, undefined, { alpha: 'float' }),
  Log: unary(floating),
  Neg: unary(numeric),
  Not: unary(['bool']),
  Reciprocal: unary(floating),
  Relu: unary(floating),
  Sigmoid: unary(floating),
  Sign: unary(numeric),
  Softplus: unary(floating),
  Sqrt: unary(floating),
  /** The identity, through which no gradient passes. */
  StopGradient: { ...unary(every), fileName: 'Identity' },
  Tanh: unary(floating),

  Add: binary(numeric),
  Sub: binary(numeric),
  Mul: binary(numeric),
  // Not for integers: the smallest one divided by -1 ends the whole process in ONNX Runtime.
  Div: binary(floating),
  Pow: binary(floating),
  Min: binary(numeric),
  Max: binary(numeric),

  And: binary(['bool'], 'bool'),
  Or: binary(['bool'], 'bool'),
  Equal: binary([...numeric, 'bool'], 'bool'),
  Greater: binary(numeric, 'bool'),
  GreaterOrEqual: binary(numeric, 'bool'),
  Less: binary(numeric, 'bool'),
  LessOrEqual: binary(numeric, 'bool'),

  Where: {
    domain: '',
    arity: [3, 3],
    attributes: {},
    infer: (inputs) => {
      const [condition, yes, no] = [0, 1, 2].map((i) => required('Where', inputs, i)) as [Value, Value, Value]
      expectType('Where', condition, 'bool')
      const dtype = expectSameType('Where', [yes, no])
      const shape = broadcastShapes('Where', broadcastShapes('Where', yes.shape, no.shape), condition.shape)
      return [{ dtype, shape }]
    },
  },

  Cast: {
    domain: '',
    arity: [1, 1],
    attributes: { to: 'dtype' },
    infer: (inputs, attributes) => {
      expectChoice('Cast', { to: '', ...attributes }, 'to', ...every)
      return [{ dtype: attributes['to'] as DType, shape: required('Cast', inputs, 0).shape }]
    },
  },
} as const satisfies Record<string, Operator>
