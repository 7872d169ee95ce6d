/**
 * The largest eigenvalues of a symmetric positive semidefinite operator and their vectors.
 *
 * Small matrices are decomposed whole by ml-matrix (tridiagonal form and QL iterations: O(n³) in TypeScript, some
 * seconds at n = 1,000). For larger ones, and for operators that are never formed, a random subspace somewhat wider
 * than what is wanted is multiplied by the operator again and again, kept orthonormal, and the small problem inside it
 * solved (subspace iteration with Rayleigh–Ritz; the range finder of Halko, Martinsson & Tropp 2011, algorithm 4.4,
 * run until its residuals are small).
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { randomFor } from '../base/index.js'
import type { Matrix64, Products } from './products.js'

/** Eigenvalues, descending, and their vectors as rows. */
export interface Eigenpairs {
  /** `[count]`, descending */
  readonly values: Float64Array
  /** `[count, size]`, orthonormal rows */
  readonly vectors: Float64Array
}

/** A symmetric operator on vectors of `size` numbers, by what it makes of some of them, `[size, count]`. */
export type SymmetricOperator = (vectors: Matrix64) => Promise<Matrix64>

/** Largest matrix that is decomposed whole although few pairs are wanted: about a second. */
const mostWhole = 384
/** Residual ‖Av − λv‖, relative to the largest eigenvalue, at which a pair is done. */
const tolerance = 1e-10
/** A direction this much weaker than the strongest is rounding, not data. */
const negligible = 1e-13

/** All eigenpairs of a symmetric matrix, the first `count` of them returned. */
export function wholeEigenpairs({ rows, data }: Matrix64, count: number): Eigenpairs {
  const matrix = new Matrix(Array.from({ length: rows }, (_, i) => data.subarray(i * rows, (i + 1) * rows)))
  const decomposition = new EigenvalueDecomposition(matrix, { assumeSymmetric: true })
  const values = decomposition.realEigenvalues
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!)
  const vectors = new Float64Array(count * rows)
  for (let i = 0; i < count; i++)
    for (let r = 0; r < rows; r++) vectors[i * rows + r] = decomposition.eigenvectorMatrix.get(r, order[i]!)
  return { values: Float64Array.from(order.slice(0, count), (i) => Math.max(0, values[i]!)), vectors }
}

/** The `count` largest eigenpairs of a symmetric positive semidefinite matrix; `count` is at most its size. */
export async function largestEigenpairs(
  matrix: Matrix64,
  count: number,
  products: Products,
): Promise<Eigenpairs> {
  if (matrix.rows <= mostWhole || subspaceFor(count) > matrix.rows / 3) return wholeEigenpairs(matrix, count)
  return dominantEigenpairs(
    (vectors) => products.multiply(matrix, vectors),
    matrix.rows,
    count,
    products,
    300,
  )
}

/** Width of the subspace for `count` pairs: what converges slowly stands at its end and is not used. */
const subspaceFor = (count: number): number => count + Math.max(10, Math.ceil(count / 2))

/**
 * The `count` largest eigenpairs of an operator that is known by its products only.
 *
 * @param size length of its vectors, at least `count`
 * @param mostPasses products at most; fewer when the residuals are small
 */
export async function dominantEigenpairs(
  apply: SymmetricOperator,
  size: number,
  count: number,
  products: Products,
  mostPasses: number,
): Promise<Eigenpairs> {
  const stream = randomFor(0, 'subspace')
  const width = Math.min(size, subspaceFor(count))
  const start = {
    rows: size,
    columns: width,
    data: new Float64Array(size * width).map(() => stream.normal()),
  }
  let basis = await orthonormal(start, products)
  for (let pass = 1; ; pass++) {
    const image = await apply(basis)
    const small = wholeEigenpairs(await products.multiplyTransposed(basis, image), basis.columns)
    const turn = columnsOf(small)
    const [vectors, images] = [await products.multiply(basis, turn), await products.multiply(image, turn)]
    const wanted = Math.min(count, basis.columns)
    if (
      pass >= mostPasses ||
      largestResidual(vectors, images, small.values, wanted) <= tolerance * small.values[0]!
    )
      return firstPairs(small.values, vectors, count)
    basis = await orthonormal(images, products)
  }
}

/** Eigenvectors as the columns of a matrix. */
function columnsOf({ values, vectors }: Eigenpairs): Matrix64 {
  const n = values.length
  return {
    rows: n,
    columns: n,
    data: new Float64Array(n * n).map((_, at) => vectors[(at % n) * n + Math.floor(at / n)]!),
  }
}

/** The largest ‖Av − λv‖ of the first `count` columns. */
function largestResidual(vectors: Matrix64, images: Matrix64, values: Float64Array, count: number): number {
  const squares = new Float64Array(count)
  for (let r = 0; r < vectors.rows; r++) {
    for (let c = 0; c < count; c++) {
      const at = r * vectors.columns + c
      squares[c]! += (images.data[at]! - values[c]! * vectors.data[at]!) ** 2
    }
  }
  return Math.sqrt(squares.reduce((a, b) => Math.max(a, b), 0))
}

/**
 * An orthonormal basis of the columns of a matrix; columns that others already span are dropped.
 *
 * By the eigenvectors of aᵀa, twice, as once leaves the rounding of a squared condition number (Stathopoulos & Wu 2002).
 */
async function orthonormal(matrix: Matrix64, products: Products): Promise<Matrix64> {
  let basis = scaledColumns(matrix)
  for (let round = 0; round < 2; round++) {
    const { values, vectors } = wholeEigenpairs(
      await products.multiplyTransposed(basis, basis),
      basis.columns,
    )
    const kept = Math.max(1, values.filter((value) => value > negligible * values[0]!).length)
    const turn = new Float64Array(basis.columns * kept)
    for (let i = 0; i < kept; i++) {
      const length = Math.sqrt(values[i]!)
      for (let c = 0; c < basis.columns; c++)
        turn[c * kept + i] = length === 0 ? 0 : vectors[i * basis.columns + c]! / length
    }
    basis = await products.multiply(basis, { rows: basis.columns, columns: kept, data: turn })
  }
  return basis
}

/** Columns of length 1, so that weak directions are not lost beside strong ones; empty columns stay as they are. */
function scaledColumns({ rows, columns, data }: Matrix64): Matrix64 {
  const squares = new Float64Array(columns)
  for (let at = 0; at < data.length; at++) squares[at % columns]! += data[at]! ** 2
  const scale = squares.map((square) => (square === 0 ? 0 : 1 / Math.sqrt(square)))
  return { rows, columns, data: data.map((value, at) => value * scale[at % columns]!) }
}

/** The first pairs, vectors as rows; pairs beyond the operator's rank have value 0 and a vector of zeros. */
function firstPairs(values: Float64Array, vectors: Matrix64, count: number): Eigenpairs {
  const first = new Float64Array(count)
  const rows = new Float64Array(count * vectors.rows)
  for (let i = 0; i < Math.min(count, vectors.columns); i++) {
    first[i] = Math.max(0, values[i]!)
    for (let r = 0; r < vectors.rows; r++) rows[i * vectors.rows + r] = vectors.data[r * vectors.columns + i]!
  }
  return { values: first, vectors: rows }
}
