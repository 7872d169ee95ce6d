/**
 * What the doctor speaks of: a patient (a table and what was made of it), an examination, and the diagnosis it comes
 * to. Plain data besides the machine, so that a diagnosis prints, travels as JSON and is drawn by the report. Verdicts,
 * figures and charts are those of the base room, which the report knows, too.
 *
 * The examinations stand in files of their own, the table of them in examinations.ts, what runs them in doctor.ts.
 */
import type { AnomalyDetector } from '../../anomaly/index.js'
import type { Chart, Difficulty, Evidence, Grid, LongWork, Verdict } from '../../base/index.js'
import type { ColumnReading, Table, TablePreprocessing } from '../../data/index.js'
import type { LearningMachine, LearningOptions } from '../../learning/index.js'

export { difficulties } from '../../base/index.js'
export type { Chart, ChartSeries, Difficulty, Evidence, Verdict } from '../../base/index.js'

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
