/**
 * The doctor: makes a patient of a table, has each examination look at it, and puts their diagnoses together.
 *
 *     table ─► label, group, time set aside ─► readings ─► features ─► examinations ─► diagnoses
 *
 * What is examined stands in examinations.ts, what is said in diagnosis.ts.
 */
import { labelsOf, type AnomalyDetector } from '../../anomaly/index.js'
import {
  asSeries,
  difficulties,
  formatNumber,
  HourglassError,
  messageOf,
  permutation,
  progressOf,
  randomFor,
  throwIfAborted,
  type LongWork,
} from '../../base/index.js'
import {
  cellText,
  dropColumns,
  fitPreprocessing,
  readColumns,
  selectRows,
  type Table,
} from '../../data/index.js'
import {
  featuresOf,
  fewestRows,
  scalingFor,
  type LearningMachine,
  type LearningOptions,
} from '../../learning/index.js'
import { worst, type Diagnosis, type Difficulty, type Patient, type Verdict } from './diagnosis.js'
import { examinations } from './examinations.js'

/** What the doctor may be told besides the table. */
export interface DoctorOptions extends LongWork {
  /** How a model would be trained: kind, widths, readings of columns, seed, grid. */
  readonly learning?: LearningOptions
  /** A 0/1 column that is set aside (default: the one that the file suggests). */
  readonly label?: string
  /** Column of groups or sites, to hold out one after the other. */
  readonly group?: string
  /** Column of time, to hold out the last part (default: the only column of dates, if the rows are in its order). */
  readonly time?: string
  readonly newTable?: Table
  readonly detector?: AnomalyDetector
  /** Which difficulties to look at (default all eight). */
  readonly only?: readonly Difficulty[]
  /** Seconds for all examinations together (default 120). They stop soon after; what has not begun long after is `unknown`. */
  readonly budgetSeconds?: number
  /** How commands name the files; see `Patient.paths` (default: the table's source). */
  readonly paths?: Patient['paths']
}

/** What the doctor says. */
export interface DoctorReport {
  readonly source: string
  readonly rows: number
  readonly columns: number
  /** The worst of all verdicts. */
  readonly verdict: Verdict
  /** In the order of the difficulties. */
  readonly diagnoses: readonly Diagnosis[]
  readonly seconds: number
}

export const doctorDefaults = { budgetSeconds: 120 } as const

/** How far over the time the doctor may be, as a share and in seconds, for another examination to begin. */
const lateShare = 0.5
const lateSeconds = 30

/** Most rows whose features are worked out, and most features. */
const mostSampled = 20_000
const mostFeatures = 2 ** 24

/** Share of the sampled rows that examinations measure on, and the most of them. */
const validationShare = 0.25
const mostValidation = 4000

/**
 * Examines a table.
 *
 * @throws HG_COLUMN_MISSING for a label, group or time that is not there, HG_LABEL_INVALID, HG_USAGE, HG_INTERRUPTED
 * @example
 * const { diagnoses } = await examine(await readTable('sensors.csv'), { only: ['input'] }, nodeLearning)
 */
export async function examine(
  table: Table,
  options: DoctorOptions,
  machine: LearningMachine,
): Promise<DoctorReport> {
  const began = performance.now()
  const { only = difficulties, budgetSeconds = doctorDefaults.budgetSeconds } = options
  const seconds = (): number => (performance.now() - began) / 1000
  const report = progressOf('examining', options.onProgress)
  const patient = await patientOf(table, options, machine)
  const wanted = difficulties.filter((difficulty) => only.includes(difficulty) && difficulty in examinations)
  const diagnoses: Diagnosis[] = []
  // The input is looked at first: it needs no training, and what is left of the time is for the others.
  const order = wanted.toSorted((a, b) => Number(b === 'input') - Number(a === 'input'))
  for (const [i, difficulty] of order.entries()) {
    report(i / order.length, difficulty)
    throwIfAborted(options.signal, 'examining')
    const share = Math.max(2, (budgetSeconds - seconds()) / (order.length - i))
    const isLate = i > 0 && seconds() > budgetSeconds + Math.max(lateSeconds, lateShare * budgetSeconds)
    diagnoses.push(
      isLate
        ? unknown(
            difficulty,
            `there was no time left; give more than --budget ${formatNumber(budgetSeconds)}.`,
          )
        : await examined(difficulty, { ...patient, budgetSeconds: share }),
    )
  }
  report(1)
  return {
    source: table.source,
    rows: table.rowCount,
    columns: patient.table.columns.length,
    verdict: worst(diagnoses.map(({ verdict }) => verdict)),
    diagnoses: diagnoses.toSorted(
      (a, b) => difficulties.indexOf(a.difficulty) - difficulties.indexOf(b.difficulty),
    ),
    seconds: seconds(),
  }
}

/** One examination; what it cannot cope with is `unknown`, a bug is thrown. */
async function examined(difficulty: Difficulty, patient: Patient): Promise<Diagnosis> {
  const began = performance.now()
  const reason = difficulty === 'input' ? undefined : whyNot(patient)
  const examination = examinations[difficulty]
  if (examination === undefined) return unknown(difficulty, 'there is no examination of it.')
  if (reason !== undefined) return unknown(difficulty, reason)
  try {
    return await examination(patient)
  } catch (error) {
    if (!(error instanceof HourglassError) || error.code === 'HG_INTERRUPTED') throw error
    return { ...unknown(difficulty, messageOf(error)), seconds: (performance.now() - began) / 1000 }
  }
}

/** Why no autoencoder can be trained at all. */
function whyNot({ readings, sampled }: Patient): string | undefined {
  const used = readings.filter((reading) => reading.used).length
  if (used < 2)
    return `an autoencoder needs two usable columns at least, and there ${used === 1 ? 'is one' : 'are none'}.`
  if (sampled.length < 2 * fewestRows)
    return `there are ${sampled.length} rows, too few to hold some out; give at least ${2 * fewestRows}.`
  return undefined
}

/** A diagnosis that says why there is none. */
export const unknown = (difficulty: Difficulty, why: string): Diagnosis => ({
  difficulty,
  verdict: 'unknown',
  summary: `It could not be told: ${why}`,
  illnesses: [],
  evidence: [],
  charts: [],
  remedies: [],
  seconds: 0,
})

/** Makes the patient: sets columns aside, reads the others, works out features of a sample of rows. */
export async function patientOf(
  table: Table,
  options: DoctorOptions,
  machine: LearningMachine,
): Promise<Patient> {
  const { learning = {}, newTable, detector, signal, onProgress, paths = { data: table.source } } = options
  const { seed = 0 } = learning
  const labels = labelsFor(table, options.label)
  const kept = labels === undefined ? table : dropColumns(table, [labels.name])
  const groups = groupsFor(kept, options.group)
  const time = timeFor(kept, options.time)
  const given = learning.grid ?? kept.grid
  const grid = given !== undefined && learning.kind === 'sequence' ? asSeries(given) : given
  const aside = [groups?.name, time?.name, ...clocksOf(kept)].filter((name) => name !== undefined)
  const columns = {
    ...onlyThere(learning.columns ?? {}, kept),
    ...Object.fromEntries(aside.map((name) => [name, 'ignore'] as const)),
  }
  const readings = readColumns(kept, columns, grid)
  const sampled = sampleOf(kept, readings.filter(({ used }) => used).length, seed)
  const split = splitOf(sampled.length, seed)
  const preprocessing = fitPreprocessing(kept, readings, {
    rows: split.training.map((position) => sampled[position]!),
    grid,
    scaling: scalingFor(learning),
  })
  const features =
    preprocessing.layout.width === 0
      ? { features: new Float32Array(0) }
      : await featuresOf(selectRows(kept, sampled), preprocessing, machine.engine, { signal, onProgress })
  return {
    table: kept,
    readings,
    ...(grid && { grid }),
    preprocessing,
    sampled,
    ...features,
    split,
    ...(labels && { labels }),
    ...(groups && { groups }),
    ...(time && { time }),
    ...(newTable && { newTable }),
    ...(detector && { detector }),
    learning,
    machine,
    seed,
    budgetSeconds: options.budgetSeconds ?? doctorDefaults.budgetSeconds,
    paths,
    signal,
  }
}

/** Overrides of columns that are there: the label's own is set aside with it. */
function onlyThere<T>(overrides: Readonly<Record<string, T>>, { columns }: Table): Record<string, T> {
  return Object.fromEntries(
    Object.entries(overrides).filter(([name]) => columns.some((column) => column.name === name)),
  )
}

function labelsFor(table: Table, name: string | undefined): Patient['labels'] {
  if (name !== undefined) return { name, values: Float64Array.from(labelsOf(table, name)) }
  if (table.suggestedLabel === undefined) return undefined
  try {
    return { name: table.suggestedLabel, values: Float64Array.from(labelsOf(table, table.suggestedLabel)) }
  } catch (error) {
    if (error instanceof HourglassError) return undefined // only suggested, and no 0/1 column
    throw error
  }
}

function columnOf({ columns, source }: Table, name: string, option: string) {
  const column = columns.find((candidate) => candidate.name === name)
  if (column !== undefined) return column
  const names = columns.slice(0, 20).map((candidate) => candidate.name)
  throw new HourglassError(
    'HG_COLUMN_MISSING',
    `${option}: no column "${name}" in ${source}; there are: ${names.join(', ')}`,
  )
}

function groupsFor(table: Table, name: string | undefined): Patient['groups'] {
  if (name === undefined) return undefined
  const column = columnOf(table, name, '--group')
  return { name, values: Array.from({ length: table.rowCount }, (_, row) => cellText(column, row)) }
}

/**
 * The column of time: as told, else the only column of dates where the rows are in its order, as in logs. A date of birth
 * orders nothing.
 */
function timeFor(table: Table, name: string | undefined): Patient['time'] {
  if (name === undefined) {
    const [only, ...others] = table.columns.filter(({ storage }) => storage === 'datetime')
    if (only === undefined || others.length > 0 || only.storage === 'string') return undefined
    if (!isOrdered(only.values)) return undefined
    return { name: only.name, values: only.values }
  }
  const column = columnOf(table, name, '--time')
  if (column.storage !== 'string') return { name, values: column.values }
  throw new HourglassError(
    'HG_COLUMN_TYPE',
    `--time: "${name}" holds text; expected dates or numbers that grow with time`,
  )
}

/** Columns of dates that the rows are in the order of: a network that learns from them has seen no later row. */
const clocksOf = ({ columns }: Table): readonly string[] =>
  columns.flatMap((column) =>
    column.storage === 'datetime' && isOrdered(column.values) ? [column.name] : [],
  )

/** Whether nearly no value is below the one before. */
function isOrdered(values: Float64Array): boolean {
  const known = values.filter((value) => !Number.isNaN(value))
  let steps = 0
  for (let i = 1; i < known.length; i++) if (known[i]! >= known[i - 1]!) steps++
  return known.length > 1 && steps >= 0.99 * (known.length - 1)
}

/** Rows whose features are worked out, ascending. */
function sampleOf({ rowCount }: Table, width: number, seed: number): Int32Array {
  const most = Math.max(1000, Math.min(mostSampled, Math.floor(mostFeatures / Math.max(1, width))))
  if (rowCount <= most) return Int32Array.from({ length: rowCount }, (_, row) => row)
  return permutation(rowCount, randomFor(seed, 'doctor sample')).slice(0, most).sort()
}

function splitOf(rows: number, seed: number): Patient['split'] {
  const order = permutation(rows, randomFor(seed, 'doctor split'))
  const held = Math.min(mostValidation, Math.max(rows > 1 ? 1 : 0, Math.round(rows * validationShare)))
  return { validation: order.slice(0, held).sort(), training: order.slice(held).sort() }
}
