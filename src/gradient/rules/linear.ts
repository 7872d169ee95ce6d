/** Gradients of matrix products: products again, with transposes folded into Gemm where the operands are matrices. */
import { gemm, matmul, reshape, transpose, type Value } from '../../graph/index.js'
import { times } from './factors.js'
import type { Blocked, Rule } from './rule.js'
import { sumTo } from './shapes.js'

/** Exchanges the last two axes. */
function turned(x: Value): Value {
  const rank = x.shape.length
  const order = x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis))
  return transpose(x, order)
}

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
    : sumTo(matmul(turned(a), gradient), b)
}

const matmulRule: Rule = ({ gradient, inputs: [a, b] }) =>
  isMatrix(a!) && isMatrix(b!)
    ? [gemm(gradient, b!, { transposeB: true }), gemm(a!, gradient, { transposeA: true })]
    : [sumTo(matmul(gradient, turned(b!)), a!), rightSlope(gradient, a!, b!)]

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
