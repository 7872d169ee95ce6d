/** Reference kernels of matrix products. */
import { broadcast, build, numberAt, type NdArray } from './array.js'
import type { Kernel } from './kernel.js'

/** Stacks of matrices, multiplied pairwise with broadcasting. */
function matmul(a: NdArray, b: NdArray): NdArray {
  const inner = a.shape.at(-1)!
  const stack = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2))
  return build([...stack, a.shape.at(-2)!, b.shape.at(-1)!], (position) => {
    const [row, column] = position.slice(-2) as [number, number]
    const prefix = position.slice(0, -2)
    let sum = 0
    for (let k = 0; k < inner; k++)
      sum += numberAt(a, [...prefix, row, k]) * numberAt(b, [...prefix, k, column])
    return sum
  })
}

const turned = (x: NdArray, turn: boolean): NdArray =>
  turn ? build([x.shape[1]!, x.shape[0]!], ([i, j]) => numberAt(x, [j!, i!])) : x

export const linearKernels = {
  // Sizes of 1 do not broadcast in the last two axes; shape inference has refused them.
  MatMul: ([a, b]) => matmul(a!, b!),
  Gemm: ([a, b, c], { attributes }) => {
    const product = matmul(turned(a!, attributes['transA'] === 1), turned(b!, attributes['transB'] === 1))
    const [alpha, beta] = [Number(attributes['alpha'] ?? 1), Number(attributes['beta'] ?? 1)]
    return build(product.shape, (position) => {
      const bias = c === undefined ? 0 : beta * numberAt(c, position)
      return alpha * numberAt(product, position) + bias
    })
  },
} as const satisfies Record<string, Kernel>
