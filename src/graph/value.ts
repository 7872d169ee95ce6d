/**
 * Values and nodes: an immutable expression graph.
 *
 * A `Value` is one output of a `Node`; a node holds the values it reads. Nothing is registered anywhere: a graph
 * is whatever its outputs can reach (graph.ts), so unused expressions vanish by themselves and a derived graph
 * (src/gradient) simply shares the nodes of the one it was derived from. Next: apply.ts makes nodes, ops.ts has
 * a function for each operator.
 */
import type { OperatorName } from './operator-names.js'
import type { DType, Shape, Tensor } from './tensor.js'

/** What an attribute of a node can be; its ONNX type stands in the operator's table. */
export type AttributeValue = number | string | readonly number[] | readonly string[]

export type Attributes = Readonly<Record<string, AttributeValue>>

/** Element type and shape of one value. */
export interface TensorType {
  readonly dtype: DType
  readonly shape: Shape
}

/** One output of a node. Compare values by identity. */
export interface Value extends TensorType {
  readonly node: Node
  /** Which output of the node this is, from 0. */
  readonly output: number
}

/** Where values come from: an input fed at run time, a constant, or an operator applied to values. */
export type Node =
  | { readonly op: 'Input'; readonly name: string; readonly outputs: readonly Value[] }
  | {
      readonly op: 'Constant'
      readonly tensor: Tensor
      readonly name?: string
      readonly outputs: readonly Value[]
    }
  | OperatorNode

/** An operator applied to values. A missing optional input is `undefined`. */
export interface OperatorNode {
  readonly op: OperatorName
  readonly inputs: readonly (Value | undefined)[]
  readonly attributes: Attributes
  readonly outputs: readonly Value[]
}

/**
 * A value that is fed when the graph runs.
 *
 * @param name unique within a graph; becomes the ONNX input name
 * @param shape may be symbolic, as in `['batch', 8]`
 */
export function input(name: string, dtype: DType, shape: Shape): Value {
  return source((outputs) => ({ op: 'Input', name, outputs }), { dtype, shape })
}

/** A value known when the graph is built. With a name it becomes an ONNX initializer of that name. */
export function constant(tensor: Tensor, name?: string): Value {
  return source((outputs) => ({ op: 'Constant', tensor, ...(name !== undefined && { name }), outputs }), {
    dtype: tensor.dtype,
    shape: tensor.shape,
  })
}

/** The tensor behind a constant value, or undefined for any other. */
export function constantOf(value: Value | undefined): Tensor | undefined {
  return value?.node.op === 'Constant' ? value.node.tensor : undefined
}

function source(make: (outputs: readonly Value[]) => Node, type: TensorType): Value {
  const outputs: Value[] = []
  const value: Value = { ...type, node: make(outputs), output: 0 }
  outputs.push(value)
  return value
}
