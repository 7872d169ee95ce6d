/**
 * How well a model knows the data, by a measure that copying does not win: held-out rows are made wrong, and we look
 * whether they stand out (detection) and what the model says should stand in a wrong cell (restoration). Labels are not
 * needed, and models of different kinds and widths compare.
 *
 *     row ──► made wrong ──► score above those of untouched rows?         share, ½ by chance, 1 at best
 *                     └────► expected value of a cell against the true one      nats
 *
 * A model that gives back whatever it is shown sees nothing strange; one that is too narrow finds every row strange.
 *
 * Rows are wrong in one cell, which has another row's value; or in three ways by turns, so that no kind is favoured by
 * having trained on just that: in one cell; in half of the cells, all from one other row; by a little noise in all numbers.
 */
import { randomFor, type Random } from '../../base/index.js'
import { columnErrors, type FeatureSpace } from '../../autoencoders/index.js'
import { rowsAt, runOver, type FeatureRows, type Trained } from './bound.js'
import type { Patient } from './diagnosis.js'
import { passErrors, scoresBy, usualWeights } from './row-scores.js'
import { placements } from './statistics/paired.js'

/** Rows with one cell exchanged each. */
export interface PlantedRows {
  readonly clean: FeatureRows
  readonly planted: FeatureRows
  /** `[count]`: the column that was exchanged; −1 where it is not one. */
  readonly columns: Int32Array
}

/** Deviation of the noise in numbers, in standard deviations of a column. */
const noiseDeviation = 0.5

/** Most rows and most errors in one measurement: some tens of megabytes. */
const mostRows = 2000
const mostErrors = 2 ** 24

/** Donors tried for a cell, until one is this far away, in standard deviations. */
const mostDonors = 12
const clearDistance = 1

type Source = Pick<Patient, 'features' | 'mask' | 'preprocessing'>

/** Makes one row wrong, and says which column is, where it is one. */
type Spoil = (
  space: FeatureSpace,
  rows: FeatureRows,
  into: Float32Array,
  row: number,
  stream: Random,
) => number

/**
 * Exchanges one cell of each of some rows.
 *
 * @param positions rows in the patient's features; of more than 2,000 the first ones, fewer where rows are wide
 */
export function plantCells(patient: Source, positions: Int32Array, seed: number): PlantedRows {
  return planted(patient, positions, seed, () => exchangeCell)
}

/** Makes rows wrong in three ways by turns; see `plantCells`. */
export function plantRows(patient: Source, positions: Int32Array, seed: number): PlantedRows {
  const { numericCount } = patient.preprocessing.layout
  const turns: readonly Spoil[] = [exchangeCell, exchangeHalf, numericCount === 0 ? exchangeCell : addNoise]
  return planted(patient, positions, seed, (row) => turns[row % turns.length]!)
}

function planted(
  patient: Source,
  positions: Int32Array,
  seed: number,
  spoilFor: (row: number) => Spoil,
): PlantedRows {
  const { layout } = patient.preprocessing
  const most = Math.max(50, Math.min(mostRows, Math.floor(mostErrors / (8 * layout.columns.length))))
  const clean = rowsAt(patient, positions.subarray(0, most))
  const features = clean.features.slice()
  const stream = randomFor(seed, 'planted rows')
  const columns = new Int32Array(clean.count)
  for (let row = 0; row < clean.count; row++)
    columns[row] = spoilFor(row)(layout, clean, features, row, stream)
  return { clean, planted: { ...clean, features }, columns }
}

/** Noise in the known numbers of a row. */
function addNoise(
  { columns, width, numericCount }: FeatureSpace,
  { mask }: FeatureRows,
  into: Float32Array,
  row: number,
  stream: Random,
): number {
  for (let column = 0; column < numericCount; column++) {
    const noise = noiseDeviation * stream.normal()
    if (mask === undefined || mask[row * columns.length + column] === 1)
      into[row * width + columns[column]!.start]! += noise
  }
  return -1
}

/** Half of the cells of a row, by chance, from one other row, where both are known. */
function exchangeHalf(
  { columns, width }: FeatureSpace,
  { features, mask, count }: FeatureRows,
  into: Float32Array,
  row: number,
  stream: Random,
): number {
  const donor = stream.below(count)
  columns.forEach(({ start, width: size }, column) => {
    const taken = stream.uniform() < 0.5
    const known = [row, donor].every((at) => mask === undefined || mask[at * columns.length + column] === 1)
    if (!taken || !known) return
    into.set(features.subarray(donor * width + start, donor * width + start + size), row * width + start)
  })
  return -1
}

/** Exchanges a cell of a row for one that differs clearly, of the donors tried the farthest otherwise. */
function exchangeCell(
  { columns, width, numericCount }: FeatureSpace,
  { features, mask, count }: FeatureRows,
  into: Float32Array,
  row: number,
  stream: Random,
): number {
  const known = (at: number, column: number): boolean =>
    mask === undefined || mask[at * columns.length + column] === 1
  const usable = columns.flatMap((_, column) => (known(row, column) ? [column] : []))
  const column = usable[stream.below(Math.max(1, usable.length))] ?? 0
  const { start, width: size } = columns[column]!
  const cellOf = (at: number): Float32Array =>
    features.subarray(at * width + start, at * width + start + size)
  const own = cellOf(row)
  const distanceTo = (at: number): number =>
    column < numericCount
      ? Math.abs(cellOf(at)[0]! - own[0]!)
      : cellOf(at).some((x, i) => x !== own[i])
        ? clearDistance
        : 0
  let [best, farthest] = [row, -1]
  for (let i = 0; i < mostDonors && farthest < clearDistance; i++) {
    const donor = stream.below(count)
    const distance = known(donor, column) ? distanceTo(donor) : -1
    if (distance > farthest) [best, farthest] = [donor, distance]
  }
  into.set(cellOf(best), row * width + start)
  return column
}

/**
 * For each planted row the share of untouched rows that score below it, as a detector scores: errors over what is usual
 * for their column and pass. The mean is an AUROC.
 *
 * @returns `[count]`, ½ on average for a model that knows nothing
 */
export async function detection(
  machine: Patient['machine'],
  trained: Trained,
  { clean, planted }: PlantedRows,
): Promise<Float64Array> {
  const [usual, strange] = [
    await passErrors(machine, trained, clean),
    await passErrors(machine, trained, planted),
  ]
  const weights = usualWeights(usual)
  return placements(scoresBy(weights, strange), scoresBy(weights, usual))
}

/**
 * Error of the true value of each exchanged cell by what the model expects there, in nats up to a constant of the column.
 *
 * @returns `[count]`
 */
export async function restoration(
  machine: Patient['machine'],
  trained: Trained,
  { clean, planted, columns }: PlantedRows,
): Promise<Float64Array> {
  const { space } = trained.autoencoder
  const { errors } = await runOver(
    machine,
    trained,
    planted,
    ({ autoencoder, context, batch, extra }) => ({
      errors: columnErrors(space, extra['truth']!, autoencoder.expected(batch, context)),
    }),
    { extra: { truth: clean.features }, outputWidth: space.width * space.columns.length },
  )
  return Float64Array.from(columns, (column, row) => errors![row * space.columns.length + column]!)
}
