/**
 * What an anomaly detector is for its users: options of a fit, the detector, and what scoring returns.
 * fit.ts makes one, scoring.ts uses it.
 */
import type { AutoencoderDescription, AutoencoderKind, Finding, Grid } from '../autoencoders/index.js'
import type { LongWork } from '../base/index.js'
import type { Column, ColumnReading, Table } from '../data/index.js'
import type { Features, KindChoice, LearningSettings } from '../learning/index.js'
import type { TrainingRecord, Weights } from '../training/index.js'

/** Options of `AnomalyDetector.fit`. Every one has a default that suits most tables; the kind is `denoising`. */
export type FitOptions = FitSettings & KindChoice

/** Options of a detector's fit that do not depend on the kind. */
export interface FitSettings extends LearningSettings {
  /** Asked share of normal rows that are flagged, above 0 and below 1 (default 0.01). */
  readonly falseAlarmRate?: number
  /** Share of rows held out to calibrate the threshold, 0.05 to 0.5 (default 0.2). */
  readonly calibrationShare?: number
}

/** How well scores separate rows of a known label. */
export interface Evaluation {
  /** Area under the ROC curve, 0 to 1. */
  readonly auroc: number
  /** Average precision, 0 to 1. */
  readonly averagePrecision: number
}

/** Scores of many rows, one element a row. */
export interface Scores {
  readonly rowCount: number
  /** Mean reconstruction error of the known cells over what is usual for them: about 1 for a normal row, higher is more
   * anomalous. */
  readonly score: Float32Array
  /** Share of normal rows expected to score at least as high, (0, 1]; split-conformal. */
  readonly pValue: Float32Array
  /** 1 where the p-value is at most the asked false-alarm rate. */
  readonly isAnomaly: Uint8Array
  /** What to tell people: unseen categories, ignored columns. */
  readonly notes: readonly string[]
}

/** Why rows scored as they did. */
export interface Explanations extends Scores {
  /** Names of the columns, in the order of the contributions. */
  readonly columns: readonly string[]
  /** `[rowCount, columns]`, row-major: what each column adds to the score; a row sums to its score. */
  readonly contributions: Float32Array
  /** What the model would have put in each cell, in raw units, one column for each of `columns`. */
  readonly expected: readonly Column[]
  /** `[rowCount, latent]`, row-major. */
  readonly latent: Float32Array
}

/** What a detector knows about itself; travels in the model file as JSON. */
export interface DetectorRecord {
  readonly kind: AutoencoderKind
  /** Options that the autoencoder was made with. */
  readonly options: Readonly<Record<string, unknown>>
  readonly grid?: Grid
  readonly createdAt: string
  readonly seed: number
  /** Where the training rows came from. */
  readonly source: string
  readonly rows: { readonly total: number; readonly training: number; readonly calibration: number }
  readonly readings: readonly ColumnReading[]
  /** Columns used, in the order of the contributions, with the usual range of numbers (1st to 99th percentile). */
  readonly columns: readonly {
    readonly name: string
    readonly kind: 'numeric' | 'datetime' | 'boolean' | 'categorical'
    readonly usual?: readonly [number, number]
  }[]
  readonly widths: readonly number[]
  readonly latent: number
  readonly parameterCount: number
  readonly training: TrainingRecord
  readonly falseAlarmRate: number
  /** Scores above it are flagged; infinite when too few rows calibrate the asked rate. */
  readonly threshold: number
  /** Asked against observed rate on held-out rows, with the 95 % interval that chance explains. */
  readonly calibrationChecks: readonly {
    readonly asked: number
    readonly observed: number
    readonly low: number
    readonly high: number
    readonly rows: number
  }[]
  readonly warnings: readonly string[]
  /** What is doubtful about the network or its training; their messages are among the warnings. */
  readonly findings: readonly Finding[]
}

/** A fitted detector. Free its engine with `dispose()` when done. */
export interface AnomalyDetector {
  readonly record: DetectorRecord
  /** Scores and explains rows; everything at once, for tables that fit in memory several times. */
  score(rows: Table, work?: LongWork): Promise<Explanations>
  /** Scores only, in batches: for millions of rows. */
  scoreOnly(rows: Table, work?: LongWork): Promise<Scores>
  /** The autoencoder and its weights, for `trace` of the inspection room. */
  trained(): { readonly autoencoder: AutoencoderDescription; readonly weights: Weights }
  /** Rows as the autoencoder sees them: scaled numbers and one-hot categories, `[rows, width]`, and which cells are known. */
  features(rows: Table, work?: LongWork): Promise<Features>
  /** The model file's bytes: one ONNX graph with everything in it. */
  toBytes(): Uint8Array
  /** Writes the model file, atomically. @throws HG_OUTPUT_UNWRITABLE */
  save(path: string): Promise<void>
  dispose(): Promise<void>
}
