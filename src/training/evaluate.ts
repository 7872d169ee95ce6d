/** The held-out loss: the training objective on rows that gradients never came from, under the same noise each time. */
import { createNoise, type Kernels, type Program } from '../engine/index.js'
import type { Tensor } from '../graph/index.js'
import { batchFeeds } from './feeds.js'
import type { BatchGraph } from './step-graph.js'

/** Rows in one run of an evaluation: large enough to keep the matrix products efficient. */
const chunkRows = 1024

/** Most held-out rows in one evaluation; beyond it the estimate's error is far below what matters. */
const mostRows = 16384

/** Measures the mean loss with the present parameters. */
export type Evaluate = () => Promise<number>

/** An evaluation over `rows`; the same noise is drawn at every call, so that losses compare. */
export function evaluator(options: {
  readonly batch: BatchGraph
  readonly program: Program
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly rows: Int32Array
  readonly kernels: Kernels
  readonly seed: number
}): Evaluate {
  const { batch, program, tensors, kernels, seed } = options
  const rows = options.rows.subarray(0, mostRows)
  const feedsFor = batchFeeds(batch, tensors)
  return async () => {
    const noise = createNoise(seed, kernels)
    let [loss, weight] = [0, 0]
    for (let start = 0; start < rows.length; start += chunkRows) {
      const chunk = rows.subarray(start, start + chunkRows)
      const { feeds, fill } = feedsFor(chunk.length)
      fill(chunk, noise, 1)
      const outputs = await program.run(feeds)
      loss += Number(outputs['loss']!.data[0])
      weight += outputs['weight'] === undefined ? chunk.length : Number(outputs['weight'].data[0])
    }
    return loss / weight
  }
}
