/**
 * A graph: named outputs, and everything they reach. Encoding to ONNX and back lives in onnx/.
 */
import { HourglassError } from '../base/index.js'
import type { Node, Value } from './value.js'

/** Named outputs of one computation. Its inputs are the `input(…)` values that they depend on. */
export interface Graph {
  readonly name: string
  /** Inputs in the order in which they are declared in the file. */
  readonly inputs: readonly Value[]
  readonly outputs: Readonly<Record<string, Value>>
  /** Free text pairs that travel with the model file (ONNX metadata_props). */
  readonly metadata: Readonly<Record<string, string>>
}

/** What `graph()` takes besides the outputs. */
export interface GraphOptions {
  readonly name?: string
  /** Inputs to declare first, in this order, even where no output needs them. */
  readonly inputs?: readonly Value[]
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * A graph of everything that the outputs depend on.
 *
 * @throws HG_GRAPH_INVALID when two different inputs have one name, or there is no output
 * @example
 * const x = input('x', 'float32', ['batch', 2])
 * const doubled = graph({ y: add(x, x) })
 */
export function graph(outputs: Readonly<Record<string, Value>>, options: GraphOptions = {}): Graph {
  const { name = 'hourglass', inputs: declared = [], metadata = {} } = options
  if (Object.keys(outputs).length === 0)
    throw new HourglassError('HG_GRAPH_INVALID', `graph ${name}: no outputs`)
  const inputs = new Set(declared)
  for (const node of nodesInOrder(Object.values(outputs))) {
    if (node.op === 'Input') inputs.add(node.outputs[0]!)
  }
  const seen = new Set<string>()
  for (const value of inputs) {
    const inputName = inputNameOf(value)
    if (seen.has(inputName)) {
      throw new HourglassError('HG_GRAPH_INVALID', `graph ${name}: two inputs are named ${inputName}`)
    }
    seen.add(inputName)
  }
  return { name, inputs: [...inputs], outputs, metadata }
}

/** The name of an input value. @throws HG_GRAPH_INVALID for any other value */
export function inputNameOf(value: Value): string {
  if (value.node.op !== 'Input')
    throw new HourglassError('HG_GRAPH_INVALID', `${value.node.op} is not an input`)
  return value.node.name
}

/** Every node the values depend on, each after the nodes it reads. Iterative: depth is no limit. */
export function nodesInOrder(values: readonly Value[]): readonly Node[] {
  const done = new Set<Node>()
  const order: Node[] = []
  const stack: { node: Node; next: number }[] = []
  const visit = (node: Node): void => {
    if (done.has(node)) return
    done.add(node)
    stack.push({ node, next: 0 })
  }
  for (const value of values) {
    visit(value.node)
    while (stack.length > 0) {
      const top = stack.at(-1)!
      const inputs = 'inputs' in top.node ? top.node.inputs : []
      if (top.next < inputs.length) {
        const reads = inputs[top.next++]
        if (reads !== undefined) visit(reads.node)
      } else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}
