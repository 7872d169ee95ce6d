/**
 * What the page of `hourglass doctor` says, as plain data: the record that render-doctor-report.ts turns into a page. The
 * advice room's report has this shape as it is.
 */

import type { Chart, Evidence, Verdict } from '../base/index.js'

/** Everything that the page shows. */
export interface DoctorPage {
  readonly title: string
  /** What was examined. */
  readonly source: string
  readonly rows: number
  readonly columns: number
  readonly verdict: Verdict
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
  readonly verdict: Verdict
  readonly summary: string
  readonly illnesses: readonly ReportIllness[]
  readonly evidence: readonly Evidence[]
  readonly charts: readonly Chart[]
  readonly remedies: readonly ReportRemedy[]
  readonly seconds: number
}

/** One thing that is wrong. */
export interface ReportIllness {
  readonly code: string
  readonly verdict: Verdict
  readonly text: string
  /** From 0. */
  readonly rows?: readonly number[]
  readonly rowCount?: number
  readonly columns?: readonly string[]
  readonly evidence: readonly Evidence[]
  readonly remedies: readonly ReportRemedy[]
}

/** What to do. */
export interface ReportRemedy {
  readonly text: string
  readonly command?: string
}
