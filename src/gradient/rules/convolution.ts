/**
 * Gradients of convolution and its transpose, which are each other's with respect to the input, and matrix products
 * with respect to the weight; so they can be differentiated as often as wanted (Dumoulin & Visin 2016, ch. 4).
 */
import {
  conv,
  convolutionSteps,
  convTranspose,
  gemm,
  reduceSum,
  reshape,
  transpose,
  windows,
  type ConvolutionSteps,
  type OperatorNode,
  type Value,
} from '../../graph/index.js'
import type { Blocked, Rule } from './rule.js'

const sizesOf = ({ shape }: Value): readonly number[] => shape.slice(2) as number[]

const stepsOf = ({ attributes }: OperatorNode, x: Value): ConvolutionSteps =>
  convolutionSteps(attributes, x.shape.length - 2)

/** The gradient of the bias: all positions of all rows together. */
const biasSlope = (gradient: Value): Value =>
  reduceSum(gradient, { axes: gradient.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])) })

/**
 * ∂/∂w[s, l, k] of Σ small[n, s, i] · w[s, l, k] · large[n, l, i·stride + k·dilation − pad]: the product of `small` with
 * the windows of `large`, over all n and i.
 *
 * Not a Conv whose channels are the rows, which says the same and is faster by up to a fifth where there is a stride
 * (docs/decisions/convolution-forms.md): a batch of none would make ONNX Runtime 1.30 loop for ever in it.
 */
function weightSlope(large: Value, small: Value, weight: Value, steps: ConvolutionSteps): Value {
  const [kernel, counts] = [sizesOf(weight), sizesOf(small)]
  const columns = windows(large, { ...steps, kernel, counts })
  const order = [1, 0, ...[...small.shape.keys()].slice(2)]
  const rows = reshape(transpose(small, order), [small.shape[1] as number, -1])
  const [outer, inner] = weight.shape as [number, number]
  const byElement = reshape(gemm(rows, columns, { transposeB: true }), [outer, -1, inner])
  return reshape(transpose(byElement, [0, 2, 1]), weight.shape as number[])
}

const convRule: Rule = ({ gradient, inputs: [x, weight], node }) => {
  const steps = stepsOf(node, x!)
  const { strides, pads, dilations } = steps
  const [sizes, kernel, moved] = [sizesOf(x!), sizesOf(weight!), sizesOf(gradient)]
  // What the last step left over at the end belongs to no window, and has slope zero.
  const outputPadding = sizes.map((size, a) => {
    const extent = dilations[a]! * (kernel[a]! - 1) + 1
    return size + pads[a]! + pads[a + sizes.length]! - extent - strides[a]! * (moved[a]! - 1)
  })
  return [
    convTranspose(gradient, weight!, { strides, pads, dilations, outputPadding }),
    weightSlope(x!, gradient, weight!, steps),
    biasSlope(gradient),
  ]
}

const convTransposeRule: Rule = ({ gradient, inputs: [x, weight], node }) => {
  const steps = stepsOf(node, x!)
  const { strides, pads, dilations } = steps
  return [
    conv(gradient, weight!, { strides, pads, dilations }),
    weightSlope(gradient, x!, weight!, steps),
    biasSlope(gradient),
  ]
}

export const convolutionRules = {
  Conv: convRule,
  ConvTranspose: convTransposeRule,
} as const satisfies Record<string, Rule | Blocked>
