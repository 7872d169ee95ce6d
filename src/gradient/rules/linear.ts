/** Gradients of matrix products: products again, with transposes folded into Gemm where the operands are matrices. */
import { gemm, matmul, reshape, type Value } from '../../graph/index.js'
import { times } from './factors.js'
import type { Blocked, Rule } from './rule.js'
import { reordered, sumTo } from './shapes.js'

/** The order of axes that exchanges the last two. */
const exchange = (rank: number): readonly number[] =>
  Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis))

/** Exchanges the last two axes. ONNX Runtime takes the Transpose into the product that reads it (FusedMatMul). */
const turned = (x: Value): Value => reordered(x, exchange(x.shape.length))

/** Whether a value is another one with its last two axes exchanged. */
function isTurned({ node, shape }: Value): boolean {
  if (node.op !== 'Transpose') return false
  const order = node.attributes['perm'] as readonly number[] | undefined
  return exchange(shape.length).every((axis, i) => order?.[i] === axis)
}

/** a·b, or (bᵀ·aᵀ)ᵀ, the same: what an operand that was transposed gets, so that its gradient is a product as it is. */
const productFor = (operand: Value, a: Value, b: Value): Value =>
  isTurned(operand) ? turned(matmul(turned(b), turned(a))) : matmul(a, b)

const isMatrix = (x: Value): boolean => x.shape.length === 2

/** The rows of a stack of matrices as one matrix, or undefined where a row's length is not known, or 0. */
function rowsOf(x: Value): Value | undefined {
  const width = x.shape.at(-1)
  return typeof width === 'number' && width > 0 ? reshape(x, [-1, width]) : undefined
}

/** The gradient of B in A·B, A `[…, rows, inner]`. One matrix B for a whole stack takes the stack as one matrix. */
function rightSlope(gradient: Value, a: Value, b: Value): Value {
  const rows = isMatrix(b) ? rowsOf(a) : undefined
  const slopes = isMatrix(b) ? rowsOf(gradient) : undefined
  return rows !== undefined && slopes !== undefined
    ? gemm(rows, slopes, { transposeA: true })
    : sumTo(productFor(b, turned(a), gradient), b)
}

const matmulRule: Rule = ({ gradient, inputs: [a, b] }) =>
  isMatrix(a!) && isMatrix(b!)
    ? [gemm(gradient, b!, { transposeB: true }), gemm(a!, gradient, { transposeA: true })]
    : [sumTo(productFor(a!, gradient, turned(b!)), a!), rightSlope(gradient, a!, b!)]

/**
 * y = α·op(A)·op(B) + β·C. With G the gradient of y, that of op(A) is α·G·op(B)ᵀ and that of op(B) is α·op(A)ᵀ·G; where
 * an operand was transposed, so is its gradient, by exchanging the factors.
 */
const gemmRule: Rule = ({ gradient: g, inputs: [a, b, c], node: { attributes } }) => {
  const [transA, transB] = [Number(attributes['transA'] ?? 0) !== 0, Number(attributes['transB'] ?? 0) !== 0]
  const { alpha, beta = 1 } = attributes as { alpha?: number; beta?: number }
  const scale = alpha === undefined ? {} : { alpha }
  return [
    transA
      ? gemm(b!, g, { ...scale, transposeA: transB, transposeB: true })
      : gemm(g, b!, { ...scale, transposeB: !transB }),
    transB
      ? gemm(g, a!, { ...scale, transposeA: true, transposeB: transA })
      : gemm(a!, g, { ...scale, transposeA: !transA }),
    c && times(sumTo(g, c), beta),
  ]
}

export const linearRules = { MatMul: matmulRule, Gemm: gemmRule } as const satisfies Record<
  string,
  Rule | Blocked
>
