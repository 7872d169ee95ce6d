/**
 * How likely rows are under a trained variational autoencoder: log p(x), estimated by importance sampling from the
 * posterior. Draws are taken in pieces and summed in float64, so that memory stays bounded however many there are.
 *
 *     log p(x) ≈ log 1/k Σᵢ p(x, zᵢ)/q(zᵢ|x),  zᵢ ~ q(z|x)        Burda et al. 2016, eq. 8
 *
 * The estimate is too low on average, the less the more draws there are, and never by a constant: rows that the
 * encoder has not seen suffer most.
 */
import { createAutoencoder, logLikelihoodGraph, type Autoencoder } from '../autoencoders/index.js'
import { HourglassError, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { createNoise, type Noise, type Program } from '../engine/index.js'
import { tensor } from '../graph/index.js'
import { rowFeeds, weightFeeds, type FeatureRows, type Trained } from './generation.js'
import type { TrainingMachine } from './run.js'

/** Options of `logLikelihood`. */
export interface LikelihoodOptions extends LongWork {
  /** Draws for each row (default 500, above which Burda et al. report 5000 for their final figures). */
  readonly samples?: number
  /** Of the draws (default 0); the same seed gives the same numbers. */
  readonly seed?: number
}

/** Estimates in nats. */
export interface LogLikelihood {
  /** `[rows]`, log p of the known cells of each row. */
  readonly perRow: Float64Array
  /** `[rows]`, standard error of each by the spread of its weights; too small when few draws carry the sum. */
  readonly standardErrors: Float64Array
  readonly mean: number
  /** Standard error of the mean that comes from drawing codes, not from the choice of rows. */
  readonly standardError: number
}

/** Most numbers that the decoder gives in one run: 16 MiB. */
const mostNumbers = 2 ** 22
const mostSamples = 64

/**
 * Estimates log p(x) of every row.
 *
 * @throws HG_USAGE when the kind has no likelihood, or an option is outside its range
 * @throws HG_INTERRUPTED when the signal is aborted
 */
export async function logLikelihood(
  { autoencoder: description, weights }: Trained,
  rows: FeatureRows,
  options: LikelihoodOptions,
  { engine, kernels }: Pick<TrainingMachine, 'engine' | 'kernels'>,
): Promise<LogLikelihood> {
  const { samples = 500, seed = 0 } = options
  const autoencoder = createAutoencoder(description)
  const masked = rows.mask !== undefined
  expectSamples(samples)
  const programs = new Map<number, Program>()
  const counts = pieces(samples, mostSamples)
  try {
    for (const count of new Set(counts))
      programs.set(count, await engine.compile(logLikelihoodGraph(autoencoder, count, { mask: masked })))
    const sums = await sumWeights(autoencoder, rows, options, {
      weights: weightFeeds(autoencoder, weights),
      programs,
      counts,
      noise: createNoise(seed, kernels),
    })
    return estimatesOf(sums, samples)
  } finally {
    for (const program of programs.values()) await program.dispose()
  }
}

/** Σ w and Σ w² of each row, w = e^(log weight − shift), the shift being the largest log weight so far. */
interface WeightSums {
  readonly shift: Float64Array
  readonly first: Float64Array
  readonly second: Float64Array
}

async function sumWeights(
  autoencoder: Autoencoder,
  rows: FeatureRows,
  work: LongWork,
  run: {
    readonly weights: ReturnType<typeof weightFeeds>
    readonly programs: ReadonlyMap<number, Program>
    readonly counts: readonly number[]
    readonly noise: Noise
  },
): Promise<WeightSums> {
  const sums: WeightSums = {
    shift: new Float64Array(rows.rows).fill(-Infinity),
    first: new Float64Array(rows.rows),
    second: new Float64Array(rows.rows),
  }
  const { latent, space } = autoencoder
  const most = Math.max(1, Math.floor(mostNumbers / (space.width * Math.max(...run.counts))))
  const report = progressOf('likelihood', work.onProgress)
  for (let start = 0; start < rows.rows; start += most) {
    const end = Math.min(start + most, rows.rows)
    const fixed = { ...run.weights, ...rowFeeds(autoencoder, rows, start, end, rows.mask !== undefined) }
    for (const count of run.counts) {
      throwIfAborted(work.signal, `likelihood, row ${start + 1} of ${rows.rows}`)
      const noise = new Float32Array((end - start) * count * latent)
      run.noise.normal(noise)
      const feeds = { ...fixed, noise: tensor('float32', [end - start, count, latent], noise) }
      const outputs = await run.programs.get(count)!.run(feeds)
      take(sums, outputs['logWeights']!.data as Float32Array, start, count)
    }
    report(end / rows.rows)
  }
  return sums
}

/** Adds `count` log weights of each row from row `start` on. */
function take(
  { shift, first, second }: WeightSums,
  logWeights: Float32Array,
  start: number,
  count: number,
): void {
  logWeights.forEach((logWeight, i) => {
    const row = start + Math.floor(i / count)
    if (logWeight > shift[row]!) {
      const shrink = Math.exp(shift[row]! - logWeight)
      first[row]! *= shrink
      second[row]! *= shrink * shrink
      shift[row] = logWeight
    }
    const weight = Math.exp(logWeight - shift[row]!)
    first[row]! += weight
    second[row]! += weight * weight
  })
}

/** The standard error of log w̄ is that of w̄ relative to it, to first order. */
function estimatesOf({ shift, first, second }: WeightSums, samples: number): LogLikelihood {
  const perRow = shift.map((largest, row) => largest + Math.log(first[row]! / samples))
  const standardErrors = first.map((sum, row) => {
    const mean = sum / samples
    const variance = Math.max(0, second[row]! / samples - mean * mean)
    return Math.sqrt(variance / Math.max(1, samples - 1)) / mean
  })
  const rows = perRow.length
  return {
    perRow,
    standardErrors,
    mean: perRow.reduce((sum, value) => sum + value, 0) / rows,
    standardError: Math.sqrt(standardErrors.reduce((sum, error) => sum + error * error, 0)) / rows,
  }
}

/** A number in pieces of at most `most`. */
function pieces(count: number, most: number): readonly number[] {
  return Array.from({ length: Math.ceil(count / most) }, (_, i) => Math.min(most, count - i * most))
}

function expectSamples(samples: number): void {
  if (Number.isInteger(samples) && samples >= 1) return
  throw new HourglassError(
    'HG_USAGE',
    `logLikelihood: samples must be a whole number of at least 1, got ${samples}`,
  )
}
