/**
 * How far each column can be foreseen from the others at least: by the mean of the nearest rows, found without the column
 * itself (k-nearest-neighbour regression, Stone 1977). Nearest rows are no best method, so what they leave is no lower
 * bound; but a network that does worse has missed something that is there.
 */
import type { Patient } from '../diagnosis.js'

/** Errors by nearest rows. */
export interface Floor {
  /** Columns looked at, positions in the layout. */
  readonly columns: readonly number[]
  /** `[rows.length, columns]`, in nats as `cellErrors` measures; NaN where the cell is missing. */
  readonly errors: Float64Array
  /** `[columns]`: the error of the column's own mean, or of its shares: what knowing nothing of the row costs. */
  readonly marginal: Float64Array
}

const neighbours = 12
const mostReferences = 2000
const mostColumns = 40

type Source = Pick<Patient, 'features' | 'mask' | 'preprocessing' | 'split'>

/** @param rows positions in the features whose errors are wanted; neighbours come from the training rows */
export function neighbourFloor(patient: Source, rows: Int32Array): Floor {
  const { features, preprocessing, split } = patient
  const { width, columns: all } = preprocessing.layout
  const step = Math.max(1, Math.ceil(all.length / mostColumns))
  const columns = all.flatMap((_, column) => (column % step === 0 ? [column] : []))
  const every = Math.max(1, Math.ceil(split.training.length / mostReferences))
  const references = split.training.filter((_, i) => i % every === 0)
  const errors = new Float64Array(rows.length * columns.length).fill(NaN)
  const squares = new Float64Array(references.length)
  rows.forEach((row, i) => {
    references.forEach((reference, r) => {
      let sum = 0
      for (let f = 0; f < width; f++)
        sum += (features[row * width + f]! - features[reference * width + f]!) ** 2
      squares[r] = sum
    })
    columns.forEach((column, c) => {
      if (!isKnown(patient, row, column)) return
      errors[i * columns.length + c] = errorBy(
        patient,
        row,
        column,
        nearest(patient, row, column, references, squares),
      )
    })
  })
  return {
    columns,
    errors,
    marginal: Float64Array.from(columns, (column) => marginalError(patient, column, references)),
  }
}

const isKnown = ({ mask, preprocessing }: Source, row: number, column: number): boolean =>
  mask === undefined || mask[row * preprocessing.layout.columns.length + column] === 1

/** The nearest references whose cell is known, by all features but the column's. */
function nearest(
  source: Source,
  row: number,
  column: number,
  references: Int32Array,
  squares: Float64Array,
): number[] {
  const { features, preprocessing } = source
  const { width, columns } = preprocessing.layout
  const { start, width: size } = columns[column]!
  const best: { at: number; square: number }[] = []
  for (let r = 0; r < references.length; r++) {
    const reference = references[r]!
    let square = squares[r]!
    for (let f = start; f < start + size; f++)
      square -= (features[row * width + f]! - features[reference * width + f]!) ** 2
    if (best.length === neighbours && square >= best[neighbours - 1]!.square) continue
    if (reference === row || !isKnown(source, reference, column)) continue
    let at = best.length < neighbours ? best.push({ at: reference, square }) - 1 : neighbours - 1
    for (; at > 0 && best[at - 1]!.square > square; at--) best[at] = best[at - 1]!
    best[at] = { at: reference, square }
  }
  return best.map(({ at }) => at)
}

/** ½(x − x̂)² of numbers, −log p̂ of categories with half a row for each category. */
function errorBy(
  { features, preprocessing }: Source,
  row: number,
  column: number,
  found: readonly number[],
): number {
  const { width, columns, numericCount } = preprocessing.layout
  const { start, width: size } = columns[column]!
  if (column < numericCount) {
    const mean = found.reduce((sum, at) => sum + features[at * width + start]!, 0) / Math.max(1, found.length)
    return (features[row * width + start]! - mean) ** 2 / 2
  }
  const own = categoryOf(features, row * width + start, size)
  const same = found.filter((at) => categoryOf(features, at * width + start, size) === own).length
  return -Math.log((same + 0.5) / (found.length + 0.5 * size))
}

function marginalError(source: Source, column: number, references: Int32Array): number {
  const known = references.filter((row) => isKnown(source, row, column))
  const { features, preprocessing } = source
  const { width, columns, numericCount } = preprocessing.layout
  const { start, width: size } = columns[column]!
  if (column < numericCount) {
    const mean =
      known.reduce((sum, row) => sum + features[row * width + start]!, 0) / Math.max(1, known.length)
    return (
      known.reduce((sum, row) => sum + (features[row * width + start]! - mean) ** 2, 0) /
      2 /
      Math.max(1, known.length)
    )
  }
  const counts = new Float64Array(size)
  for (const row of known) counts[categoryOf(features, row * width + start, size)]!++
  return counts.reduce(
    (sum, count) => (count > 0 ? sum - (count / known.length) * Math.log(count / known.length) : sum),
    0,
  )
}

function categoryOf(features: Float32Array, start: number, size: number): number {
  let best = 0
  for (let i = 1; i < size; i++) if (features[start + i]! > features[start + best]!) best = i
  return best
}
