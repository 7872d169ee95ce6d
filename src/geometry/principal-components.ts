/**
 * Principal components: the directions along which points vary most (Pearson 1901; Hotelling 1933).
 *
 *     covariance  C = (1/(n−1)) Σ (x − mean)(x − mean)ᵀ          C v = variance · v
 *
 * Products run on the engine in float64. What is decomposed (eigenpairs.ts) depends on the shape of the cloud:
 *
 *     no more columns than rows, up to 3,000 ──► the covariance [width, width]
 *     fewer rows than columns, up to 3,000   ──► the Gram matrix of the rows [rows, rows]; v = Xᵀu / √λ
 *     more of both                           ──► neither: the covariance as products with the data, pass by pass
 */
import { HourglassError, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import type { Engine } from '../engine/index.js'
import { completed, withFixedSigns } from './directions.js'
import { dominantEigenpairs, largestEigenpairs, type Eigenpairs } from './eigenpairs.js'
import { checkCount, checkPoints, columnMeans, rowsAt, type Points } from './points.js'
import { productsOn, zeros, type Matrix64, type Products } from './products.js'

/** Directions and variances of a cloud. */
export interface PrincipalComponents {
  /** `[width]` */
  readonly mean: Float32Array
  /** `[count, width]`, orthonormal rows, the largest variance first; the largest entry of each by size is positive. */
  readonly components: Float32Array
  /** `[count]` variance along each, with n − 1 in the denominator. */
  readonly variances: Float64Array
  /** Variance of all columns together: `variances` over it are the explained shares. */
  readonly total: number
}

/** Options of `principalComponents`. */
export interface PrincipalComponentsOptions extends LongWork {
  readonly engine: Engine
  /** Rows to learn from (default all). */
  readonly rows?: Int32Array
  /** Threads of the engine (default 1). */
  readonly threads?: number
}

/** Largest covariance or Gram matrix that is formed: 72 MB. */
const mostFormed = 3000
/** Numbers of the cloud in one product: 32 MB in float64. */
const mostNumbers = 2 ** 22
/** Passes over the data where nothing is formed: scikit-learn's randomised solver makes up to 7. */
const mostPassesOverData = 12

/**
 * The first principal components of a cloud. The same points give the same components.
 *
 * @param count from 1 to the smaller of width and rows − 1
 * @throws HG_TABLE_TOO_SMALL for fewer than 2 rows, HG_USAGE for NaN, infinity or too large a count, HG_INTERRUPTED
 * @example
 * const pca = await principalComponents(points, 2, { engine: nodeEngine })
 * const map = project(points, pca)
 */
export async function principalComponents(
  points: Points,
  count: number,
  options: PrincipalComponentsOptions,
): Promise<PrincipalComponents> {
  const chosen = options.rows === undefined ? points : rowsAt(points, options.rows)
  checkCloud(chosen, count)
  const mean = columnMeans(chosen)
  const products = await productsOn(options.engine, options.threads)
  try {
    const { values, vectors } = await decomposed({ points: chosen, mean, count, products, work: options })
    const components = completed(vectors, count, chosen.width)
    return {
      mean: Float32Array.from(mean),
      components: Float32Array.from(withFixedSigns(components, chosen.width)),
      variances: values.map((value) => value / (chosen.rows - 1)),
      total: sumOfSquares(chosen, mean) / (chosen.rows - 1),
    }
  } finally {
    await products.dispose()
  }
}

/**
 * Coordinates of points along components: `(x − mean) · componentsᵀ`.
 *
 * @returns `[rows, count]`
 * @throws HG_USAGE when the points are not as wide as those the components were learned from
 */
export function project(
  points: Points,
  { mean, components }: Pick<PrincipalComponents, 'mean' | 'components'>,
): Points {
  const { rows, width, values } = points
  if (width !== mean.length)
    throw new HourglassError(
      'HG_USAGE',
      `project: expected rows of ${mean.length} numbers, as the components were learned from, got ${width}`,
    )
  const count = components.length / width
  const projected = new Float32Array(rows * count)
  const centred = new Float64Array(width)
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) centred[c] = values[row * width + c]! - mean[c]!
    for (let i = 0, at = 0; i < count; i++) {
      let sum = 0
      for (let c = 0; c < width; c++) sum += centred[c]! * components[at++]!
      projected[row * count + i] = sum
    }
  }
  return { rows, width: count, values: projected }
}

function checkCloud(points: Points, count: number): void {
  checkPoints(points, 'principal components')
  if (points.rows < 2)
    throw new HourglassError(
      'HG_TABLE_TOO_SMALL',
      `principal components: expected at least 2 rows, got ${points.rows}`,
    )
  checkCount(count, 1, 'principal components: count')
  const most = Math.min(points.width, points.rows - 1)
  if (count > most)
    throw new HourglassError(
      'HG_USAGE',
      `principal components: ${points.rows} rows of ${points.width} numbers have at most ${most} directions, got ${count}; ask for fewer`,
    )
}

/** What the decompositions read. */
interface Task {
  readonly points: Points
  /** `[width]` */
  readonly mean: Float64Array
  readonly count: number
  readonly products: Products
  readonly work: LongWork
}

/** Eigenpairs of Σ (x − mean)(x − mean)ᵀ. */
async function decomposed(task: Task): Promise<Eigenpairs> {
  const { points, count, products } = task
  const { rows, width } = points
  if (width <= rows && width <= mostFormed) return largestEigenpairs(await scatter(task), count, products)
  if (rows <= mostFormed) return fromGram(task)
  const apply = (vectors: Matrix64): Promise<Matrix64> => scatterTimes(task, vectors)
  return dominantEigenpairs(apply, width, count, products, mostPassesOverData)
}

/** Rows of a chunk, so that it has `mostNumbers` numbers at most. */
const chunkRows = (width: number): number => Math.max(1, Math.floor(mostNumbers / width))

/** Centred rows from `start` on, in float64. */
function chunkFrom({ points, mean }: Pick<Task, 'points' | 'mean'>, start: number): Matrix64 {
  const { width, values } = points
  const rows = Math.min(chunkRows(width), points.rows - start)
  const data = new Float64Array(rows * width)
  for (let i = 0, at = start * width; i < data.length;)
    for (let c = 0; c < width; c++) data[i++] = values[at++]! - mean[c]!
  return { rows, columns: width, data }
}

/** Adds up a product of each chunk with itself or with something else. */
async function overChunks(
  task: Task,
  phase: string,
  into: Matrix64,
  product: (chunk: Matrix64, start: number) => Promise<Matrix64>,
): Promise<Matrix64> {
  const { points, work } = task
  const report = progressOf(phase, work.onProgress)
  for (let start = 0; start < points.rows; start += chunkRows(points.width)) {
    throwIfAborted(work.signal, 'principal components')
    const chunk = chunkFrom(task, start)
    const { data } = await product(chunk, start)
    for (let i = 0; i < data.length; i++) into.data[i]! += data[i]!
    report((start + chunk.rows) / points.rows)
  }
  return into
}

/** Σ (x − mean)(x − mean)ᵀ, `[width, width]`. */
function scatter(task: Task): Promise<Matrix64> {
  const { width } = task.points
  return overChunks(task, 'measuring the covariance', zeros(width, width), (chunk) =>
    task.products.multiplyTransposed(chunk, chunk),
  )
}

/** Σ (x − mean)(x − mean)ᵀ times vectors `[width, count]`, without forming the sum. */
function scatterTimes(task: Task, vectors: Matrix64): Promise<Matrix64> {
  const { products, points } = task
  return overChunks(task, 'finding directions', zeros(points.width, vectors.columns), async (chunk) =>
    products.multiplyTransposed(chunk, await products.multiply(chunk, vectors)),
  )
}

/** Through the Gram matrix of the centred rows, whose eigenvalues are the same and whose vectors are Xv / √λ. */
async function fromGram(task: Task): Promise<Eigenpairs> {
  const { points, products, count } = task
  const gram = await gramMatrix(task)
  const { values, vectors } = await largestEigenpairs(gram, count, products)
  const sums = zeros(points.width, count)
  await overChunks(task, 'finding directions', sums, (chunk, start) => {
    const weights = zeros(chunk.rows, count)
    for (let r = 0; r < chunk.rows; r++)
      for (let i = 0; i < count; i++) weights.data[r * count + i] = vectors[i * points.rows + start + r]!
    return products.multiplyTransposed(chunk, weights)
  })
  const components = new Float64Array(count * points.width)
  for (let i = 0; i < count; i++) {
    if (values[i]! <= weakest * values[0]!) continue
    const length = Math.sqrt(values[i]!)
    for (let c = 0; c < points.width; c++)
      components[i * points.width + c] = sums.data[c * count + i]! / length
  }
  return { values, vectors: components }
}

/** Inner products of all centred rows, `[rows, rows]`. */
async function gramMatrix(task: Task): Promise<Matrix64> {
  const { points, products, work } = task
  const { rows, width } = points
  const gram = zeros(rows, rows)
  const report = progressOf('measuring the covariance', work.onProgress)
  for (let start = 0; start < rows; start += chunkRows(width)) {
    throwIfAborted(work.signal, 'principal components')
    const right = turned(chunkFrom(task, start))
    for (let other = 0; other <= start; other += chunkRows(width)) {
      const block = await products.multiply(chunkFrom(task, other), right)
      for (let i = 0; i < block.rows; i++) {
        for (let j = 0; j < block.columns; j++) {
          const value = block.data[i * block.columns + j]!
          gram.data[(other + i) * rows + start + j] = value
          gram.data[(start + j) * rows + other + i] = value
        }
      }
    }
    report(Math.min(1, (start + right.columns) / rows))
  }
  return gram
}

function turned({ rows, columns, data }: Matrix64): Matrix64 {
  const result = zeros(columns, rows)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) result.data[c * rows + r] = data[r * columns + c]!
  return result
}

/** Sum of squares along a direction, relative to the first, below which the direction is rounding. */
const weakest = 1e-14

function sumOfSquares({ width, values }: Points, mean: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length;) for (let c = 0; c < width; c++) sum += (values[i++]! - mean[c]!) ** 2
  return sum
}
