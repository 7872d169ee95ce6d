/** Gradients of the operators that pick and place single elements: what one picks the other places. */
import { applyOne, gatherElements, scatterElementsAdd, type OperatorNode } from '../../graph/index.js'
import type { Blocked, Rule } from './rule.js'
import { zerosLike } from './shapes.js'

const axisOf = ({ attributes }: OperatorNode, fallback: number): number =>
  Number(attributes['axis'] ?? fallback)

/** Updates read their gradient where they went; what they replaced, instead of adding to it, has none. */
const scatterRule: Rule = ({ gradient, inputs: [, indices, updates], node }) => {
  const axis = axisOf(node, 0)
  const adds = node.attributes['reduction'] === 'add'
  const slope = adds
    ? gradient
    : applyOne('ScatterElements', [gradient, indices, zerosLike(updates!)], { axis })
  // Where two updates replace the same element only the last one counts: indices must differ, as in PyTorch's scatter.
  return [slope, undefined, gatherElements(gradient, indices!, axis)]
}

export const selectionRules = {
  /** The elements that were kept have the gradient of their copies, the others none. */
  TopK: ({ gradient, inputs: [x], outputs: [, indices], node }) => [
    scatterElementsAdd(zerosLike(x!), indices!, gradient, axisOf(node, -1)),
  ],
  GatherElements: ({ gradient, inputs: [data, indices], node }) => [
    scatterElementsAdd(zerosLike(data!), indices!, gradient, axisOf(node, 0)),
  ],
  ScatterElements: scatterRule,
} as const satisfies Record<string, Rule | Blocked>
