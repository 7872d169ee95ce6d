/**
 * Difficulty 3: a code too narrow, or too wide. How many numbers the rows need is measured twice: by the knee of the curve
 * of held-out error against width (bottleneck-curve.ts), and by intrinsic dimensions of the cloud of rows. A width is
 * called ill when the curve says so and the same training with the width of the knee is clearly better, row by row.
 *
 *     too narrow   below the knee's interval;  held-out errors fall with the width of the knee
 *     too wide     above it, and nothing keeps the network from copying;  wrong rows stand out more with the knee's, or
 *                  what is expected in a wrong cell is nearer to the truth
 */
import { planFor } from '../../learning/index.js'
import { curveCharts, curveEvidence, dimensionEvidence } from './bottleneck-evidence.js'
import { bottleneckCurve, numbersIn, orderedPlan, type WidthCurve } from './bottleneck-curve.js'
import { comparable, range, tooNarrow, tooWide, unregularised, widthChange, type Code } from './code-width.js'
import { worst, type Examination, type Remedy } from './diagnosis.js'
import { affordable, paceOf } from './pace.js'
import { subjectOf, type Subject } from './subject.js'
import { retraining, withoutFix } from './training-command.js'

/** Fewest held-out rows, and fewest numbers of a row, for a curve. */
const fewestRows = 20
const fewestNumbers = 3

/** Share of the examination's time for the curve. */
const curveShare = 0.4

/** Looks at the width of the code. */
export const bottleneckExamination: Examination = async (patient) => {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const subject = await affordable(await subjectOf(patient), patient.budgetSeconds / 5)
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

function summaryOf({ kind, width }: Code, { knee, numbers }: WidthCurve): string {
  if (knee.width === 0) return 'The columns tell nothing of each other: no width of a code explains them.'
  const need = `${knee.beyond ? `At least ${knee.width}` : `About ${range(knee)}`} of ${numbers} numbers carry what the columns share`
  if (!comparable.has(kind)) return `${need}; a ${kind} code is not measured in these.`
  if (width > knee.high)
    return unregularised.has(kind)
      ? `${need}; the code of ${width} is wider, without harm that could be measured.`
      : `${need}; the code of ${width} is wider, and the ${kind} kind does not rely on a narrow one.`
  return `${need}, and the code has ${width}.`
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
