/**
 * Codes that are too narrow or too wide: the curve's word (bottleneck-curve.ts), and what the same training with another
 * width, or with noise, does to held-out rows. What is made of it: bottleneck.ts.
 */
import { formatPercent } from '../../base/index.js'
import { rowsAt } from './bound.js'
import type { WidthCurve } from './bottleneck-curve.js'
import type { Illness, Remedy } from './diagnosis.js'
import { detection, plantCells, plantRows, restoration } from './planted-cells.js'
import { passErrors, scoresBy, usualWeights } from './row-scores.js'
import { estimate, pairedDifference, standardErrors, type Estimate } from './statistics/paired.js'
import { retrained, type Subject } from './subject.js'
import { merged, onlyFirstFix, retraining, withoutFix } from './training-command.js'
import { trainTrial, type Trial } from './trial.js'

/** How much errors must fall, how many times the knee's error the curve must have at the code's own width. */
const fallThatMatters = 0.15
const ratioThatMatters = 2
/** How much errors in wrong cells must fall, how much more often wrong rows must stand out, or may stand out less. */
const restorationThatMatters = 0.2
const detectionThatMatters = 0.03
const lossThatMatters = 0.01
const standardErrorsNeeded = 4
/** Share of the numbers of a row from which on a code copies whatever the knee is. */
const wideShare = 0.75

/** Kinds whose latent is one code of numbers that reconstruction goes through. */
export const comparable: ReadonlySet<string> = new Set([
  ...['undercomplete', 'contractive', 'denoising', 'robust', 'masked', 'convolutional', 'sequence'],
  ...['variational', 'wasserstein', 'adversarial', 'sparse'],
])
/** Kinds of these that nothing but the width keeps from copying. */
export const unregularised: ReadonlySet<string> = new Set([
  'undercomplete',
  'robust',
  'convolutional',
  'sequence',
])

/** The width of a subject's code. */
export interface Code {
  readonly kind: string
  readonly width: number
}

/** A code narrower than the knee: ill where the knee's width makes errors of held-out rows fall clearly. */
export async function tooNarrow(
  subject: Subject,
  { kind, width }: Code,
  curve: WidthCurve,
): Promise<readonly Illness[]> {
  const { knee, numbers } = curve
  if (!comparable.has(kind) || width >= knee.low) return []
  const [before, after] = [
    await retrained(subject),
    await trainTrial(subject.patient, widened(subject, knee.width), stepsOf(subject)),
  ]
  const { machine, split } = subject.patient
  const rows = rowsAt(subject.patient, split.validation.subarray(0, 2000))
  const [first, second] = [await passErrors(machine, before, rows), await passErrors(machine, after, rows)]
  const weights = usualWeights(first)
  // Per number left unexplained, as in the curve: a wider code always copies a little more.
  const perNumber = (scores: Float64Array, units: number): Float64Array =>
    scores.map((score) => (score * numbers) / Math.max(1, numbers - units))
  const gain = pairedDifference(
    perNumber(scoresBy(weights, first), width),
    perNumber(scoresBy(weights, second), knee.width),
  )
  const share = inUnitsOf(gain, estimate(perNumber(scoresBy(weights, first), width)).mean)
  const ratio = adjustedAt(curve, width) / adjustedAt(curve, knee.width)
  const ill = ratio >= ratioThatMatters && isClear(share, fallThatMatters)
  return [
    {
      code: 'code-too-narrow',
      verdict: ill ? 'ill' : 'watch',
      text: ill
        ? `A code of ${width} is too narrow: the rows need about ${range(knee)}, and errors of held-out rows fall by ${formatPercent(share.mean)} with ${knee.width}.`
        : `A code of ${width} is narrower than the ${range(knee)} of the curve's knee, though not by much: with ${knee.width}, errors of held-out rows fall by ${formatPercent(Math.max(0, share.mean))}.`,
      evidence: [
        { name: 'width of the code', value: width, meaning: 'units between encoder and decoder' },
        {
          name: 'error by the curve',
          value: ratio,
          meaning: `times that of a code of ${knee.width}, for each number that is left unexplained`,
        },
        {
          name: `fall of held-out errors with a code of ${knee.width}`,
          ...{ value: share.mean, low: share.low, high: share.high },
          meaning: 'as a share, for each number that is left unexplained, same rows and steps',
        },
      ],
      remedies: [widthRemedy(subject, `Use a code of ${knee.width}.`, knee.width, ill)],
    },
  ]
}

/** Error of the curve at a width, or the next one that it has, for each number left unexplained. */
function adjustedAt({ widths, errors, numbers }: WidthCurve, width: number): number {
  const at = Math.max(
    0,
    widths.findIndex((candidate) => candidate >= width),
  )
  return (errors[at]!.mean * numbers) / Math.max(1, numbers - widths[at]!)
}

/** A code that copies: ill where a narrower one, or noise, brings what is expected in wrong cells nearer to the truth. */
export async function tooWide(
  subject: Subject,
  { kind, width }: Code,
  { knee, numbers }: WidthCurve,
): Promise<readonly Illness[]> {
  const target = Math.max(1, knee.width)
  if (!unregularised.has(kind) || width <= knee.high || width < 1.5 * target) return []
  const tried = await tryNarrower(subject, kind, target)
  // Noise nearly always helps there; that the code is too wide shows in a narrower one that helps, or in its width alone.
  const [narrower] = tried
  const copies = narrower?.helps === true || width >= wideShare * numbers
  const [best] = copies ? tried.filter(({ helps }) => helps).sort((a, b) => b.fall.mean - a.fall.mean) : []
  if (best === undefined && width < numbers) return []
  return [
    {
      code: 'code-too-wide',
      verdict: best === undefined ? 'watch' : 'ill',
      text:
        best === undefined
          ? `A code of ${width} is as wide as the ${numbers} numbers of a row, and nothing keeps the ${kind} kind from copying.`
          : `A code of ${width} is too wide for the ${kind} kind: it copies what it is shown. With ${best.name}, what is expected in a wrong cell is nearer to the truth (an error ${formatPercent(best.fall.mean)} smaller).`,
      evidence: [
        { name: 'width of the code', value: width, meaning: 'units between encoder and decoder' },
        ...tried.flatMap(({ name, gain, fall }) => [
          {
            name: `wrong rows stand out more, with ${name}`,
            ...{ value: gain.mean, low: gain.low, high: gain.high },
            meaning: 'difference in the share of right rows that score below a wrong one, same steps',
          },
          {
            name: `fall of the error in wrong cells, with ${name}`,
            ...{ value: fall.mean, low: fall.low, high: fall.high },
            meaning: 'of what is expected there against the truth, as a share',
          },
        ]),
      ],
      remedies:
        best === undefined
          ? tried.map(({ remedy }) => withoutFix(remedy))
          : onlyFirstFix(
              [best, ...tried.filter((other) => other.helps && other !== best)].map(({ remedy }) => remedy),
            ),
    },
  ]
}

/** Something that keeps a wide code from copying, after it was tried. */
interface Narrower {
  readonly name: string
  /** How much more often wrong rows stand out. */
  readonly gain: Estimate
  /** Share by which errors in wrong cells fall. */
  readonly fall: Estimate
  readonly helps: boolean
  readonly remedy: Remedy
}

/** Tries the width of the knee, and noise instead of a narrow code where the network is dense. */
async function tryNarrower(subject: Subject, kind: string, target: number): Promise<readonly Narrower[]> {
  const { patient, learning } = subject
  const { machine, split, seed } = patient
  const [rows, cells] = [
    plantRows(patient, split.validation, seed),
    plantCells(patient, split.validation, seed),
  ]
  const measured = async (trial: Trial): Promise<readonly [Float64Array, Float64Array]> => [
    await detection(machine, trial, rows),
    await restoration(machine, trial, cells),
  ]
  const [before, wrong] = await measured(await retrained(subject))
  const ways = [
    {
      name: `a code of ${target}`,
      sentence: `Use a code of ${target}.`,
      changes: widthChange(learning, target),
    },
    {
      name: 'noise',
      sentence: 'Train with noise: the denoising kind keeps a wide code from copying.',
      changes: { kind: 'denoising', options: {} } as const,
    },
  ].slice(0, kind === 'undercomplete' ? 2 : 1)
  const tried: Narrower[] = []
  for (const { name, sentence, changes } of ways) {
    const trial = await trainTrial(patient, merged(learning, changes), stepsOf(subject))
    const [after, less] = await measured(trial)
    const gain = pairedDifference(after, before)
    const fall = inUnitsOf(pairedDifference(wrong, less), estimate(wrong).mean)
    tried.push({
      name,
      gain,
      fall,
      // What is better in one respect must not be clearly worse in the other.
      helps:
        (isClear(gain, detectionThatMatters) && fall.high > 0) ||
        (isClear(fall, restorationThatMatters) && gain.mean > -lossThatMatters),
      remedy: retraining(patient, sentence, learning, changes),
    })
  }
  return tried
}

const isClear = (difference: Estimate, least: number): boolean =>
  difference.mean >= least && standardErrors(difference) >= standardErrorsNeeded

const stepsOf = ({ steps }: Subject) => (steps === undefined ? {} : { steps })

/** The subject's options with another width of the code. */
function widened({ learning }: Subject, latent: number) {
  return merged(learning, widthChange(learning, latent))
}

function widthRemedy(subject: Subject, sentence: string, latent: number, proved: boolean): Remedy {
  const { patient, learning } = subject
  const remedy = retraining(patient, sentence, learning, widthChange(learning, latent))
  return proved ? remedy : withoutFix(remedy)
}

const inUnitsOf = ({ mean, error, low, high, rows }: Estimate, unit: number): Estimate => {
  const by = 1 / Math.max(1e-12, unit)
  return { mean: mean * by, error: error * by, low: low * by, high: high * by, rows }
}

/** A change of the width of the code. */
export const widthChange = (learning: Subject['learning'], latent: number): Partial<Subject['learning']> => ({
  kind: learning.kind ?? 'denoising',
  options: { latent },
})

/** The knee and its interval in words. */
export const range = ({ width, low, high }: WidthCurve['knee']): string =>
  low === high ? String(width) : `${width} (${low} to ${high})`
