/**
 * Difficulty 2: options of the training. A light check by the record of a training (a loss that still falls at its end, or
 * jumps; gradients that vanish or explode; units that never answer; batches too large for the rows), and by trying a
 * learning rate ten times higher and ten times lower. Finding good options is the work of `hourglass tune`.
 *
 * Only what was tried and clearly helps is called ill; signs alone are to be watched.
 */
import { formatCount, formatNumber, formatPercent, HourglassError } from '../../base/index.js'
import { worst, type Examination, type Illness, type Remedy } from './diagnosis.js'
import { learningCurve } from './overfitting-evidence.js'
import { affordable } from './pace.js'
import { standardErrors } from './statistics/paired.js'
import { isChosen, retrained, subjectOf, type Subject } from './subject.js'
import { rateOf, rounded, tryChanges, type TriedChange } from './training-changes.js'
import { retraining, withoutFix } from './training-command.js'
import { signsOf } from './training-signs.js'
import type { Trial } from './trial.js'

/** Share by which errors of held-out rows must fall, and how surely: two rates and longer training are tried. */
const fallThatMatters = 0.15
const standardErrorsNeeded = 4

/** Looks at the options of the training. */
export const hyperParametersExamination: Examination = async (patient) => {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const subject = await affordable(await subjectOf(patient), patient.budgetSeconds / 4)
  const base = { difficulty: 'hyper-parameters', illnesses: [], evidence: [], charts: [] } as const
  const tune: Remedy = {
    text: 'Search for better options, and see which ones matter.',
    command: `hourglass tune ${patient.paths.data} --budget 10m`,
  }
  const trial = await attempted(subject)
  if (trial === undefined) {
    const illness = await divergent(subject)
    return {
      ...base,
      verdict: illness.verdict,
      summary: illness.text,
      illnesses: [illness],
      remedies: [tune],
      seconds: seconds(),
    }
  }
  const signs = await signsOf(subject, subject.model ?? trial)
  const tried = await tryChanges(subject, trial, 0.8 * patient.budgetSeconds - seconds())
  const illnesses = [...wrongOption(subject, tried), ...signs]
  return {
    ...base,
    verdict: worst(illnesses.map(({ verdict }) => verdict)),
    summary:
      illnesses[0]?.text ??
      'The training runs smoothly, and no learning rate that was tried does clearly better.',
    illnesses,
    evidence: tried.map(({ name, fall }) => ({
      name,
      ...{ value: fall.mean, low: fall.low, high: fall.high },
      meaning: 'share by which errors of held-out rows fall with it',
    })),
    charts: learningCurve((subject.model ?? trial).record),
    remedies: [tune],
    seconds: seconds(),
  }
}

/** The training, or nothing when it diverges. */
async function attempted(subject: Subject): Promise<Trial | undefined> {
  try {
    return await retrained(subject)
  } catch (error) {
    if (error instanceof HourglassError && error.code === 'HG_TRAINING_DIVERGED') return undefined
    throw error
  }
}

/** A training whose loss stops being a number: a tenth of the rate is tried until it does not. */
async function divergent(subject: Subject): Promise<Illness> {
  const { learning, patient, steps } = subject
  let rate = rateOf(learning)
  for (let i = 0; i < 4; i++) {
    rate = rounded(rate / 10)
    const trial = await attempted({ ...subject, learning: { ...learning, learningRate: rate } })
    if (trial === undefined) continue
    return {
      code: 'training-diverges',
      verdict: 'ill',
      text: `Training diverges at a learning rate of ${formatNumber(rateOf(learning))}; at ${formatNumber(rate)} it does not.`,
      evidence: [{ name: 'steps tried', value: steps ?? trial.record.steps, meaning: 'at the lower rate' }],
      remedies: [retraining(patient, 'Lower the learning rate.', learning, { learningRate: rate })],
    }
  }
  return {
    code: 'training-diverges',
    verdict: 'ill',
    text: 'Training diverges at any learning rate that was tried.',
    evidence: [],
    remedies: [{ text: 'Look at the input first: numbers of very different sizes, or wrong ones.' }],
  }
}

/** The change that helped most, where one helped enough. */
function wrongOption(subject: Subject, tried: readonly TriedChange[]): readonly Illness[] {
  const { patient, learning } = subject
  const [best] = tried
    .filter(({ fall }) => fall.mean >= fallThatMatters && standardErrors(fall) >= standardErrorsNeeded)
    .sort((a, b) => b.fall.mean - a.fall.mean)
  if (best === undefined) return []
  const proved = isChosen(subject) && !byHasteAlone(subject, best)
  const remedy = retraining(patient, best.sentence, learning, best.changes)
  return [
    {
      code: best.code,
      verdict: proved ? 'ill' : 'watch',
      text: `${best.what}: with ${best.name}, errors of held-out rows fall by ${formatPercent(best.fall.mean)}.`,
      evidence: [
        {
          name: 'fall of held-out errors',
          ...{ value: best.fall.mean, low: best.fall.low, high: best.fall.high },
          meaning: `as a share, on ${formatCount(best.fall.rows)} rows`,
        },
      ],
      remedies: [proved ? remedy : withoutFix(remedy)],
    },
  ]
}

/** How many times more than a cut training lacks in steps a better rate must be. */
const beyondHaste = 3

/**
 * Whether a higher rate may help only because there was time for fewer steps than planned: as far as k times the rate goes
 * in a k-th of the steps, the planned training goes, too.
 */
function byHasteAlone({ steps = 1, cutFrom, learning }: Subject, { changes }: TriedChange): boolean {
  const { learningRate = 0 } = changes
  return (
    cutFrom !== undefined &&
    learningRate < beyondHaste * (cutFrom / steps) * rateOf(learning) &&
    learningRate > rateOf(learning)
  )
}
