/**
 * Difficulty 4: overfitting. Rows that gradients came from against rows that none came from; whether the model gives back
 * rows that it has seen (memorisation.ts); how many numbers were fitted to how many cells; and remedies, by trying them
 * (overfitting-remedies.ts).
 *
 * A gap between seen and unseen rows is no illness by itself: every model that learns has one. It is called ill when it
 * is large, beyond chance, and something that was tried takes away a good part of the errors of unseen rows; of options that
 * nobody chose it is said to be watched.
 */
import { formatCount, formatPercent } from '../../base/index.js'
import type { TrainingRecord } from '../../training/index.js'
import { rowsAt } from './bound.js'
import { worst, type Examination, type Illness, type Patient } from './diagnosis.js'
import { affordable } from './pace.js'
import { nearestIsSeen } from './memorisation.js'
import {
  capacityOf,
  gapEvidence,
  howMeasured,
  learningCurve,
  remedyChart,
  type Gap,
} from './overfitting-evidence.js'
import { tryRemedies, type TriedRemedy } from './overfitting-remedies.js'
import { passErrors, scoresBy, usualWeights } from './row-scores.js'
import { shareAbove, standardErrors, unpairedDifference, type Estimate } from './statistics/paired.js'
import { isChosen, retrained, subjectOf, type Subject } from './subject.js'
import { onlyFirstFix, retraining, withoutFix } from './training-command.js'
import type { Trial } from './trial.js'

/** From here on a gap is looked into: a share of the error of unseen rows, and how often an unseen row is the worse one. */
const gapThatMatters = 0.25
const gapOfIllness = 0.4
/** From here on it is an illness: the share of errors of unseen rows that a remedy takes away. */
const gainOfIllness = 0.2
const shareThatMatters = 0.6
const standardErrorsNeeded = 4
/** Of the gap itself, which a few rows with enormous errors blur: the order of seen and unseen rows is what must be sure. */
const fewerNeeded = 2

/** Most rows of either side. */
const mostRows = 2000
/** Fewest unseen rows that a gap is measured on. */
const fewestRows = 20

/** Looks at overfitting. */
export const overfittingExamination: Examination = async (patient) => {
  const began = performance.now()
  const subject = await affordable(await subjectOf(patient), patient.budgetSeconds / 4)
  const { training, validation } = subject.patient.split
  const base = { difficulty: 'overfitting', illnesses: [], evidence: [], charts: [], remedies: [] } as const
  const seconds = (): number => (performance.now() - began) / 1000
  if (validation.length < fewestRows) {
    const summary = `${validation.length} held-out rows are too few to tell seen from unseen rows; ${fewestRows} are needed`
    return { ...base, verdict: 'unknown', summary, seconds: seconds() }
  }
  const trial = await trialOf(subject)
  const gap = await gapOf(subject.patient, trial)
  const suspicious = isSuspicious(gap)
  const tried = suspicious
    ? await tryRemedies(subject, await retrained(subject), Math.max(2, patient.budgetSeconds - seconds()))
    : []
  const illnesses = [...overfitted(subject, gap, tried), ...lateBest(subject, trial.record)]
  const verdict = worst(illnesses.map((illness) => illness.verdict))
  return {
    ...base,
    verdict,
    summary: summaryOf(gap, illnesses),
    illnesses,
    evidence: [...gapEvidence(gap), ...capacityOf(subject, training.length), ...howMeasured(subject)],
    charts: [...learningCurve(trial.record), ...remedyChart(tried)],
    seconds: seconds(),
  }
}

/** The model of the file where it is known which rows it has seen, else the same training on the patient's split. */
async function trialOf(subject: Subject): Promise<Trial> {
  return subject.seen && subject.model !== undefined ? subject.model : retrained(subject)
}

async function gapOf(patient: Patient, trial: Trial): Promise<Gap> {
  const { machine, split } = patient
  const unseen = await passErrors(machine, trial, rowsAt(patient, spread(split.validation)))
  const seen = await passErrors(machine, trial, rowsAt(patient, spread(split.training)))
  const weights = usualWeights(unseen)
  const [unseenScores, seenScores] = [scoresBy(weights, unseen), scoresBy(weights, seen)]
  const difference = unpairedDifference(unseenScores, seenScores)
  const unit = unseenScores.reduce((sum, score) => sum + score, 0) / Math.max(1, unseenScores.length)
  return {
    gap: scaled(difference, 1 / Math.max(unit, 1e-12)),
    above: shareAbove(unseenScores, seenScores),
    memory: await nearestIsSeen(patient, trial, split.training, split.validation),
  }
}

/** At most so many positions, evenly through the list. */
function spread(positions: Int32Array): Int32Array {
  if (positions.length <= mostRows) return positions
  return Int32Array.from(
    { length: mostRows },
    (_, i) => positions[Math.floor((i * positions.length) / mostRows)]!,
  )
}

const scaled = ({ mean, error, low, high, rows }: Estimate, by: number): Estimate => ({
  mean: mean * by,
  error: error * by,
  low: low * by,
  high: high * by,
  rows,
})

function isSuspicious({ gap, above }: Gap): boolean {
  return (
    gap.mean >= gapThatMatters &&
    standardErrors(gap) >= fewerNeeded &&
    above.mean >= shareThatMatters &&
    (above.mean - 0.5) / above.error >= standardErrorsNeeded
  )
}

/** The illness itself, where the gap is large: ill when a remedy helped, else to be watched. */
function overfitted(subject: Subject, gap: Gap, tried: readonly TriedRemedy[]): readonly Illness[] {
  if (!isSuspicious(gap)) return []
  const helped = tried.filter(({ helps }) => helps).sort((a, b) => b.gain.mean - a.gain.mean)
  const [best] = helped
  const percent = formatPercent(gap.gap.mean)
  const text =
    best === undefined
      ? `Errors of rows that the model has seen are ${percent} below those of unseen rows. Nothing that was tried makes the latter smaller: more rows would.`
      : `Errors of rows that the model has seen are ${percent} below those of unseen rows, and ${best.errors} fall by ${formatPercent(best.gain.mean)} with ${best.name}.`
  const isIll =
    best !== undefined && best.gain.mean >= gainOfIllness && gap.gap.mean >= gapOfIllness && isChosen(subject)
  return [
    {
      code: 'overfitted',
      verdict: isIll ? 'ill' : 'watch',
      text,
      evidence: [...gapEvidence(gap), ...tried.map(({ evidence }) => evidence)],
      remedies:
        helped.length > 0 ? onlyFirstFix(helped.map(({ remedy }) => remedy)) : [{ text: moreRows(subject) }],
    },
  ]
}

const moreRows = ({ patient }: Subject): string =>
  `Give more rows to learn from than the ${formatCount(patient.split.training.length)} there are.`

/** Share of the training after its best weights from which on it is said, and how much the held-out loss rose since. */
const lateShare = 0.5
const riseThatMatters = 0.2

/** A held-out loss that rises long before the training ends. The best weights were kept: no harm but lost time. */
function lateBest({ patient, learning }: Subject, record: TrainingRecord): readonly Illness[] {
  const losses = record.points.flatMap(({ validationLoss }) => validationLoss ?? [])
  const [least, last] = [Math.min(...losses), losses.at(-1) ?? NaN]
  const rise = (last - least) / Math.abs(least)
  if (!(rise > riseThatMatters) || record.bestStep > (1 - lateShare) * record.steps) return []
  const epochs = Math.max(1, Math.ceil(record.points.find(({ step }) => step >= record.bestStep)?.epoch ?? 1))
  return [
    {
      code: 'held-out-loss-rises',
      verdict: 'watch',
      text: `The held-out loss was lowest at step ${record.bestStep} of ${record.steps} and rose by ${formatPercent(rise)} after it. The weights of that step were kept.`,
      evidence: [
        {
          name: 'step of the lowest held-out loss',
          value: record.bestStep,
          meaning: 'the weights that were kept',
        },
        { name: 'rise after it', value: rise, meaning: 'of the held-out loss, as a share' },
      ],
      remedies: [
        withoutFix(
          retraining(
            patient,
            `Stop after ${epochs} passes over the rows: about the same model, sooner.`,
            learning,
            {
              epochs,
            },
          ),
        ),
      ],
    },
  ]
}

function summaryOf({ gap }: Gap, illnesses: readonly Illness[]): string {
  const [worstOne] = illnesses
  if (worstOne !== undefined) return worstOne.text
  return gap.mean > 0 && standardErrors(gap) > 2
    ? `Seen rows have errors ${formatPercent(gap.mean)} below those of unseen ones: as much as a model that learns has.`
    : 'Unseen rows are given back as well as seen ones.'
}
