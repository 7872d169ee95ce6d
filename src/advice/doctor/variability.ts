/**
 * Difficulty 6, variability: columns, groups and modes that the model explains badly, and what helps, by trying it.
 *
 * A column or a part of the rows is explained badly when nearest rows, which know nothing of networks, leave clearly less
 * error (variability/missed.ts). Only then, or where columns have several modes, are more capacity, a variational and a
 * discrete code tried (variability/others.ts).
 */
import { formatNumber } from '../../base/index.js'
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
import { twoSided } from './statistics/distributions.js'
import { bonferroni } from './statistics/multiplicity.js'
import { standardErrors } from './statistics/paired.js'
import { subjectOf } from './subject.js'
import { retraining } from './training-command.js'
import { trainTrial } from './trial.js'
import {
  measure,
  measuredRows,
  missedColumns,
  missedParts,
  type Measured,
  type Missed,
} from './variability/missed.js'
import { bimodalColumns } from './variability/modes.js'
import { tryOthers, type Tried } from './variability/others.js'
import { partsOf } from './variability/parts.js'

/** Steps of each training. */
const fewestSteps = 200
const mostSteps = 1500

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
  const rows = measuredRows(patient)
  const measured = await measure(patient, base, rows)
  const columns = missedColumns(patient, measured)
  const parts = missedParts(measured, await partsOf(patient, rows))
  const modes = bimodalColumns(patient)
  const found = [...columns, ...parts]
  const wanted = found.some(({ verdict }) => verdict !== 'fine') || modes.length > 0
  const secondsLeft = patient.budgetSeconds - (performance.now() - began) / 1000
  const tried =
    wanted && (secondsLeft > 0 || found.some(({ verdict }) => verdict === 'ill'))
      ? await tryOthers(patient, base, { learning: settings, steps: pace.steps, seconds: secondsLeft })
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
