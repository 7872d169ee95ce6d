/** Gradients of matrix products: products again, with transposes folded into Gemm where the operands are matrices. */
import { gemm, matmul, transpose, type Value } from '../../graph/index.js'
import { sumTo, times, type Blocked, type Rule } from './rule.js'

/** Exchanges the last two axes. */
function turned(x: Value): Value {
  const rank = x.shape.length
  const order = x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis))
  return transpose(x, order)
}

const isMatrix = (x: Value): boolean => x.shape.length === 2

const matmulRule: Rule = ({ gradient, inputs: [a, b] }) => {
  if (isMatrix(a!) && isMatrix(b!)) {
    return [gemm(gradient, b!, { transposeB: true }), gemm(a!, gradient, { transposeA: true })]
  }
  return [sumTo(matmul(gradient, turned(b!)), a!), sumTo(matmul(turned(a!), gradient), b!)]
}

/**
 * y = α·op(A)·op(B) + β·C. With G the gradient of y, that of op(A) is α·G·op(B)ᵀ and that of op(B) is α·op(A)ᵀ·G; where
 * an operand was transposed, so is its gradient, by exchanging the factors.
 */
const gemmRule: Rule = ({ gradient: g, inputs: [a, b, c], node: { attributes } }) => {
  const [transA, transB] = [attributes['transA'] === 1, attributes['transB'] === 1]
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
