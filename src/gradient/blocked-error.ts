/** The error for a gradient that meets an operator which lets none through: it shows the way that leads there. */
import { HourglassError } from '../base/index.js'
import type { Node, OperatorNode, Value } from '../graph/index.js'

/** The error for a node through which no gradient passes, with a way that leads through it. */
export function blockedError(
  node: OperatorNode,
  reason: string,
  order: readonly Node[],
  wanted: ReadonlySet<Value>,
): HourglassError {
  const path = [...wayDown(node, wanted).toReversed(), node, ...wayUp(node, order)].map(nameOf)
  return new HourglassError(
    'HG_NO_GRADIENT',
    `gradients: no gradient passes through ${node.op}: ${reason}; the path is ${path.join(' → ')}`,
  )
}

const nameOf = (node: Node): string => (node.op === 'Input' ? node.name : node.op)

/** Nodes from an operator down to a value that slopes were asked for. */
function wayDown(node: OperatorNode, wanted: ReadonlySet<Value>): readonly Node[] {
  const path: Node[] = []
  let at: Node | undefined = node
  while (at !== undefined) {
    const inputs: readonly (Value | undefined)[] = 'inputs' in at ? at.inputs : []
    at = inputs.find((value) => value !== undefined && wanted.has(value))?.node
    if (at !== undefined) path.push(at)
  }
  return path
}

/** Nodes from an operator up to the output, which is the last in order and depends on all of them. */
function wayUp(node: OperatorNode, order: readonly Node[]): readonly Node[] {
  const path: Node[] = []
  let at: Node = node
  for (const next of order.slice(order.indexOf(node) + 1)) {
    if (!('inputs' in next) || !next.inputs.some((value) => value?.node === at)) continue
    path.push(next)
    at = next
  }
  return path
}
