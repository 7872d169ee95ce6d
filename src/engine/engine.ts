/**
 * What an engine is: it compiles a graph into a program and runs it. node.ts does so on ONNX Runtime,
 * reference/ in plain float64 TypeScript; tests hold one against the other. The optimiser, which updates weights
 * outside the graph, is in optimizer/.
 */
import type { Graph, Tensor, TensorType } from '../graph/index.js'

/** How to compile. */
export interface CompileOptions {
  /** Threads inside one operator; default 1. */
  readonly threads?: number
}

/** A compiled graph. */
export interface Program {
  readonly inputs: Readonly<Record<string, TensorType>>
  readonly outputs: Readonly<Record<string, TensorType>>
  /**
   * Runs once.
   *
   * @param feeds a tensor for each input
   * @param into tensors that outputs are written into, where the engine can (no copy); others are allocated
   * @returns every output by name; the ones named in `into` are those very tensors
   * @throws HG_ENGINE when the runtime fails, naming the program and the operator it reports
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>
  /** Frees what the runtime holds. Running afterwards throws HG_ENGINE. */
  dispose(): Promise<void>
}

/** Compiles graphs, or ONNX bytes that were already verified. */
export interface Engine {
  readonly name: string
  compile(source: Graph | Uint8Array, options?: CompileOptions): Promise<Program>
}
