/**
 * What the page of `hourglass doctor` says, as plain data: the record that render-doctor-report.ts turns into a page. The
 * advice room's report has this shape as it is.
 */

/** How a difficulty stands. */
export type ReportVerdict = 'fine' | 'watch' | 'ill' | 'unknown'

/** Everything that the page shows. */
export interface DoctorPage {
  readonly title: string
  /** What was examined. */
  readonly source: string
  readonly rows: number
  readonly columns: number
  readonly verdict: ReportVerdict
  readonly diagnoses: readonly ReportDiagnosis[]
  /** What `--fix` changed, one sentence each; empty without it. */
  readonly changes: readonly string[]
  readonly createdAt: string
  /** Of the package. */
  readonly version: string
  readonly seconds: number
}

/** One difficulty. */
export interface ReportDiagnosis {
  readonly difficulty: string
  readonly verdict: ReportVerdict
  readonly summary: string
  readonly illnesses: readonly ReportIllness[]
  readonly evidence: readonly ReportEvidence[]
  readonly charts: readonly ReportChart[]
  readonly remedies: readonly ReportRemedy[]
  readonly seconds: number
}

/** One thing that is wrong. */
export interface ReportIllness {
  readonly code: string
  readonly verdict: ReportVerdict
  readonly text: string
  /** From 0. */
  readonly rows?: readonly number[]
  readonly rowCount?: number
  readonly columns?: readonly string[]
  readonly evidence: readonly ReportEvidence[]
  readonly remedies: readonly ReportRemedy[]
}

/** One measured figure, with its 95 % interval where there is one. */
export interface ReportEvidence {
  readonly name: string
  readonly value: number | string
  readonly unit?: string
  readonly low?: number
  readonly high?: number
  readonly meaning: string
}

/** What to do. */
export interface ReportRemedy {
  readonly text: string
  readonly command?: string
}

/** A small chart. */
export interface ReportChart {
  readonly kind: 'curve' | 'bars' | 'histogram' | 'pairs'
  readonly title: string
  readonly x: string
  readonly y: string
  readonly log?: 'x' | 'y' | 'both'
  readonly series: readonly ReportSeries[]
  readonly marks?: readonly {
    readonly axis: 'x' | 'y'
    readonly at: number | string
    readonly text: string
  }[]
}

/** Points of one name; `low` and `high` are ends of intervals around `y`. */
export interface ReportSeries {
  readonly name: string
  readonly x: readonly (number | string)[]
  readonly y: readonly number[]
  readonly low?: readonly number[]
  readonly high?: readonly number[]
}
