/**
 * Difficulty 6, variability: columns, groups and modes that the model explains badly, and what helps, by trying it.
 *
 * A column or a part of the rows is explained badly when nearest rows, which know nothing of networks, leave clearly less
 * error. Only then, or where columns have several modes, are more capacity, a variational and a discrete code tried.
 */
import { formatNumber, formatPercent, throwIfAborted } from '../../base/index.js'
import type { LearningOptions } from '../../learning/index.js'
import {
  worst,
  type Chart,
  type Diagnosis,
  type Examination,
  type Illness,
  type Patient,
  type Remedy,
} from './diagnosis.js'
import { figure } from './input/facts.js'
import { paceOf } from './pace.js'
import { detection, plantRows } from './planted-cells.js'
import { twoSided } from './statistics/distributions.js'
import { bonferroni } from './statistics/multiplicity.js'
import { estimate, pairedDifference, standardErrors, type Estimate } from './statistics/paired.js'
import { subjectOf } from './subject.js'
import { merged, retraining } from './training-command.js'
import { cellErrors, trainTrial, type Trial } from './trial.js'
import { isBimodal, twoModes } from './variability/modes.js'
import { neighbourFloor, type Floor } from './variability/neighbour-floor.js'
import { partsOf, type RowPart } from './variability/parts.js'

const mostRows = 600
const fewestSteps = 200
const mostSteps = 1500

/** Adjusted p-value, and the part of what there is to explain that must be missed: to be watched, and ill. */
const level = 1e-4
const weak = 0.15
const strong = 0.3

/** Looks for what is explained badly. */
export const examineVariability: Examination = async (given) => {
  const began = performance.now()
  const subject = await subjectOf(given)
  const { patient, learning } = subject
  const pace = await paceOf(patient, learning, patient.budgetSeconds / 8, {
    fewest: fewestSteps,
    most: mostSteps,
  })
  const settings = { ...learning, threads: pace.threads }
  const base = subject.model ?? (await trainTrial(patient, settings, { steps: pace.steps }))
  const rows = patient.split.validation.filter(
    (_, i) => i % Math.ceil(patient.split.validation.length / mostRows) === 0,
  )
  const measured = await measure(patient, base, rows)
  const columns = missedColumns(patient, measured)
  const parts = missedParts(measured, await partsOf(patient, rows))
  const modes = bimodalColumns(patient)
  const found = [...columns, ...parts]
  const wanted = found.some(({ verdict }) => verdict !== 'fine') || modes.length > 0
  const secondsLeft = patient.budgetSeconds - (performance.now() - began) / 1000
  const tried =
    wanted && (secondsLeft > 0 || found.some(({ verdict }) => verdict === 'ill'))
      ? await tryOthers(patient, settings, pace.steps, base)
      : []
  const illnesses = illnessesOf(patient, { found, tried, learning })
  return {
    difficulty: 'variability',
    verdict: worst(illnesses.map(({ verdict }) => verdict)),
    summary:
      illnesses[0]?.text ??
      'Every column and every part of the rows is explained as well as nearest rows explain it.',
    illnesses,
    evidence: [
      figure(
        'columns with several modes',
        modes.length,
        modes.length === 0 ? 'of the columns of numbers' : modes.slice(0, 5).join(', '),
      ),
      ...tried.map(({ name, gain }) =>
        figure(`gain by ${name}`, gain.mean, 'in how often wrong rows stand out (AUROC), as tried', {
          low: gain.low,
          high: gain.high,
        }),
      ),
    ],
    charts: [chartOf(patient, measured)],
    remedies: [],
    seconds: (performance.now() - began) / 1000,
  } satisfies Diagnosis
}

/** Errors of the network and of nearest rows on the same cells. */
interface Measured {
  readonly rows: Int32Array
  readonly floor: Floor
  /** `[rows, floor.columns]`: the network's error less that of nearest rows, over the column's marginal error; NaN where missing. */
  readonly excess: Float64Array
  /** `[floor.columns]`: mean error over the marginal one, of the network and of nearest rows. */
  readonly network: readonly number[]
  readonly neighbours: readonly number[]
}

async function measure(patient: Patient, base: Trial, rows: Int32Array): Promise<Measured> {
  const all = base.autoencoder.space.columns.length
  const errors = await cellErrors(patient, base, rows, 'expected')
  throwIfAborted(patient.signal, 'variability')
  const floor = neighbourFloor(patient, rows)
  const { columns, marginal } = floor
  const least = 1e-3 * Math.max(...marginal, Number.MIN_VALUE)
  const unit = marginal.map((value) => Math.max(value, least))
  const width = columns.length
  const ours = Float64Array.from(
    { length: rows.length * width },
    (_, i) => errors[Math.floor(i / width) * all + columns[i % width]!]! / unit[i % width]!,
  )
  const theirs = floor.errors.map((error, i) => error / unit[i % width]!)
  const means = (values: Float64Array): number[] =>
    columns.map(
      (_, c) =>
        estimate(Float64Array.from(rows, (_row, i) => values[i * width + c]!).filter((x) => !Number.isNaN(x)))
          .mean,
    )
  const known = ours.map((value, i) => (Number.isNaN(theirs[i]!) ? NaN : value))
  return {
    rows,
    floor,
    excess: known.map((value, i) => value - theirs[i]!),
    network: means(known),
    neighbours: means(theirs),
  }
}

/** What is explained badly, before anything was tried. */
interface Missed {
  readonly code: 'column-unexplained' | 'part-unexplained'
  readonly name: string
  readonly verdict: 'fine' | 'watch' | 'ill'
  readonly excess: Estimate
  readonly text: string
}

function missedColumns(
  patient: Patient,
  { floor, excess, rows, network, neighbours }: Measured,
): readonly Missed[] {
  const { columns } = floor
  return columns.map((column, c): Missed => {
    const values = Float64Array.from(rows, (_, i) => excess[i * columns.length + c]!).filter(
      (x) => !Number.isNaN(x),
    )
    const { name } = patient.preprocessing.layout.columns[column]!
    const found = estimate(values)
    return {
      code: 'column-unexplained',
      name,
      verdict: verdictOf(found, columns.length),
      excess: found,
      text: `${name} is explained badly: the network leaves ${formatPercent(network[c]!)} of what there is to explain, nearest rows ${formatPercent(neighbours[c]!)}.`,
    }
  })
}

function missedParts({ excess, floor, rows }: Measured, parts: readonly RowPart[]): readonly Missed[] {
  const width = floor.columns.length
  const perRow = Float64Array.from(rows, (_, i) => {
    const known = excess.subarray(i * width, (i + 1) * width).filter((x) => !Number.isNaN(x))
    return known.length === 0 ? 0 : known.reduce((sum, x) => sum + x, 0) / known.length
  })
  return parts.map(({ name, members }): Missed => {
    const found = estimate(members.map((i) => perRow[i]!))
    return {
      code: 'part-unexplained',
      name,
      verdict: verdictOf(found, parts.length),
      excess: found,
      text: `Rows of ${name} are explained badly: the network leaves ${formatPercent(found.mean)} more of what there is to explain than nearest rows do.`,
    }
  })
}

function verdictOf(found: Estimate, tests: number): Missed['verdict'] {
  const pValue = bonferroni(twoSided(standardErrors(found)), tests)
  if (found.rows < 30 || found.mean < weak || pValue > level) return 'fine'
  return found.mean >= strong ? 'ill' : 'watch'
}

function bimodalColumns({ features, mask, preprocessing, split }: Patient): readonly string[] {
  const { width, numericCount, columns, grid } = preprocessing.layout
  if (grid !== undefined) return [] // pixels are dark or bright
  return columns.slice(0, Math.min(numericCount, 200)).flatMap(({ name, start }, column) => {
    const values = Float64Array.from(
      split.training.filter((row) => mask === undefined || mask[row * columns.length + column] === 1),
      (row) => features[row * width + start]!,
    )
    const found = twoModes(values.subarray(0, 3000))
    return found !== undefined && isBimodal(found) ? [name] : []
  })
}

/** Something else that was trained. */
interface Tried {
  readonly name: string
  readonly learning: LearningOptions
  /** In how often wrong rows stand out, against the subject, row by row. */
  readonly gain: Estimate
}

/** Trains each other way for as many steps as the subject. */
async function tryOthers(
  patient: Patient,
  learning: LearningOptions,
  steps: number,
  base: Trial,
): Promise<readonly Tried[]> {
  const planted = plantRows(patient, patient.split.validation, patient.seed)
  const own = await detection(patient.machine, base, planted)
  const tried: Tried[] = []
  for (const { name, changes } of others(patient, base)) {
    throwIfAborted(patient.signal, 'variability')
    const options = merged(learning, changes)
    const trial = await trainTrial(patient, options, { steps })
    const theirs = await detection(patient.machine, trial, planted)
    tried.push({ name, learning: changes, gain: pairedDifference(theirs, own) })
  }
  return tried.toSorted((a, b) => b.gain.mean - a.gain.mean)
}

/** Twice the capacity in the same kind, a variational code, discrete symbols. */
function others(
  { preprocessing }: Patient,
  { autoencoder }: Trial,
): readonly { readonly name: string; readonly changes: LearningOptions }[] {
  const { hidden = [], latent = 1 } = autoencoder.options as {
    readonly hidden?: readonly number[]
    readonly latent?: number
  }
  const { width, grid } = preprocessing.layout
  const larger = {
    hidden: hidden.map((units) => Math.min(512, 2 * units)),
    latent: Math.min(512, 2 * latent),
  }
  const narrow = Math.max(2, Math.min(32, Math.ceil(width / 2)))
  const layers = { hidden: [Math.max(32, Math.min(256, 4 * width))], latent: narrow }
  const more = { name: 'more capacity', changes: { options: larger } as LearningOptions }
  if (grid !== undefined) return [more]
  return [
    more,
    ...(autoencoder.kind === 'denoising'
      ? []
      : [
          {
            name: 'a denoising kind',
            changes: { kind: 'denoising', options: { hidden: [256], latent: 256 } } as LearningOptions,
          },
        ]),
    ...(autoencoder.kind === 'variational'
      ? []
      : [
          {
            name: 'a variational kind',
            changes: { kind: 'variational', options: layers } as LearningOptions,
          },
        ]),
    ...(autoencoder.kind === 'vectorQuantised'
      ? []
      : [{ name: 'a code of discrete symbols', changes: { kind: 'vectorQuantised' } as LearningOptions }]),
  ]
}

/** What helps by so much, so surely, is advised; where nothing was found but this, it is an illness of its own. */
const clearGain = 0.05

function illnessesOf(
  patient: Patient,
  {
    found,
    tried,
    learning,
  }: {
    readonly found: readonly Missed[]
    readonly tried: readonly Tried[]
    readonly learning: LearningOptions
  },
): readonly Illness[] {
  const helpful = tried.filter(
    ({ gain }) => gain.mean >= 0.015 && bonferroni(twoSided(standardErrors(gain)), tried.length) < 1e-3,
  )
  const remedies: Remedy[] = helpful
    .slice(0, 1)
    .map(({ name, learning: changes, gain }) =>
      retraining(
        patient,
        `Learn with ${name}: wrong rows stand out more by ${formatNumber(gain.mean)} of AUROC, as tried.`,
        learning,
        changes,
      ),
    )
  const missed = found
    .filter(({ verdict }) => verdict !== 'fine')
    .toSorted((a, b) => b.excess.mean - a.excess.mean)
    .map(({ code, name, verdict, excess, text }): Illness => ({
      code,
      // What nothing that was tried explains better may be beyond networks of this size: it is to be watched.
      verdict: helpful.length > 0 ? verdict : 'watch',
      text,
      ...(code === 'column-unexplained' && { columns: [name] }),
      evidence: [
        figure(
          'excess',
          excess.mean,
          'error of the network less that of nearest rows, as a share of what there is to explain',
          { low: excess.low, high: excess.high },
        ),
      ],
      remedies,
    }))
  const [best] = helpful
  if (missed.length > 0 || best === undefined) return missed
  return [
    {
      code: 'modes-unexplained',
      verdict: best.gain.mean >= clearGain ? 'ill' : 'watch',
      text: `The data have several modes, and ${best.name} explains them better.`,
      evidence: [
        figure('gain', best.gain.mean, 'in how often wrong rows stand out (AUROC)', {
          low: best.gain.low,
          high: best.gain.high,
        }),
      ],
      remedies,
    },
  ]
}

function chartOf({ preprocessing }: Patient, { floor, network, neighbours }: Measured): Chart {
  return {
    kind: 'pairs',
    title: 'What is left of each column: by nearest rows, and by the network',
    x: 'left by nearest rows, 1 is everything',
    y: 'left by the network',
    series: [
      {
        name: `columns (${floor.columns.length} of ${preprocessing.layout.columns.length})`,
        x: [...neighbours],
        y: [...network],
      },
    ],
  }
}
