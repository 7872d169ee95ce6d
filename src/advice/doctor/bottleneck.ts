/**
 * Difficulty 3: a code too narrow, or too wide. How many numbers the rows need is measured twice: by the knee of the curve
 * of held-out error against width (bottleneck-curve.ts), and by intrinsic dimensions of the cloud of rows. A width is
 * called ill when the curve says so and the same training with the width of the knee is clearly better, row by row.
 *
 *     too narrow   below the knee's interval;  held-out errors fall with the width of the knee
 *     too wide     above it, and nothing keeps the network from copying;  wrong rows stand out more with the knee's, or
 *                  what is expected in a wrong cell is nearer to the truth
 */
import { formatNumber, formatPercent } from '../../base/index.js'
import { planFor } from '../../learning/index.js'
import { rowsAt } from './bound.js'
import { curveCharts, curveEvidence, dimensionEvidence } from './bottleneck-evidence.js'
import { bottleneckCurve, numbersIn, orderedPlan, type WidthCurve } from './bottleneck-curve.js'
import { worst, type Examination, type Illness, type Remedy } from './diagnosis.js'
import { paceOf } from './pace.js'
import { detection, plantCells, plantRows, restoration } from './planted-cells.js'
import { passErrors, scoresBy, usualWeights } from './row-scores.js'
import { estimate, pairedDifference, standardErrors, type Estimate } from './statistics/paired.js'
import { retrained, subjectOf, type Subject } from './subject.js'
import { merged, retraining, withoutFix } from './training-command.js'
import { trainTrial } from './trial.js'

/** Fewest held-out rows, and fewest numbers of a row, for a curve. */
const fewestRows = 20
const fewestNumbers = 3

/** Share of the examination's time for the curve. */
const curveShare = 0.4

/** How much errors must fall, and how much more often wrong rows must stand out, and how surely. */
const fallThatMatters = 0.15
/** How many times the error of the knee's width the curve must have at the code's own, for each number left unexplained. */
const ratioThatMatters = 1.6
const restorationThatMatters = 0.2
const detectionThatMatters = 0.03
const standardErrorsNeeded = 4

/** Kinds whose latent is one code of numbers that reconstruction goes through. */
const comparable = new Set([
  ...['undercomplete', 'contractive', 'denoising', 'robust', 'masked', 'convolutional', 'sequence'],
  ...['variational', 'wasserstein', 'adversarial', 'sparse'],
])
/** Kinds of these that nothing but the width keeps from copying. */
const unregularised = new Set(['undercomplete', 'robust', 'convolutional', 'sequence'])

/** The width of a subject's code. */
interface Code {
  readonly kind: string
  readonly width: number
}

/** Looks at the width of the code. */
export const bottleneckExamination: Examination = async (patient) => {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const subject = await subjectOf(patient)
  const { layout } = subject.patient.preprocessing
  const held = subject.patient.split.validation.length
  const why =
    held < fewestRows
      ? `${held} held-out rows are too few to measure a curve on; ${fewestRows} are needed.`
      : numbersIn(layout) < fewestNumbers
        ? `a row has ${numbersIn(layout)} numbers, and a code narrower than that leaves no choice.`
        : undefined
  const base = { difficulty: 'bottleneck', illnesses: [], evidence: [], charts: [], remedies: [] } as const
  if (why !== undefined) {
    return { ...base, verdict: 'unknown', summary: `It could not be told: ${why}`, seconds: seconds() }
  }
  const curve = await curveFor(subject, curveShare * patient.budgetSeconds)
  const code = codeOf(subject)
  const illnesses = [...(await tooNarrow(subject, code, curve)), ...(await tooWide(subject, code, curve))]
  const dimensions = await dimensionEvidence(subject.patient)
  return {
    ...base,
    verdict: worst(illnesses.map(({ verdict }) => verdict)),
    summary: illnesses[0]?.text ?? summaryOf(code, curve),
    illnesses,
    evidence: [...curveEvidence(curve), ...dimensions],
    charts: curveCharts(curve, comparable.has(code.kind) ? code.width : undefined, dimensions),
    remedies: illnesses.length > 0 ? [] : [advice(subject, curve)],
    seconds: seconds(),
  }
}

/** Curves by the features they are of: the race of architectures looks at them too. */
const curves = new WeakMap<Float32Array, Promise<WidthCurve>>()

/** The curve of a subject's rows, in about so many seconds. */
export function curveFor({ patient }: Subject, seconds: number): Promise<WidthCurve> {
  const make = async (): Promise<WidthCurve> => bottleneckCurve(patient, await curvePace(patient, seconds))
  const curve = curves.get(patient.features) ?? make()
  curves.set(patient.features, curve)
  curve.catch(() => curves.delete(patient.features))
  return curve
}

async function curvePace(patient: Subject['patient'], seconds: number) {
  const plan = orderedPlan(patient.preprocessing.layout)
  return paceOf(patient, plan, seconds, { fewest: 1200, most: 3000 })
}

/** Kind and width of what is examined. */
function codeOf({ patient, learning, model }: Subject): Code {
  const { layout } = patient.preprocessing
  const data = { rows: patient.features.length / layout.width, features: patient.features, ...patient.split }
  const { kind, options } = model?.autoencoder ?? planFor(layout, data, learning).autoencoder
  return { kind, width: (options as { readonly latent: number }).latent }
}

async function tooNarrow(
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

async function tooWide(
  subject: Subject,
  { kind, width }: Code,
  { knee, numbers }: WidthCurve,
): Promise<readonly Illness[]> {
  const target = Math.max(1, knee.width)
  if (!unregularised.has(kind) || width <= knee.high || width < 1.5 * target) return []
  const { machine, split, seed } = subject.patient
  const [rows, cells] = [
    plantRows(subject.patient, split.validation, seed),
    plantCells(subject.patient, split.validation, seed),
  ]
  const wide = await retrained(subject)
  const narrow = await trainTrial(subject.patient, widened(subject, target), stepsOf(subject))
  const before = await detection(machine, wide, rows)
  const after = await detection(machine, narrow, rows)
  const gain = pairedDifference(after, before)
  const wrong = await restoration(machine, wide, cells)
  const less = pairedDifference(wrong, await restoration(machine, narrow, cells))
  const fall = inUnitsOf(less, estimate(wrong).mean)
  const ill =
    isClear(gain, detectionThatMatters) ||
    (isClear(fall, restorationThatMatters) && gain.mean > -detectionThatMatters)
  if (!ill && width < numbers) return []
  return [
    {
      code: 'code-too-wide',
      verdict: ill ? 'ill' : 'watch',
      text: ill
        ? `A code of ${width} is too wide for the ${kind} kind: it copies what it is shown. With a code of ${target}, what it expects in a wrong cell is nearer to the truth (an error ${formatPercent(fall.mean)} smaller), and wrong rows score above ${share(after)} of right ones (${share(before)} as it is).`
        : `A code of ${width} is as wide as the ${numbers} numbers of a row, and nothing keeps the ${kind} kind from copying.`,
      evidence: [
        { name: 'width of the code', value: width, meaning: 'units between encoder and decoder' },
        {
          name: 'wrong rows stand out',
          value: estimate(before).mean,
          low: estimate(before).low,
          high: estimate(before).high,
          meaning: 'share of right rows that score below a row that was made wrong; 0.5 by chance',
        },
        {
          name: `gain with a code of ${target}`,
          ...{ value: gain.mean, low: gain.low, high: gain.high },
          meaning: 'in that share, same rows and steps',
        },
        {
          name: 'fall of the error in wrong cells',
          ...{ value: fall.mean, low: fall.low, high: fall.high },
          meaning: `of what is expected there against the truth, with a code of ${target}`,
        },
      ],
      remedies: [
        widthRemedy(
          subject,
          `Use a code of ${target}, or a kind that noise keeps from copying.`,
          target,
          ill,
        ),
        ...(kind === 'undercomplete'
          ? [
              withoutFix(
                retraining(subject.patient, 'Or train with noise.', subject.learning, {
                  kind: 'denoising',
                  options: {},
                }),
              ),
            ]
          : []),
      ],
    },
  ]
}

const isClear = (difference: Estimate, least: number): boolean =>
  difference.mean >= least && standardErrors(difference) >= standardErrorsNeeded

const share = (values: Float64Array): string => formatPercent(estimate(values).mean)

const range = ({ width, low, high }: WidthCurve['knee']): string =>
  low === high ? String(width) : `${width} (${low} to ${high})`

const stepsOf = ({ steps }: Subject) => (steps === undefined ? {} : { steps })

/** The subject's options with another width of the code. */
function widened({ learning }: Subject, latent: number) {
  return merged(learning, widthChange(learning, latent))
}

const widthChange = (learning: Subject['learning'], latent: number): Partial<Subject['learning']> =>
  ({ kind: learning.kind ?? 'denoising', options: { latent } }) as Partial<Subject['learning']>

function widthRemedy(subject: Subject, sentence: string, latent: number, proved: boolean): Remedy {
  const { patient, learning } = subject
  const remedy = retraining(patient, sentence, learning, widthChange(learning, latent))
  return proved ? remedy : withoutFix(remedy)
}

const inUnitsOf = ({ mean, error, low, high, rows }: Estimate, unit: number): Estimate => {
  const by = 1 / Math.max(1e-12, unit)
  return { mean: mean * by, error: error * by, low: low * by, high: high * by, rows }
}

function summaryOf({ kind, width }: Code, { knee, numbers }: WidthCurve): string {
  if (knee.width === 0) return 'The columns tell nothing of each other: no width of a code explains them.'
  const need = `${knee.beyond ? `At least ${knee.width}` : `About ${range(knee)}`} of ${numbers} numbers carry what the columns share`
  if (!comparable.has(kind)) return `${need}; a ${kind} code is not measured in these.`
  if (width > knee.high)
    return unregularised.has(kind)
      ? `${need}; the code of ${width} is wider, without harm that could be measured.`
      : `${need}; the code of ${width} is wider, and the ${kind} kind does not rely on a narrow one.`
  return `${need}, and the code has ${formatNumber(width)}.`
}

/** Which width to use where nothing is wrong. */
function advice({ patient, learning }: Subject, { knee }: WidthCurve): Remedy {
  const width = Math.max(1, knee.width)
  const { kind = 'denoising' } = learning
  const plan = unregularised.has(kind) ? widthChange(learning, width) : undefined
  return withoutFix(
    retraining(
      patient,
      `Where a narrow code is wanted, such as to draw or to compress rows, use ${width}.`,
      plan === undefined ? {} : learning,
      plan ?? { kind: 'undercomplete', options: { latent: width } },
    ),
  )
}
