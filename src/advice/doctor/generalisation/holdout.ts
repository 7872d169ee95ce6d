/**
 * Holding out a part of the world against holding out rows at random, on the same rows: two trainings of the same size,
 * one that has seen nothing of the part, one that has seen other rows of it, and the errors of both on what neither has.
 *
 * The rows measured on are the same, so that a part that is hard to foresee by nature counts as no failure.
 */
import { permutation, randomFor } from '../../../base/index.js'
import type { LearningOptions } from '../../../learning/index.js'
import type { Patient } from '../diagnosis.js'
import { estimate } from '../statistics/paired.js'
import { cellErrors, trainTrial } from '../trial.js'

/** Errors of two trainings on the same rows. */
export interface Paired {
  /** Positions in the patient's features. */
  readonly rows: Int32Array
  /** `[rows]`, mean error of the known cells in units of what is usual for the column: without the part, with it. */
  readonly without: Float64Array
  readonly withPart: Float64Array
}

/** How the trainings run. */
export interface HoldoutTraining {
  readonly learning: LearningOptions
  readonly steps: number
  readonly threads: number
}

/** Share of the training rows that choose the weights. */
const choosingShare = 0.12

/**
 * Compares.
 *
 * @param part positions of the part, ascending
 * @param rest positions of everything else
 * @param mostRows rows measured on at most
 */
export async function holdOut(
  patient: Patient,
  {
    part,
    rest,
    mostRows,
    name,
  }: {
    readonly part: Int32Array
    readonly rest: Int32Array
    readonly mostRows: number
    readonly name: string
  },
  training: HoldoutTraining,
): Promise<Paired> {
  const random = randomFor(patient.seed, `hold out ${name}`)
  const order = permutation(part.length, random).map((i) => part[i]!)
  const half = Math.min(mostRows, part.length >> 1)
  const [first, second] = [order.slice(0, half), order.slice(half)]
  const turns = [
    { measured: first, others: second },
    { measured: second, others: first },
  ]
  const sides = turns.slice(0, trainingsFor(part.length) - 1)
  const mixed = sides.map(({ others }) => {
    const pool = Int32Array.from([...rest, ...others])
    return permutation(pool.length, random)
      .slice(0, rest.length)
      .map((i) => pool[i]!)
  })
  const shuffledRest = permutation(rest.length, random).map((i) => rest[i]!)
  const rows = Int32Array.from(sides.flatMap(({ measured }) => [...measured]))
  const withPart = new Float32Array(rows.length * patient.preprocessing.layout.columns.length)
  let at = 0
  for (const [side, { measured }] of sides.entries()) {
    const errors = await errorsAfter(patient, mixed[side]!, measured, training)
    withPart.set(errors, at)
    at += errors.length
  }
  const without = await errorsAfter(patient, shuffledRest, rows, training)
  const usual = columnMeans(withPart, patient.preprocessing.layout.columns.length)
  return byPosition({
    rows,
    without: rowErrors(without, usual, patient, rows),
    withPart: rowErrors(withPart, usual, patient, rows),
  })
}

/** Parts of fewer rows are measured on whole: their halves take turns at being seen. */
const fewRows = 200

/** Trainings that holding out a part of so many rows takes. */
export const trainingsFor = (rows: number): 2 | 3 => (rows < fewRows ? 3 : 2)

function byPosition({ rows, without, withPart }: Paired): Paired {
  const order = [...rows.keys()].sort((a, b) => rows[a]! - rows[b]!)
  return {
    rows: Int32Array.from(order, (i) => rows[i]!),
    without: Float64Array.from(order, (i) => without[i]!),
    withPart: Float64Array.from(order, (i) => withPart[i]!),
  }
}

/** Errors `[rows.length, columns]` of a training on `rows` of other rows, in any order. */
export async function errorsAfter(
  patient: Patient,
  trainingRows: Int32Array,
  rows: Int32Array,
  { learning, steps, threads }: HoldoutTraining,
): Promise<Float32Array> {
  const choosing = Math.max(1, Math.round(trainingRows.length * choosingShare))
  const trial = await trainTrial(
    patient,
    { ...learning, threads },
    {
      steps,
      validation: trainingRows.slice(0, choosing).sort(),
      training: trainingRows.slice(choosing).sort(),
    },
  )
  return cellErrors(patient, trial, rows, 'expected')
}

function columnMeans(errors: Float32Array, columns: number): Float64Array {
  const sums = new Float64Array(columns)
  errors.forEach((error, i) => (sums[i % columns]! += error))
  const mean = sums.reduce((sum, value) => sum + value, 0) / columns
  // A column that is foreseen exactly must not weigh endlessly.
  return sums.map((sum) => Math.max(sum, 0.02 * mean, Number.MIN_VALUE) / (errors.length / columns))
}

/** Mean over the known cells of a row of error ÷ usual error of the column. */
export function rowErrors(
  errors: Float32Array,
  usual: Float64Array,
  { mask }: Pick<Patient, 'mask'>,
  rows: Int32Array,
): Float64Array {
  const columns = usual.length
  return Float64Array.from(rows, (row, i) => {
    let [sum, known] = [0, 0]
    for (let column = 0; column < columns; column++) {
      if (mask !== undefined && mask[row * columns + column] === 0) continue
      sum += errors[i * columns + column]! / usual[column]!
      known++
    }
    return known === 0 ? 0 : sum / known
  })
}

/** How many times larger the error is, with what chance allows. */
export interface Ratio {
  readonly ratio: number
  /** Ends of the 95 % interval. */
  readonly low: number
  readonly high: number
  /** ln ratio over its standard error. */
  readonly z: number
  /** The same for a usual row, by the geometric mean over rows: what a few rows with enormous errors do not blur. */
  readonly typical: { readonly ratio: number; readonly low: number; readonly z: number }
}

/** Added to errors, in units of a usual one, before their ratio is taken: rows without any error say nothing. */
const smallError = 0.05

/**
 * The ratio of two sums of errors, its uncertainty from leaving out one block of rows after the other (delete-one
 * jackknife): rows of one block resemble each other, blocks much less.
 *
 * @param blockOf `[rows]`, the block of each row, from 0
 */
export function ratioOf(
  { without, withPart }: Pick<Paired, 'without' | 'withPart'>,
  blockOf: ArrayLike<number>,
): Ratio {
  const blocks = Array.from(blockOf).reduce((most, block) => Math.max(most, block + 1), 0)
  const sums = Array.from({ length: blocks }, () => [0, 0] as [number, number])
  without.forEach((error, i) => {
    sums[blockOf[i]!]![0] += error
    sums[blockOf[i]!]![1] += withPart[i]!
  })
  const all = sums.reduce<[number, number]>(([a, b], [x, y]) => [a + x, b + y], [0, 0])
  const logs = without.map((error, i) => Math.log((error + smallError) / (withPart[i]! + smallError)))
  const log = ([a, b]: readonly [number, number]): number => Math.log(Math.max(a, 1e-12) / Math.max(b, 1e-12))
  const value = log(all)
  const left = sums.map(([x, y]) => log([all[0] - x, all[1] - y]))
  const mean = left.reduce((sum, each) => sum + each, 0) / blocks
  const variance = ((blocks - 1) / blocks) * left.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  const error = blocks > 1 ? Math.sqrt(variance) : Infinity
  return {
    ratio: Math.exp(value),
    low: Math.exp(value - 1.96 * error),
    high: Math.exp(value + 1.96 * error),
    z: error > 0 ? value / error : 0,
    typical: typicalOf(logs, blockOf, blocks),
  }
}

/** The mean of logarithms, its error from the means of blocks. */
function typicalOf(logs: Float64Array, blockOf: ArrayLike<number>, blocks: number): Ratio['typical'] {
  const sums = Array.from({ length: blocks }, () => [0, 0] as [number, number])
  logs.forEach((value, i) => {
    const block = sums[blockOf[i]!]!
    block[0] += value
    block[1]++
  })
  const { mean, error } = estimate(sums.filter(([, count]) => count > 0).map(([sum, count]) => sum / count))
  return {
    ratio: Math.exp(mean),
    low: Math.exp(mean - 1.96 * error),
    z: Number.isFinite(error) && error > 0 ? mean / error : 0,
  }
}

/** Rows in blocks of equal size, in their order. */
export const blocksOf = (rows: number, blocks: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, i) => Math.floor((i * Math.min(blocks, rows)) / rows))

/** Rows measured on from which a verdict of ill is possible. */
const fewestForIll = 40

/**
 * The verdict on a ratio. Two trainings on different rows differ by some per cent whatever is held out, on few rows by
 * more, which the rows do not show: the ratio must exceed that besides being certain, over all rows or for a usual one.
 */
export function verdictOn({ ratio, low, z, typical }: Ratio, rows: number): 'fine' | 'watch' | 'ill' {
  const isSure = (low >= 1.15 && z >= 3.5) || (typical.ratio >= 1.2 && typical.low >= 1.1 && typical.z >= 4)
  if (ratio >= 1.35 && isSure && rows >= fewestForIll) return 'ill'
  return ratio >= 1.12 && z >= 3 ? 'watch' : 'fine'
}
