/** Weights in a graph: as named constants on the way in, and read back out of a model file's graph. */
import { constant, nodesInOrder, tensor, type Graph } from '../graph/index.js'
import type { LayerContext, Parameter } from '../layers/index.js'
import type { Weights } from '../training/index.js'

/** A context that gives layers their weights as constants of the parameters' names; one for each graph. */
export function boundWeights(parameters: readonly Parameter[], weights: Weights): LayerContext {
  const constants = new Map(
    parameters.map(({ name, shape }) => [name, constant(tensor('float32', shape, weights[name]!), name)]),
  )
  return { weight: (name) => constants.get(name)! }
}

/** Weights of a model's graph: its named constants. Parameters that the graph does not need are not among them. */
export function weightsIn({ outputs }: Graph): Weights {
  const named = nodesInOrder(Object.values(outputs)).flatMap((node) =>
    node.op === 'Constant' && node.name !== undefined && node.tensor.dtype === 'float32'
      ? [[node.name, node.tensor.data] as const]
      : [],
  )
  return Object.fromEntries(named)
}
