/**
 * Difficulty 1: architecture. The rules of candidates.ts propose kind, depth and width from the shape of the data and its
 * knee; a short race (race.ts) holds them against what is examined. Ill: an architecture that somebody chose is clearly
 * beaten by another in the same number of steps. Where nobody chose, the proposal is only said.
 */
import { formatCount, formatDuration, formatPercent } from '../../base/index.js'
import type { KindChoice } from '../../learning/index.js'
import { curveFor } from './bottleneck.js'
import { numbersIn } from './bottleneck-curve.js'
import { candidatesFor, hiddenWidth, type Shape } from './candidates.js'
import type { Chart, Evidence, Examination, Illness, Remedy } from './diagnosis.js'
import { race, type Race } from './race.js'
import { standardErrors } from './statistics/paired.js'
import { isChosen, subjectOf, type Subject } from './subject.js'
import { merged, optionsText, retraining, withoutFix } from './training-command.js'
import { trainCommand } from './command.js'

/** Fewest held-out rows: half of them choose, half measure. */
const fewestRows = 40
/** Share of the time for the curve that gives the knee, where it is not known yet. */
const curveShare = 0.25

/** How much more often wrong rows must stand out, as a difference and as a share of what is missing to 1, and how surely. */
const gainThatMatters = 0.04
const shareThatMatters = 0.15
const standardErrorsNeeded = 4

/** Looks at the architecture. */
export const architectureExamination: Examination = async (patient) => {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const subject = await subjectOf(patient)
  const { split, preprocessing } = subject.patient
  const base = { difficulty: 'architecture', illnesses: [], evidence: [], charts: [], remedies: [] } as const
  if (split.validation.length < fewestRows) {
    const summary = `It could not be told: ${split.validation.length} held-out rows are too few for a race; ${fewestRows} are needed.`
    return { ...base, verdict: 'unknown', summary, seconds: seconds() }
  }
  const { knee } = await curveFor(subject, curveShare * patient.budgetSeconds)
  const shape: Shape = { space: preprocessing.layout, trainingRows: split.training.length, knee }
  const left = Math.max(2, 0.9 * (patient.budgetSeconds - seconds()))
  const run = await race(subject, candidatesFor(shape), left)
  const illness = beaten(subject, run)
  return {
    ...base,
    verdict: illness?.verdict ?? 'fine',
    summary: illness?.text ?? summaryOf(run),
    illnesses: illness === undefined ? [] : [illness],
    evidence: [...shapeEvidence(shape), ...raceEvidence(run)],
    charts: [raceChart(run)],
    remedies: illness === undefined ? [proposal(subject, run)] : [],
    seconds: seconds(),
  }
}

/** What is wrong: another architecture is better by more than chance and by an amount that matters. */
function beaten(subject: Subject, run: Race): Illness | undefined {
  const { gain, ownDetection, best, steps } = run
  const share = gain.mean / Math.max(0.01, 1 - ownDetection.mean)
  const clear =
    gain.mean >= gainThatMatters && share >= shareThatMatters && standardErrors(gain) >= standardErrorsNeeded
  if (!clear) return undefined
  const chosen = isChosen(subject)
  const remedy = retraining(
    subject.patient,
    `Use ${best.name}: ${best.reason}.`,
    subject.learning,
    candidateOf(run),
  )
  return {
    code: 'architecture-beaten',
    verdict: chosen ? 'ill' : 'watch',
    text:
      `After ${formatCount(steps)} steps each, rows that were made wrong score above ${formatPercent(run.bestDetection.mean)} of right ones with ${best.name}, ` +
      `and above ${formatPercent(ownDetection.mean)} as it is.`,
    evidence: raceEvidence(run),
    remedies: [chosen ? remedy : withoutFix(remedy)],
  }
}

/** Kind and widths of the best candidate. */
const candidateOf = ({ best: { learning } }: Race): KindChoice =>
  ({ kind: learning.kind, options: learning.options }) as KindChoice

function summaryOf({ gain, best }: Race): string {
  const word =
    gain.low > 0
      ? `is better by ${formatPercent(gain.mean)} of the pairs of a wrong and a right row, ${gain.mean < gainThatMatters ? 'too little to matter' : 'but on too few rows to be sure'}`
      : gain.high < 0
        ? 'is worse'
        : 'does as well'
  return `Of the architectures that suit the data, the best one (${best.name}) ${word}.`
}

/** The proposal, where nothing is wrong. */
function proposal({ patient, learning }: Subject, run: Race): Remedy {
  if (run.gain.low <= 0) return { text: 'Keep the architecture as it is.' }
  const text = `Or use ${run.best.name}: ${run.best.reason}.`
  return { text, command: trainCommand(patient, optionsText(merged(learning, candidateOf(run)))) }
}

function shapeEvidence(shape: Shape): readonly Evidence[] {
  return [
    { name: 'training rows', value: shape.trainingRows, meaning: 'of the race' },
    {
      name: 'numbers in a row',
      value: numbersIn(shape.space),
      meaning: 'features, less one for each group of categories',
    },
    {
      name: 'knee of the bottleneck',
      ...{ value: shape.knee.width, low: shape.knee.low, high: shape.knee.high },
      meaning: 'width of a code that carries what the columns share',
    },
    {
      name: 'proposed hidden width',
      value: hiddenWidth(shape),
      meaning: 'four units for each number of a row, 32 to 256, as far as the rows can fit them',
    },
  ]
}

function raceEvidence(run: Race): readonly Evidence[] {
  return [
    {
      name: 'wrong rows stand out, as it is',
      ...{ value: run.ownDetection.mean, low: run.ownDetection.low, high: run.ownDetection.high },
      meaning: 'share of right rows that score below a wrong one; 0.5 by chance',
    },
    {
      name: `wrong rows stand out, ${run.best.name}`,
      ...{ value: run.bestDetection.mean, low: run.bestDetection.low, high: run.bestDetection.high },
      meaning: `the same after ${run.steps} steps`,
    },
    {
      name: 'difference',
      ...{ value: run.gain.mean, low: run.gain.low, high: run.gain.high },
      meaning: 'row by row, on rows that chose nothing',
    },
    ...run.rounds.flatMap((laps, round) =>
      laps.map(({ runner, detection, steps, seconds, parameters }) => ({
        name: `round ${round + 1}: ${runner.name}`,
        ...{ value: detection.mean, low: detection.low, high: detection.high },
        meaning: `${runner.reason}; ${steps} steps in ${formatDuration(seconds)}, ${formatCount(parameters)} parameters`,
      })),
    ),
  ]
}

/** How often wrong rows stand out by steps, one line a runner. */
function raceChart({ rounds }: Race): Chart {
  const names = [...new Set(rounds.flat().map(({ runner }) => runner.name))]
  return {
    kind: 'curve',
    title: 'The race',
    x: 'steps',
    y: 'share of right rows below a wrong one',
    log: 'x',
    series: names.map((name) => {
      const laps = rounds.flat().filter(({ runner }) => runner.name === name)
      return {
        name,
        x: laps.map(({ steps }) => steps),
        y: laps.map(({ detection }) => detection.mean),
        low: laps.map(({ detection }) => detection.low),
        high: laps.map(({ detection }) => detection.high),
      }
    }),
  }
}
