/**
 * Highly variable genes: those whose counts differ between cells more than genes of their mean usually do. Two published
 * rules, both as Scanpy computes them; neither makes the matrix dense. Browser-safe.
 */
import { HourglassError } from '../base/index.js'
import { normalizeCounts } from './counts.js'
import { loess } from './loess.js'
import type { SparseMatrix } from './sparse.js'

/** How genes are ranked; see `geneVariability`. */
export type VariableGenesMethod = 'seurat_v3' | 'dispersion'

/**
 * The most variable genes of a matrix of counts.
 *
 * @param count how many to take, at least 1; all genes when there are no more
 * @param method default `seurat_v3`
 * @returns columns of the matrix, ascending
 * @throws HG_USAGE when count is no whole number above 0
 * @example
 * const genes = highlyVariableGenes(counts, 2000)
 * const table = asTable(normalizeCounts(selectColumns(counts, genes)))
 */
export function highlyVariableGenes(
  matrix: SparseMatrix,
  count: number,
  method: VariableGenesMethod = 'seurat_v3',
): Int32Array {
  if (!Number.isInteger(count) || count < 1) {
    throw new HourglassError(
      'HG_USAGE',
      `highlyVariableGenes: count must be a whole number above 0, got ${count}`,
    )
  }
  const scores = geneVariability(matrix, method)
  // Constant genes come last; among equals the earlier column is taken.
  const ranked = Int32Array.from(scores.keys()).sort(
    (a, b) => rankOf(scores[b]!) - rankOf(scores[a]!) || a - b,
  )
  return ranked.slice(0, count).sort()
}

/** A finite stand-in for the score of a constant gene, so that two of them can be compared. */
const rankOf = (score: number): number => (Number.isNaN(score) ? -Number.MAX_VALUE : score)

/**
 * How variable each gene is, `[columns]`; larger is more variable, constant genes have NaN.
 *
 * `seurat_v3`: counts are standardised by the standard deviation that genes of their mean have (LOESS of log10 variance
 * on log10 mean, span 0.3), clipped at √cells; the score is the variance of the result.
 * `dispersion`: counts scaled to the median library size; ln(variance / mean) is standardised within 20 equal bins of
 * ln(1 + mean).
 *
 * @param matrix counts, not normalised
 * @see Stuart et al. (2019), "Comprehensive integration of single-cell data", Cell 177, 1888–1902 (Methods, "Feature selection")
 * @see Satija et al. (2015), "Spatial reconstruction of single-cell gene expression data", Nature Biotechnology 33, 495–502
 */
export function geneVariability(
  matrix: SparseMatrix,
  method: VariableGenesMethod = 'seurat_v3',
): Float64Array {
  return method === 'seurat_v3' ? standardisedVariance(matrix) : binnedDispersion(matrix)
}

/** Mean and sample variance (divided by n − 1) of each column. */
function moments({ rows, columns, columnIndices, values }: SparseMatrix): {
  mean: Float64Array
  variance: Float64Array
} {
  const mean = new Float64Array(columns)
  for (let i = 0; i < values.length; i++) mean[columnIndices[i]!]! += values[i]!
  for (let column = 0; column < columns; column++) mean[column]! /= rows
  const squares = new Float64Array(columns)
  const filled = new Int32Array(columns)
  for (let i = 0; i < values.length; i++) {
    const column = columnIndices[i]!
    squares[column]! += (values[i]! - mean[column]!) ** 2
    filled[column]!++
  }
  const variance = squares.map(
    (sum, column) => (sum + (rows - filled[column]!) * mean[column]! ** 2) / (rows - 1),
  )
  return { mean, variance }
}

/** Span of the LOESS, as the paper has it. */
const span = 0.3

function standardisedVariance(matrix: SparseMatrix): Float64Array {
  const { rows, columns, columnIndices, values } = matrix
  const { mean, variance } = moments(matrix)
  const varying = Int32Array.from(variance.keys()).filter((column) => variance[column]! > 0)
  const scores = new Float64Array(columns).fill(NaN)
  if (varying.length === 0) return scores
  const usual = loess(
    Float64Array.from(varying, (column) => Math.log10(mean[column]!)),
    Float64Array.from(varying, (column) => Math.log10(variance[column]!)),
    { span },
  )
  const deviation = new Float64Array(columns).fill(1)
  varying.forEach((column, i) => (deviation[column] = Math.sqrt(10 ** usual[i]!)))
  const [sums, squares] = [new Float64Array(columns), new Float64Array(columns)]
  for (let i = 0; i < values.length; i++) {
    const column = columnIndices[i]!
    const clipped = Math.min(values[i]!, deviation[column]! * Math.sqrt(rows) + mean[column]!)
    sums[column]! += clipped
    squares[column]! += clipped * clipped
  }
  for (const column of varying) {
    const spread = rows * mean[column]! ** 2 + squares[column]! - 2 * sums[column]! * mean[column]!
    scores[column] = spread / ((rows - 1) * deviation[column]! ** 2)
  }
  return scores
}

/** Bins of the mean, of equal width. */
const bins = 20

function binnedDispersion(matrix: SparseMatrix): Float64Array {
  const { mean, variance } = moments(normalizeCounts(matrix, { log1p: false }))
  const dispersion = mean.map((value, gene) =>
    variance[gene]! > 0 ? Math.log(variance[gene]! / value) : NaN,
  )
  const bin = binsOf(mean.map(Math.log1p))
  const [counts, sums, squares] = [new Int32Array(bins), new Float64Array(bins), new Float64Array(bins)]
  dispersion.forEach((value, gene) => {
    if (Number.isNaN(value)) return
    counts[bin[gene]!]!++
    sums[bin[gene]!]! += value
  })
  const centres = sums.map((sum, i) => sum / counts[i]!)
  dispersion.forEach((value, gene) => {
    if (!Number.isNaN(value)) squares[bin[gene]!]! += (value - centres[bin[gene]!]!) ** 2
  })
  return dispersion.map((value, gene) => {
    const i = bin[gene]!
    // A gene alone in its bin is as variable as its bin: 1, as the published code has it.
    if (counts[i] === 1) return Number.isNaN(value) ? NaN : 1
    return (value - centres[i]!) / Math.sqrt(squares[i]! / (counts[i]! - 1))
  })
}

/** Bins of equal width over the range, each with its upper edge. */
function binsOf(numbers: Float64Array): Int32Array {
  const least = numbers.reduce((a, b) => Math.min(a, b), Infinity)
  const most = numbers.reduce((a, b) => Math.max(a, b), -Infinity)
  const width = (most - least) / bins
  return Int32Array.from(numbers, (value) =>
    width > 0 ? Math.max(0, Math.min(bins - 1, Math.ceil((value - least) / width) - 1)) : 0,
  )
}
