/** Features to places: the encoder run over many rows. */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import type { FeatureSpace } from '../autoencoders/index.js'
import type { Points } from '../geometry/index.js'
import type { Engine } from '../engine/index.js'
import { tensor } from '../graph/index.js'
import type { Features } from '../learning/index.js'
import { chunkRowsFor } from '../learning/index.js'
import { encoderGraph, widthOfRun, type Mapper } from './map-graph.js'

/** Places of rows, `[rows, dims]`. */
export async function encodeRows(
  mapper: Mapper,
  layout: FeatureSpace,
  { features, mask }: Features,
  engine: Engine,
  work: LongWork = {},
): Promise<Points> {
  const { width, columns } = layout
  const rows = features.length / width
  const program = await engine.compile(encoderGraph(mapper, layout, mask !== undefined))
  const chunk = chunkRowsFor(widthOfRun(width, mapper.memory?.keys.rows))
  const report = progressOf('mapping', work.onProgress)
  let values: Float32Array | undefined
  let dims = 0
  try {
    for (let start = 0; start < rows; start += chunk) {
      throwIfAborted(work.signal, 'mapping rows')
      const end = Math.min(rows, start + chunk)
      const part = (matrix: Float32Array, size: number) =>
        tensor('float32', [end - start, size], matrix.subarray(start * size, end * size))
      const { latent } = await program.run({
        features: part(features, width),
        ...(mask !== undefined && { mask: part(mask, columns.length) }),
      })
      dims = latent!.shape[1]!
      values ??= new Float32Array(rows * dims)
      values.set(latent!.data as Float32Array, start * dims)
      report(end / rows)
    }
  } finally {
    await program.dispose()
  }
  return { rows, width: dims, values: values ?? new Float32Array(0) }
}
