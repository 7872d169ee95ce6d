/**
 * What a report of `hourglass detect` says, as plain data: the record that render-detect-report.ts turns into a
 * page and hero-picture.ts into a picture. Whoever makes one fills it from what was read, learned and scored; no
 * other room's types are needed.
 */

/** Everything that the page shows. Texts may hold any characters: they are escaped and clipped when drawn. */
export interface DetectReport {
  readonly title: string
  /** What was scored, such as a file name. */
  readonly source: string
  /** ISO 8601. */
  readonly createdAt: string
  /** Of the package. */
  readonly version: string
  readonly seed: number
  /** The command line that makes this report again. */
  readonly command?: string
  /** Rows scored. */
  readonly rows: number
  readonly trainedRows: number
  readonly calibrationRows: number
  readonly columns: readonly ReportColumn[]
  readonly model: ReportModel
  readonly training: ReportTraining
  readonly scores: ReportScores
  readonly calibration: ReportCalibration
  /** The most anomalous rows, the most anomalous first; flagged or not. */
  readonly anomalies: readonly ReportAnomaly[]
  readonly warnings: readonly string[]
}

/** How one column was read. */
export interface ReportColumn {
  readonly name: string
  /** Such as `numeric`; `datetime` makes its numbers be written as dates. */
  readonly kind: string
  readonly used: boolean
  /** Why it was read this way, or left out: a piece of a sentence. */
  readonly reason: string
  readonly missing: number
  readonly distinct: number
  /** A few words on what it holds, such as its usual range. */
  readonly summary?: string
}

export interface ReportModel {
  readonly kind: string
  /** Width of every layer from input to output, the latent among them. */
  readonly widths: readonly number[]
  readonly latent: number
  readonly parameterCount: number
  /** Where the model file was written, if it was. */
  readonly modelFile?: string
  /** Of training. */
  readonly seconds: number
}

/** One measured point of the training; `epoch` may be a fraction. */
export interface ReportTrainingPoint {
  readonly step: number
  readonly epoch: number
  readonly trainLoss: number
  readonly validationLoss?: number
}

export interface ReportTraining {
  readonly points: readonly ReportTrainingPoint[]
  readonly bestStep: number
  /** `early` when training stopped because it got no better. */
  readonly stopped: string
  readonly steps: number
}

export interface ReportScores {
  /** One a row, higher is more anomalous; NaN where a row has no known cell. */
  readonly values: ArrayLike<number>
  /** Scores above it are flagged; Infinity when none can be. */
  readonly threshold: number
  /** Asked share of normal rows that are flagged, 0 to 1. */
  readonly falseAlarmRate: number
  /** How many rows are flagged. */
  readonly anomalies: number
  /** 1 where the label calls a row anomalous, one a row. */
  readonly labels?: Uint8Array
  readonly auroc?: number
  readonly averagePrecision?: number
}

/** A false-alarm rate asked for against the one observed on held-out rows. */
export interface ReportCalibrationCheck {
  readonly asked: number
  readonly observed: number
  /** 95 % binomial interval. */
  readonly low: number
  readonly high: number
  readonly rows: number
}

export interface ReportCalibration {
  readonly rows: number
  readonly checks: readonly ReportCalibrationCheck[]
}

export interface ReportAnomaly {
  /** Number in the data, from 1. */
  readonly row: number
  readonly id?: string
  readonly score: number
  /** Share of normal rows expected to score at least as high, 0 to 1. */
  readonly pValue: number
  readonly isAnomaly: boolean
  /** A sentence. */
  readonly reason: string
  /** The strongest first. */
  readonly contributions: readonly ReportContribution[]
}

/** What one column adds to a row's score. */
export interface ReportContribution {
  readonly column: string
  /** Of the row's score, 0 to 1. */
  readonly share: number
  readonly value: string
  readonly expected: string
  /** For numbers and dates, in raw units; dates in milliseconds since 1970. */
  readonly position?: ReportPosition
}

/** A value beside what was expected and where the column's values mostly lie. */
export interface ReportPosition {
  readonly value: number
  readonly expected: number
  /** The usual range: the central 98 % of the training rows. */
  readonly low: number
  readonly high: number
}
