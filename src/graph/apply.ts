/**
 * Makes operator nodes: the one place where inputs are checked and output types inferred.
 */
import { HourglassError } from '../base/index.js'
import type { OperatorName } from './operator-names.js'
import { operators } from './operators/index.js'
import type { Attributes, OperatorNode, Value } from './value.js'

/**
 * Applies an operator, with shapes and types inferred and checked. Use the functions of ops.ts instead, except
 * when the operator's name is data (the decoder, tests over every operator).
 *
 * @throws HG_GRAPH_INVALID, HG_SHAPE_MISMATCH or HG_DTYPE_MISMATCH when the operator does not take these inputs
 */
export function apply(
  op: OperatorName,
  inputs: readonly (Value | undefined)[],
  attributes: Attributes = {},
): readonly Value[] {
  const operator = operators[op]
  const [fewest, most] = operator.arity
  if (inputs.length < fewest || inputs.length > most) {
    throw new HourglassError(
      'HG_GRAPH_INVALID',
      `${op}: takes ${fewest} to ${most} inputs, got ${inputs.length}`,
    )
  }
  const types = operator.infer(inputs, attributes)
  const outputs: Value[] = []
  const node: OperatorNode = { op, inputs, attributes, outputs }
  types.forEach((type, output) => outputs.push({ ...type, node, output }))
  return outputs
}

/** Applies an operator that has one output. */
export function applyOne(
  op: OperatorName,
  inputs: readonly (Value | undefined)[],
  attributes: Attributes = {},
): Value {
  return apply(op, inputs, attributes)[0]!
}
