/**
 * What a network explains badly: columns and parts of the rows where it leaves clearly more error than nearest rows do,
 * which know nothing of networks. One that is noisy by nature is not blamed.
 */
import { formatPercent, throwIfAborted } from '../../../base/index.js'
import type { Patient } from '../diagnosis.js'
import { twoSided } from '../statistics/distributions.js'
import { bonferroni } from '../statistics/multiplicity.js'
import { estimate, standardErrors, type Estimate } from '../statistics/paired.js'
import { cellErrors, type Trial } from '../trial.js'
import { neighbourFloor, type Floor } from './neighbour-floor.js'
import type { RowPart } from './parts.js'

/** Adjusted p-value, and the part of what there is to explain that must be missed: to be watched, and ill. */
const level = 1e-4
const weak = 0.15
const strong = 0.3
/** Fewest rows that a verdict stands on. */
const fewestRows = 30

/** Most rows that are measured on, and most features of all of them with one cell hidden after the other: some seconds. */
const mostRows = 600
const mostHidden = 1e8

/** Held-out rows that are measured on, evenly through the table: fewer where rows are wide. */
export function measuredRows({ split: { validation }, preprocessing: { layout } }: Patient): Int32Array {
  const affordable = Math.floor(mostHidden / (layout.width * layout.columns.length))
  const most = Math.max(4 * fewestRows, Math.min(mostRows, affordable))
  return validation.filter((_, i) => i % Math.ceil(validation.length / most) === 0)
}

/** Errors of the network and of nearest rows on the same cells. */
export interface Measured {
  readonly rows: Int32Array
  readonly floor: Floor
  /** `[rows, floor.columns]`: the network's error less that of nearest rows, over the column's marginal error; NaN where missing. */
  readonly excess: Float64Array
  /** `[floor.columns]`: mean error over the marginal one, of the network and of nearest rows. */
  readonly network: readonly number[]
  readonly neighbours: readonly number[]
}

/** Measures a network and nearest rows on the same cells. */
export async function measure(patient: Patient, base: Trial, rows: Int32Array): Promise<Measured> {
  const all = base.autoencoder.space.columns.length
  const errors = await cellErrors(patient, base, rows, 'expected')
  throwIfAborted(patient.signal, 'variability')
  const floor = neighbourFloor(patient, rows)
  const { columns, marginal } = floor
  const least = 1e-3 * Math.max(...marginal, Number.MIN_VALUE)
  const unit = marginal.map((value) => Math.max(value, least))
  const width = columns.length
  const ours = Float64Array.from(
    { length: rows.length * width },
    (_, i) => errors[Math.floor(i / width) * all + columns[i % width]!]! / unit[i % width]!,
  )
  const theirs = floor.errors.map((error, i) => error / unit[i % width]!)
  const means = (values: Float64Array): number[] =>
    columns.map(
      (_, c) =>
        estimate(Float64Array.from(rows, (_row, i) => values[i * width + c]!).filter((x) => !Number.isNaN(x)))
          .mean,
    )
  const known = ours.map((value, i) => (Number.isNaN(theirs[i]!) ? NaN : value))
  return {
    rows,
    floor,
    excess: known.map((value, i) => value - theirs[i]!),
    network: means(known),
    neighbours: means(theirs),
  }
}

/** What is explained badly, before anything was tried. */
export interface Missed {
  readonly code: 'column-unexplained' | 'part-unexplained'
  readonly name: string
  readonly verdict: 'fine' | 'watch' | 'ill'
  readonly excess: Estimate
  readonly text: string
}

/** Every column, with what is missed of it. */
export function missedColumns(
  patient: Patient,
  { floor, excess, rows, network, neighbours }: Measured,
): readonly Missed[] {
  const { columns } = floor
  return columns.map((column, c): Missed => {
    const values = Float64Array.from(rows, (_, i) => excess[i * columns.length + c]!).filter(
      (x) => !Number.isNaN(x),
    )
    const { name } = patient.preprocessing.layout.columns[column]!
    const found = estimate(values)
    return {
      code: 'column-unexplained',
      name,
      verdict: verdictOf(found, columns.length),
      excess: found,
      text: `${name} is explained badly: the network leaves ${formatPercent(network[c]!)} of what there is to explain, nearest rows ${formatPercent(neighbours[c]!)}.`,
    }
  })
}

/** Every part of the rows, with what is missed of it. */
export function missedParts({ excess, floor, rows }: Measured, parts: readonly RowPart[]): readonly Missed[] {
  const width = floor.columns.length
  const perRow = Float64Array.from(rows, (_, i) => {
    const known = excess.subarray(i * width, (i + 1) * width).filter((x) => !Number.isNaN(x))
    return known.length === 0 ? 0 : known.reduce((sum, x) => sum + x, 0) / known.length
  })
  return parts.map(({ name, members }): Missed => {
    const found = estimate(members.map((i) => perRow[i]!))
    return {
      code: 'part-unexplained',
      name,
      verdict: verdictOf(found, parts.length),
      excess: found,
      text: `Rows of ${name} are explained badly: the network leaves ${formatPercent(found.mean)} more of what there is to explain than nearest rows do.`,
    }
  })
}

function verdictOf(found: Estimate, tests: number): Missed['verdict'] {
  const pValue = bonferroni(twoSided(standardErrors(found)), tests)
  if (found.rows < fewestRows || found.mean < weak || pValue > level) return 'fine'
  return found.mean >= strong ? 'ill' : 'watch'
}
