/**
 * Cheaper settings and the quality that they keep, by trying them on a ladder of short trainings:
 *
 *     as planned   s ── 2s ── 4s steps     the longest one that there is time for, at most the planned one
 *     quarter rows s                       the same passes over a quarter of the rows, where there is time left
 *     half width              4s           likewise
 *
 * Quality is how far wrong rows stand out above chance (planted-cells.ts), as a share of what the longest training of the
 * ladder reaches. Where the plan is longer than the ladder, its steps are called dispensable only when both doublings
 * brought next to nothing, and nothing at all is where the ladder ends before a quarter of the plan and before 1,000
 * steps: too short a training says little of a long one.
 */
import { formatCount, throwIfAborted } from '../../base/index.js'
import type { LearningOptions } from '../../learning/index.js'
import type { CostPrediction } from './cost-prediction.js'
import type { Patient, Remedy } from './diagnosis.js'
import { detection, plantRows } from './planted-cells.js'
import { estimate } from './statistics/paired.js'
import type { Subject } from './subject.js'
import { merged, retraining } from './training-command.js'
import { trainTrial, type Trial } from './trial.js'

/** A cheaper setting after it was tried. */
export interface Cheaper {
  readonly name: string
  /** Share of the quality of the longest training, and the ends of its 95 % interval. */
  readonly quality: number
  readonly low: number
  readonly high: number
  /** Whether at least 95 % are kept, beyond doubt of half a per cent. */
  readonly keeps: boolean
  /** Seconds that a whole fit takes with it. */
  readonly seconds: number
  readonly remedy: Remedy
}

/** What the ladder says. */
export interface Ladder {
  readonly settings: readonly Cheaper[]
  /** Steps of its longest training. */
  readonly steps: number
  /** Whether these are enough to say anything of the plan. */
  readonly tells: boolean
}

const keptShare = 0.95
/** A doubling may bring this share, where the plan goes on beyond the ladder. */
const mostByDoubling = 0.025
/** How far the lower end of the interval may lie below what must be kept. */
const doubt = 0.02
/** The rungs, in units of the first one: 1 + 2 + 4. What else is tried takes 1 (a quarter of the rows) and about 4 units. */
const ladderUnits = 7
const thinUnits = 4
const fewestSteps = 50
/** A ladder that ends here, or at a quarter of the plan, says what the whole plan would. */
const stepsThatTell = 1000
/** Least that wrong rows must stand out above chance for shares of it to mean something. */
const leastQuality = 0.05

/** Tries cheaper settings in about so many seconds. */
export async function cheaperSettings(
  subject: Subject,
  cost: CostPrediction,
  seconds: number,
): Promise<Ladder> {
  const { patient, learning } = subject
  const began = performance.now()
  const affordable = Math.floor(seconds / ladderUnits / cost.secondsPerStep)
  const rung = Math.max(fewestSteps, Math.min(Math.floor(cost.steps / 4), affordable))
  const tells = 4 * rung >= Math.min(stepsThatTell, cost.steps / 4)
  const hasTimeFor = (units: number): boolean =>
    (performance.now() - began) / 1000 + units * rung * cost.secondsPerStep <= seconds
  const planted = plantRows(patient, patient.split.validation, patient.seed)
  const settings: LearningOptions = { ...learning, threads: cost.threads }
  const run = async (options: LearningOptions, steps: number, training?: Int32Array) => {
    throwIfAborted(patient.signal, 'cost: cheaper settings')
    const trial = await trainTrial(patient, options, { steps, ...(training && { training }) })
    return { trial, placements: await detection(patient.machine, trial, planted) }
  }
  const longest = await run(settings, 4 * rung)
  const found: Cheaper[] = []
  const ladder: Ladder = { settings: found, steps: 4 * rung, tells }
  const reference = estimate(longest.placements).mean - 0.5
  if (reference < leastQuality) return ladder
  const shareOf = (placements: Float64Array): Share => {
    const kept = estimate(
      placements.map((placement, i) => placement - 0.5 - keptShare * (longest.placements[i]! - 0.5)),
    )
    const asShare = (value: number): number => keptShare + value / reference
    const [quality, low, high] = [asShare(kept.mean), asShare(kept.low), asShare(kept.high)]
    return { quality, low, high, keeps: tells && kept.mean >= 0 && low >= keptShare - doubt }
  }
  const half = await run(settings, 2 * rung)
  const quarter = await run(settings, rung)
  found.push(...fewerSteps(subject, cost, rung, [shareOf(quarter.placements), shareOf(half.placements)]))
  if (hasTimeFor(1)) {
    const fewer = await run(settings, rung, everyFourth(patient))
    found.push({
      name: 'a quarter of the rows',
      ...shareOf(fewer.placements),
      seconds: secondsWith(cost, { stepShare: 1 / 4, rowShare: 1 / 4 }),
      remedy: { text: 'Learn from a quarter of the rows, chosen by chance, in as many passes.' },
    })
  }
  const narrower = halved(longest.trial, learning)
  if (narrower !== undefined && hasTimeFor(thinUnits)) {
    const thin = await run(merged(settings, narrower), 4 * rung)
    const pace = thin.trial.record.seconds / longest.trial.record.seconds
    found.push({
      name: 'half the width',
      ...shareOf(thin.placements),
      seconds: secondsWith(cost, { pace }),
      remedy: retraining(patient, 'Halve the widths of the layers.', learning, narrower),
    })
  }
  return ladder
}

type Share = Omit<Cheaper, 'name' | 'seconds' | 'remedy'>

/** Fewer steps: the rungs of the ladder that the plan is longer than. */
function fewerSteps(
  { patient, learning }: Subject,
  cost: CostPrediction,
  rung: number,
  [quarter, half]: readonly [Share, Share],
): readonly Cheaper[] {
  const plateau =
    half.keeps && half.quality >= 1 - mostByDoubling && quarter.quality >= (1 - mostByDoubling) ** 2
  const whole: Share = { quality: 1, low: half.low, high: 2 - half.low, keeps: plateau }
  const beyond = cost.steps > 4 * rung
  const stepsPerEpoch = Math.ceil(cost.trainingRows / cost.plan.training.batchSize)
  return [[quarter, rung] as const, [half, 2 * rung] as const, [whole, 4 * rung] as const]
    .filter(([, steps]) => steps < cost.steps)
    .map(([share, steps]) => {
      const epochs = Math.max(1, Math.ceil(steps / stepsPerEpoch))
      return {
        name: `${formatCount(epochs * stepsPerEpoch)} steps`,
        ...share,
        // Shares are of the ladder's end; they are shares of the plan's own quality only where the plan has levelled off.
        keeps: share.keeps && (!beyond || plateau),
        seconds: secondsWith(cost, { stepShare: (epochs * stepsPerEpoch) / cost.steps }),
        remedy: retraining(
          patient,
          `Train for ${formatCount(epochs)} ${epochs === 1 ? 'pass' : 'passes'} over the rows.`,
          learning,
          { epochs },
        ),
      }
    })
}

/** Half the widths of a dense network, where there is something to halve. */
function halved({ autoencoder }: Trial, learning: LearningOptions): Partial<LearningOptions> | undefined {
  const { hidden = [], latent } = autoencoder.options as {
    readonly hidden?: readonly number[]
    readonly latent: number
  }
  if (hidden.length === 0 || Math.max(...hidden) < 16) return undefined
  const wide = latent >= Math.max(...hidden)
  return {
    kind: learning.kind ?? 'denoising',
    options: {
      hidden: hidden.map((width) => Math.max(8, Math.ceil(width / 2))),
      ...(wide && { latent: Math.ceil(latent / 2) }),
    },
  }
}

function everyFourth({ split: { training } }: Patient): Int32Array {
  return training.filter((_, i) => i % 4 === 0)
}

/** Seconds of a whole fit with another pace of steps, fewer steps or fewer rows. */
function secondsWith(
  { parts }: CostPrediction,
  { pace = 1, stepShare = 1, rowShare = 1 }: { pace?: number; stepShare?: number; rowShare?: number },
): number {
  const { start, preparing, steps, evaluations, scoring } = parts
  return (
    start +
    rowShare * preparing +
    pace * stepShare * (steps + rowShare * evaluations) +
    pace * rowShare * scoring
  )
}
