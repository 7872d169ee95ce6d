/** The part of the engine that needs Node: ONNX Runtime's CPU engine, thread choice, the compiled kernels. */
import { availableParallelism } from 'node:os'
import type { Graph, Tensor } from '../graph/index.js'
import { nodeEngine } from './session-node.js'
import { fastestThreads } from './threads.js'

export { nodeEngine } from './session-node.js'
export { loadKernels } from './optimizer/kernels-node.js'

/**
 * The thread count that runs a graph fastest on this machine, 1 or the number of cores: about 0.2 s of trial runs.
 *
 * @param feeds tensors as the graph will get them
 */
export function chooseThreads(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<number> {
  return fastestThreads(nodeEngine, graph, feeds, availableParallelism())
}
