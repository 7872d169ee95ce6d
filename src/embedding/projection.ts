/**
 * A linear map in front of an encoder, and its way back behind the decoder: the directions of greatest variance. It is the
 * whole encoder of the kind `pca`; for the others it shortens wide rows, which makes every step cheaper.
 */
import { HourglassError } from '../base/index.js'
import type { FeatureSpace } from '../autoencoders/index.js'
import { principalComponents, type Points } from '../geometry/index.js'
import type { Engine } from '../engine/index.js'
import { add, constant, floats, gemm, graph, input, sub, tensor, type Value } from '../graph/index.js'
import type { Weights } from '../training/index.js'

/** Orthogonal directions, and the place that they start from. */
export interface Projection {
  readonly width: number
  readonly count: number
  /** `[width]` */
  readonly mean: Float32Array
  /** `[count, width]`, rows of length 1. */
  readonly components: Float32Array
  /** What coordinates are divided by, so that their mean square is 1; 1 for `pca`, whose coordinates are shown. */
  readonly unit: number
  /** Share of the variance along the directions, 0 to 1. */
  readonly explained: number
}

/** The leading directions of some rows. */
export async function fitProjection(
  points: Points,
  count: number,
  { engine, normalized }: { readonly engine: Engine; readonly normalized: boolean },
): Promise<Projection> {
  if (count > Math.min(points.width, points.rows - 1)) {
    throw new HourglassError(
      'HG_USAGE',
      `embed: ${count} directions of variance are asked for, but ${points.rows} rows of ${points.width} features have at most ` +
        `${Math.min(points.width, points.rows - 1)}; ask for fewer dimensions, or give more rows`,
    )
  }
  const { mean, components, variances, total } = await principalComponents(points, count, { engine })
  const kept = variances.reduce((sum, variance) => sum + variance, 0)
  const unit = normalized && kept > 0 ? Math.sqrt(kept / count) : 1
  return {
    width: points.width,
    count,
    mean,
    components,
    unit,
    explained: total > 0 ? Math.min(1, kept / total) : 1,
  }
}

/** Numbers in one run: 16 MB. */
const mostNumbers = 2 ** 22

/** Rows along the directions, in their unit, by the graph that projects new rows. */
export async function projected(
  { rows, width, values }: Points,
  projection: Projection,
  engine: Engine,
): Promise<Points> {
  const { count } = projection
  const features = input('features', 'float32', ['batch', width])
  const program = await engine.compile(
    graph({ near: projectionGraph(projection).project(features) }, { name: 'projection' }),
  )
  const coordinates = new Float32Array(rows * count)
  const chunk = Math.max(1, Math.floor(mostNumbers / width))
  try {
    for (let start = 0; start < rows; start += chunk) {
      const end = Math.min(rows, start + chunk)
      const part = values.subarray(start * width, end * width)
      const { near } = await program.run({ features: tensor('float32', [end - start, width], part) })
      coordinates.set(near!.data as Float32Array, start * count)
    }
  } finally {
    await program.dispose()
  }
  return { rows, width: count, values: coordinates }
}

/** The space of the projected coordinates: numbers without columns of their own. */
export function projectedSpace({ count }: Projection): FeatureSpace {
  const columns = Array.from({ length: count }, (_, i) => ({ name: `component ${i}`, start: i, width: 1 }))
  return { width: count, numericCount: count, columns }
}

/** Names of the two constants in the model file. */
const names = { mean: 'projection.mean', components: 'projection.components' }

/** The numbers of a projection as the weights of a model file. */
export function projectionWeights({ mean, components }: Projection): Weights {
  return { [names.mean]: mean, [names.components]: components }
}

/** Way in and way back, over constants of their own. */
export function projectionGraph({ width, count, mean, components, unit }: Projection) {
  const start = constant(floats(mean, [width]), names.mean)
  const directions = constant(floats(components, [count, width]), names.components)
  return {
    /** `[batch, width]` to `[batch, count]` */
    project: (features: Value): Value =>
      gemm(sub(features, start), directions, { transposeB: true, alpha: 1 / unit }),
    /** `[batch, count]` to `[batch, width]` */
    unproject: (coordinates: Value): Value => add(gemm(coordinates, directions, { alpha: unit }), start),
  }
}
