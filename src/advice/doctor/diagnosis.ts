/**
 * What the doctor speaks of: a patient (a table and what was made of it), an examination, and the diagnosis it comes
 * to. Plain data besides the machine, so that a diagnosis prints, travels as JSON and is drawn by the report.
 *
 * The examinations stand in files of their own, the table of them in examinations.ts, what runs them in doctor.ts.
 */
import type { AnomalyDetector } from '../../anomaly/index.js'
import type { Grid, LongWork } from '../../base/index.js'
import type { ColumnReading, Table, TablePreprocessing } from '../../data/index.js'
import type { LearningMachine, LearningOptions } from '../../learning/index.js'

/** How it stands; `unknown` when it could not be told, and the summary says why. */
export type Verdict = 'fine' | 'watch' | 'ill' | 'unknown'

/** The eight difficulties of learning an autoencoder. */
export const difficulties = [
  'architecture',
  'hyper-parameters',
  'bottleneck',
  'overfitting',
  'cost',
  'variability',
  'input',
  'generalisation',
] as const

export type Difficulty = (typeof difficulties)[number]

/** One measured figure. */
export interface Evidence {
  /** Short and stable, such as `intrinsic dimension (TwoNN)`. */
  readonly name: string
  readonly value: number | string
  readonly unit?: string
  /** Ends of the 95 % interval, where there is one. */
  readonly low?: number
  readonly high?: number
  /** What the figure says, in one sentence. */
  readonly meaning: string
}

/** How to change a table or the options of a training; plain data, applied by `applyFixes` of fixes.ts. */
export type Fix =
  | { readonly kind: 'drop-columns'; readonly columns: readonly string[] }
  /** Rows from 0. */
  | { readonly kind: 'drop-rows'; readonly rows: readonly number[] }
  /** Cells become missing. Rows from 0. */
  | { readonly kind: 'clear-cells'; readonly column: string; readonly rows: readonly number[] }
  /** x becomes x · factor + offset. Rows from 0. */
  | {
      readonly kind: 'rescale-cells'
      readonly column: string
      readonly rows: readonly number[]
      readonly factor: number
      readonly offset: number
    }
  /** Texts that stand for one category become one. */
  | {
      readonly kind: 'rename-categories'
      readonly column: string
      readonly names: readonly (readonly [from: string, to: string])[]
    }
  /** A column of texts becomes numbers; what is no number becomes missing. */
  | { readonly kind: 'read-as-numbers'; readonly column: string }
  /** Options of learning, merged over those there are; `options` of the kind go inside `options`. */
  | { readonly kind: 'options'; readonly options: Readonly<Partial<LearningOptions>> }

/** What to do. */
export interface Remedy {
  /** In one sentence, beginning with a verb. */
  readonly text: string
  /** A command line that can be run as it stands; see `command.ts`. */
  readonly command?: string
  /** What `--fix` does; absent where a person must decide. */
  readonly fix?: Fix
}

/** Points of one name. `x` are numbers, or names for bars. */
export interface ChartSeries {
  readonly name: string
  /** Of a histogram: the left edges of the bins, all equally wide. */
  readonly x: readonly (number | string)[]
  readonly y: readonly number[]
  /** Ends of intervals around `y`. */
  readonly low?: readonly number[]
  readonly high?: readonly number[]
}

/** A small chart; plain data that the report draws. */
export interface Chart {
  /** `curve`: lines through points; `bars`: one bar a name; `histogram`: bins side by side; `pairs`: points alone. */
  readonly kind: 'curve' | 'bars' | 'histogram' | 'pairs'
  readonly title: string
  /** Names of the axes, with units. */
  readonly x: string
  readonly y: string
  /** Logarithmic axes. */
  readonly log?: 'x' | 'y' | 'both'
  readonly series: readonly ChartSeries[]
  /** Lines across the chart: a threshold, the knee, the chosen width. */
  readonly marks?: readonly {
    readonly axis: 'x' | 'y'
    readonly at: number | string
    readonly text: string
  }[]
}

/** One thing that is wrong. */
export interface Illness {
  /** Stable, such as `missing-pattern`, `leakage`, `code-too-narrow`. */
  readonly code: string
  readonly verdict: Exclude<Verdict, 'unknown'>
  /** What is wrong and how that is known, in one or two sentences. */
  readonly text: string
  /** Rows it concerns, from 0, positions in the patient's table; the first 1,000 of them. */
  readonly rows?: readonly number[]
  /** How many rows it concerns, where `rows` does not hold all. */
  readonly rowCount?: number
  readonly columns?: readonly string[]
  readonly evidence: readonly Evidence[]
  readonly remedies: readonly Remedy[]
}

/** What an examination finds. */
export interface Diagnosis {
  readonly difficulty: Difficulty
  /** Not milder than the worst illness. */
  readonly verdict: Verdict
  /** One sentence for the overview. */
  readonly summary: string
  readonly illnesses: readonly Illness[]
  /** Figures that hold whatever the verdict. */
  readonly evidence: readonly Evidence[]
  readonly charts: readonly Chart[]
  /** What to do about the difficulty as a whole; illnesses carry their own. */
  readonly remedies: readonly Remedy[]
  readonly seconds: number
}

/** What is examined. */
export interface Patient extends LongWork {
  /** All rows; without the label and the columns of groups and time, unless these are learned from. */
  readonly table: Table
  readonly readings: readonly ColumnReading[]
  readonly grid?: Grid
  readonly preprocessing: TablePreprocessing
  /** `[rows]`: the rows of the table that features were made of, ascending; all of them in tables that are not large. */
  readonly sampled: Int32Array
  /** `[sampled.length, width]`, scaled. */
  readonly features: Float32Array
  /** `[sampled.length, columns]`, 1 where the cell is known; absent when every cell is. */
  readonly mask?: Float32Array
  /** Positions in `features`, ascending and disjoint: what examinations train on, and what they measure on. */
  readonly split: { readonly training: Int32Array; readonly validation: Int32Array }
  /** `[rows]`, 1 for a row known to be anomalous: set aside, only looked at to find leakage. */
  readonly labels?: { readonly name: string; readonly values: Float64Array }
  /** `[rows]`, the group of each row of the table, from `--group`; empty strings for none. */
  readonly groups?: { readonly name: string; readonly values: readonly string[] }
  /** `[rows]`, the time of each row, not learned from: from `--time`, or found; NaN where it is missing. */
  readonly time?: { readonly name: string; readonly values: Float64Array }
  /** New data to compare with (`--new`). */
  readonly newTable?: Table
  /** A model that was trained before (`--model`). */
  readonly detector?: AnomalyDetector
  /** Options that a person gave for learning. */
  readonly learning: LearningOptions
  readonly machine: LearningMachine
  readonly seed: number
  /** Seconds that this examination may take; it may stop a little later, never much. */
  readonly budgetSeconds: number
  /** How commands name the data, and the other files, already quoted for a shell. */
  readonly paths: {
    readonly data: string
    readonly newData?: string
    readonly model?: string
    readonly label?: string
  }
}

/** Looks at one difficulty. Throws nothing for an odd patient: what cannot be told is `unknown`. */
export type Examination = (patient: Patient) => Promise<Diagnosis>

/** From mild to bad. */
const severity: readonly Verdict[] = ['fine', 'unknown', 'watch', 'ill']

/** The worst of some verdicts; `fine` when there is none. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((a, b) => (severity.indexOf(b) > severity.indexOf(a) ? b : a), 'fine')
}
