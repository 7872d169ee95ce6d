/** Matrix products. */
import { formatShape, type Dim, type Shape } from '../tensor.js'
import {
  broadcastShapes,
  expectSameType,
  expectType,
  numberAttribute,
  required,
  shapeError,
  type Operator,
} from './operator.js'

/** Shape of `numpy.matmul`; operands of rank 2 or more. */
function matmulShape(a: Shape, b: Shape): Shape {
  if (a.length < 2 || b.length < 2) throw shapeError('MatMul', 'two values of rank 2 or more', a, b)
  if (a.at(-1) !== b.at(-2)) throw shapeError('MatMul', 'inner dimensions that agree', a, b)
  return [...broadcastShapes('MatMul', a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!]
}

export const linearOperators = {
  MatMul: {
    domain: '',
    arity: [2, 2],
    attributes: {},
    infer: (inputs) => {
      const [a, b] = [required('MatMul', inputs, 0), required('MatMul', inputs, 1)]
      expectType('MatMul', a, 'float32', 'float64')
      return [{ dtype: expectSameType('MatMul', [a, b]), shape: matmulShape(a.shape, b.shape) }]
    },
  },

  /** `alpha · op(A) · op(B) + beta · C`, where op transposes when asked; C broadcasts to the product. */
  Gemm: {
    domain: '',
    arity: [2, 3],
    attributes: { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' },
    infer: (inputs, attributes) => {
      const [a, b, c] = [required('Gemm', inputs, 0), required('Gemm', inputs, 1), inputs[2]]
      if (a.shape.length !== 2 || b.shape.length !== 2)
        throw shapeError('Gemm', 'two matrices', a.shape, b.shape)
      expectType('Gemm', a, 'float32', 'float64')
      const dtype = expectSameType('Gemm', c === undefined ? [a, b] : [a, b, c])
      const transposed = (shape: Shape, flag: string): readonly [Dim, Dim] =>
        numberAttribute(attributes, flag, 0) !== 0 ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!]
      const [rows, inner] = transposed(a.shape, 'transA')
      const [alsoInner, columns] = transposed(b.shape, 'transB')
      if (inner !== alsoInner) throw shapeError('Gemm', 'inner dimensions that agree', a.shape, b.shape)
      const shape = [rows, columns]
      if (c !== undefined && formatShape(broadcastShapes('Gemm', shape, c.shape)) !== formatShape(shape)) {
        throw shapeError('Gemm', `a bias that broadcasts to ${formatShape(shape)}`, c.shape)
      }
      return [{ dtype, shape }]
    },
  },
} as const satisfies Record<string, Operator>
