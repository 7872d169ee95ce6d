/**
 * Changes to the options of a training, by trying them: a learning rate ten times higher and ten times lower, further in
 * the direction that helps, and four times as many steps where the loss still falls at the end. Everything else stays.
 */
import { formatCount, formatNumber, HourglassError, throwIfAborted } from '../../base/index.js'
import type { LearningOptions } from '../../learning/index.js'
import { rowsAt, type FeatureRows } from './bound.js'
import { passErrors, scoresBy, usualWeights } from './row-scores.js'
import { estimate, pairedDifference, type Estimate } from './statistics/paired.js'
import type { Subject } from './subject.js'
import { stillFalls } from './training-signs.js'
import { trainTrial, type Trial } from './trial.js'

/** A change after it was tried. */
export interface TriedChange {
  /** In a few words: `a learning rate of 0.002`. */
  readonly name: string
  /** The illness that it is the remedy of, and what is wrong. */
  readonly code: string
  readonly what: string
  readonly sentence: string
  readonly changes: Pick<LearningOptions, 'learningRate' | 'epochs'>
  /** Share by which errors of held-out rows fall. */
  readonly fall: Estimate
}

type Change = Omit<TriedChange, 'fall'> & { readonly steps?: number }

/** Learning rates that are worth trying. */
const rateRange = [1e-5, 0.05] as const
/** A fall that makes it worth going on in the same direction. */
const worthGoingOn = 0.05
const mostRows = 2000
const moreSteps = 4

/** The learning rate of a training; what plan.ts of the learning room takes where none is given. */
export const rateOf = ({ learningRate = 2e-3 }: LearningOptions): number => learningRate

/** To three digits: what people would write. */
export const rounded = (rate: number): number => Number(rate.toPrecision(3))

/** Tries changes while there is time; at least the first. @param trial the training as it is */
export async function tryChanges(
  subject: Subject,
  trial: Trial,
  seconds: number,
): Promise<readonly TriedChange[]> {
  const { patient, learning } = subject
  const rows = rowsAt(patient, patient.split.validation.subarray(0, mostRows))
  const before = await errorsBy(subject, trial, rows)
  const tried: TriedChange[] = []
  const began = performance.now()
  const hasTime = (): boolean => {
    const spent = (performance.now() - began) / 1000
    return tried.length === 0 || spent + spent / tried.length <= seconds
  }
  const attempt = async (change: Change): Promise<TriedChange | undefined> => {
    throwIfAborted(patient.signal, 'hyper-parameters: trying changes')
    if (!hasTime()) return undefined
    const fall = await fallBy(subject, trial, rows, before, change)
    if (fall !== undefined) tried.push({ ...change, fall })
    return tried.at(-1)
  }
  if (subject.cutFrom === undefined && stillFalls(trial.record) !== undefined) await attempt(longer(trial))
  for (const factor of [10, 0.1]) {
    let rate = rounded(rateOf(learning) * factor)
    while (rate >= rateRange[0] && rate <= rateRange[1]) {
      const best = Math.max(0, ...tried.map(({ fall }) => fall.mean))
      const change = await attempt(otherRate(rateOf(learning), rate))
      if (change === undefined || change.fall.mean < best + worthGoingOn) break
      rate = rounded(rate * factor)
    }
  }
  return tried
}

function otherRate(now: number, learningRate: number): Change {
  const word = learningRate > now ? 'low' : 'high'
  return {
    name: `a learning rate of ${formatNumber(learningRate)}`,
    code: `learning-rate-too-${word}`,
    what: `A learning rate of ${formatNumber(now)} is too ${word}`,
    sentence: `Train with a learning rate of ${formatNumber(learningRate)}.`,
    changes: { learningRate },
  }
}

function longer({ record }: Trial): Change {
  const steps = moreSteps * record.options.steps
  const epochs = Math.max(1, Math.ceil(moreSteps * (record.points.at(-1)?.epoch ?? 1)))
  return {
    name: `${formatCount(steps)} steps`,
    code: 'too-few-steps',
    what: `${formatCount(record.options.steps)} steps are too few`,
    sentence: `Train for ${formatCount(epochs)} passes over the rows.`,
    changes: { epochs },
    steps,
  }
}

/** Share by which errors fall with a change; nothing when its training diverges. */
async function fallBy(
  subject: Subject,
  trial: Trial,
  rows: FeatureRows,
  before: { readonly weights: Float64Array; readonly scores: Float64Array },
  { changes, steps = subject.steps }: Change,
): Promise<Estimate | undefined> {
  const options = { ...subject.learning, ...changes, threads: trial.record.threads }
  try {
    const other = await trainTrial(subject.patient, options, steps === undefined ? {} : { steps })
    const after = scoresBy(before.weights, await passErrors(subject.patient.machine, other, rows))
    const unit = Math.max(1e-12, estimate(before.scores).mean)
    return pairedDifference(
      before.scores.map((score) => score / unit),
      after.map((score) => score / unit),
    )
  } catch (error) {
    if (error instanceof HourglassError && error.code === 'HG_TRAINING_DIVERGED') return undefined
    throw error
  }
}

async function errorsBy({ patient }: Subject, trial: Trial, rows: FeatureRows) {
  const errors = await passErrors(patient.machine, trial, rows)
  const weights = usualWeights(errors)
  return { weights, scores: scoresBy(weights, errors) }
}
