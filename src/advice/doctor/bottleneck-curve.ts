/**
 * The curve of held-out error against the width of the code, from one training with an ordered code
 * (src/autoencoders/ordered-code.ts): the trained code is cut off after 1, 2, 3, … units, and the knee is the
 * width after which further units only copy noise.
 *
 * Raw errors fall with every unit, down to nothing when the code is as wide as the data, since a unit can always copy a
 * column. So errors are counted for each number that is left unexplained, as probabilistic PCA estimates its noise
 * (Tipping & Bishop 1999, eq. 8): with k units over D numbers
 *
 *     A(k) = E(k) · D ÷ (D − k),
 *
 * which stays level where units copy noise that is alike in all directions, and falls where they find structure.
 *
 * The knee is the smallest k whose A(k) is, by no more than a standard error and a margin that matters, above the smallest
 * A there is. The margin is a tenth of that smallest A, or 2 % of the error without any code where that is more.
 * Its interval comes from drawing held-out rows again (the bootstrap), and with them a margin from half of that to twice
 * as much; chance in the training itself is not in it.
 */
import { randomFor } from '../../base/index.js'
import { columnErrors, type FeatureSpace } from '../../autoencoders/index.js'
import { constant, div, floats, maximum, mul, reduceSum, type Tensor, type Value } from '../../graph/index.js'
import type { LearningOptions } from '../../learning/index.js'
import { rowsAt, runOver, type FeatureRows, type Trained } from './bound.js'
import type { Patient } from './diagnosis.js'
import { bootstrap, estimate, pairedDifference, type Estimate } from './statistics/paired.js'
import { trainTrial } from './trial.js'

/** Held-out error against width of the code. */
export interface WidthCurve {
  /** Ascending; the first is 0, no code at all. */
  readonly widths: readonly number[]
  /** Held-out error at each width, nats a column. */
  readonly errors: readonly Estimate[]
  /** `[widths][rows]`: the same for every held-out row. */
  readonly rowErrors: readonly Float64Array[]
  /** Numbers that a row has: features, less one for each group of categories. */
  readonly numbers: number
  readonly knee: Knee
}

/** Where more units stop to help. */
export interface Knee {
  readonly width: number
  /** Ends of the 95 % interval. */
  readonly low: number
  readonly high: number
  /** True when the error still falls at the largest width looked at: the knee lies there or beyond. */
  readonly beyond: boolean
}

/** Share of the smallest adjusted error, and of the error without a code, that do not matter. */
const shareOfLeast = 0.1
const shareOfAll = 0.02
const bootstrapDraws = 200
const mostHeldOut = 4000

/** Every width up to 8, then four for each doubling (10, 12, 14, 16, 20, …) up to `most`, which comes last. */
export function widthsUpTo(most: number): readonly number[] {
  const widths: number[] = []
  for (let width = 1, step = 1; width < most; width += step) {
    widths.push(width)
    if (width >= 8 * step) step *= 2
  }
  return [...widths, most]
}

/** Widest code that a curve looks at: at most three quarters of the numbers of a row, and 64. */
export function widestCode(space: FeatureSpace): number {
  return Math.max(1, Math.min(64, Math.floor(0.75 * numbersIn(space))))
}

/** Numbers that a row has: features, less one for each group of categories. */
export function numbersIn({ width, columns, numericCount }: FeatureSpace): number {
  return width - (columns.length - numericCount)
}

/** How a curve is made. */
export interface CurveOptions {
  /** Widest code looked at (default `widestCode`). */
  readonly most?: number
  /** Optimiser steps (default 3000). */
  readonly steps?: number
  /** Threads of the engine; measured when absent. */
  readonly threads?: number
  /** Rows that the error is measured on, positions in the features (default the patient's validation rows). */
  readonly heldOut?: Int32Array
}

/**
 * Trains once with an ordered code and cuts it off at every width.
 *
 * @throws HG_INTERRUPTED, HG_TRAINING_DIVERGED
 */
export async function bottleneckCurve(
  patient: Patient,
  { most, steps = 3000, threads, heldOut = patient.split.validation }: CurveOptions = {},
): Promise<WidthCurve> {
  const space = patient.preprocessing.layout
  const widest = most ?? widestCode(space)
  const plan = { ...orderedPlan(space, widest), ...(threads !== undefined && { threads }) }
  const trial = await trainTrial(patient, plan, { steps })
  const rows = rowsAt(patient, heldOut.subarray(0, mostHeldOut))
  const widths = [0, ...widthsUpTo(widest)]
  const rowErrors = await cutErrors(patient.machine, trial, rows, widths)
  const numbers = numbersIn(space)
  return {
    widths,
    errors: rowErrors.map((errors) => estimate(errors)),
    rowErrors,
    numbers,
    knee: kneeOf(widths, rowErrors, numbers, patient.seed),
  }
}

/** A dense network wide enough that the code is what limits it. */
export function orderedPlan(space: FeatureSpace, latent = widestCode(space)): LearningOptions {
  const side = Math.max(64, Math.min(256, 4 * space.width))
  return {
    kind: 'undercomplete',
    batchSize: 256,
    learningRate: 3e-3,
    options: { ordered: true, hidden: [side, side], latent, activation: 'silu' },
  }
}

/** `[widths][rows]`: mean error over the known cells of each row, with the code cut off at each width. */
async function cutErrors(
  machine: Patient['machine'],
  trained: Trained,
  rows: FeatureRows,
  widths: readonly number[],
): Promise<readonly Float64Array[]> {
  const { space } = trained.autoencoder
  const columns = space.columns.length
  const meanOf = (errors: Value, mask: Value | undefined): Value =>
    mask === undefined
      ? div(reduceSum(errors, { axes: [1] }), columns)
      : div(reduceSum(mul(errors, mask), { axes: [1] }), maximum(reduceSum(mask, { axes: [1] }), 1))
  const { latent } = trained.autoencoder.options as { readonly latent: number }
  const results = await runOver(
    machine,
    trained,
    rows,
    ({ autoencoder, context, batch }) => {
      const code = autoencoder.encode(batch, context)
      const errorsOf = (width: number): Value => {
        const back = autoencoder.decode(mul(code, constant(leading(latent, width))), context)
        return meanOf(columnErrors(space, batch.features, back), batch.mask)
      }
      return Object.fromEntries(widths.map((width) => [String(width), errorsOf(width)]))
    },
    { outputWidth: space.width * widths.length },
  )
  return widths.map((width) => Float64Array.from(results[String(width)]!))
}

/** `[1, latent]`, 1 for the first `width` units. */
const leading = (latent: number, width: number): Tensor =>
  floats(
    Float32Array.from({ length: latent }, (_, i) => (i < width ? 1 : 0)),
    [1, latent],
  )

/** The knee, by the rule of this file. @param rowErrors `[widths][rows]`; widths begin with 0 */
export function kneeOf(
  widths: readonly number[],
  rowErrors: readonly Float64Array[],
  numbers: number,
  seed: number,
): Knee {
  const factors = widths.map((width) => numbers / Math.max(1, numbers - width))
  const rows = rowErrors[0]!.length
  const means = (drawn: Int32Array | undefined): readonly number[] =>
    rowErrors.map((errors, at) => factors[at]! * meanAt(errors, drawn))
  const whole = means(undefined)
  const best = whole.indexOf(Math.min(...whole))
  const spread = rowErrors.map((errors, at) => {
    const scaled = errors.map((error) => factors[at]! * error)
    const least = rowErrors[best]!.map((error) => factors[best]! * error)
    const { error } = pairedDifference(scaled, least)
    return Number.isFinite(error) ? error : 0
  })
  const kneeIn = (adjusted: readonly number[], strictness: number): number => {
    const least = Math.min(...adjusted)
    const margin = strictness * Math.max(shareOfLeast * least, shareOfAll * adjusted[0]!)
    const at = adjusted.findIndex((value, i) => value <= least + margin + spread[i]!)
    return widths[at]!
  }
  const stream = randomFor(seed, 'margins')
  const drawn = bootstrap(rows, bootstrapDraws, seed, (positions) =>
    kneeIn(means(positions), 2 ** (2 * stream.uniform() - 1)),
  )
  const sorted = [...drawn].sort((a, b) => a - b)
  const width = kneeIn(whole, 1)
  return {
    width,
    low: Math.min(width, sorted[Math.floor(0.025 * sorted.length)]!),
    high: Math.max(width, sorted[Math.ceil(0.975 * sorted.length) - 1]!),
    beyond: width === widths.at(-1) && widths.length > 2,
  }
}

function meanAt(values: Float64Array, drawn: Int32Array | undefined): number {
  let sum = 0
  if (drawn === undefined) for (const value of values) sum += value
  else for (const at of drawn) sum += values[at]!
  return sum / values.length
}
