/**
 * What a report of `hourglass inspect` says, as plain data: the record that render-inspect-report.ts turns into a page.
 * Whoever makes one fills it from a model and from what was seen of it at work.
 */
import type { ReportModel, ReportTraining } from './detect-report.js'

/** Everything that the page shows. */
export interface InspectReport {
  readonly title: string
  /** The model file. */
  readonly modelFile: string
  /** What it was learned from. */
  readonly source: string
  readonly createdAt: string
  /** Of the package. */
  readonly version: string
  readonly seed: number
  readonly model: ReportModel
  /** Options of the kind by name. */
  readonly options: readonly (readonly [name: string, value: string])[]
  readonly training: ReportTraining
  /** Terms of the loss and what the kind watches, at points of the training. */
  readonly course: readonly ReportCoursePoint[]
  /** Absent when no rows were looked at. */
  readonly work?: ReportWork
  readonly warnings: readonly string[]
}

/** One point of the training. */
export interface ReportCoursePoint {
  readonly step: number
  readonly epoch: number
  readonly parts: Readonly<Record<string, number>>
  readonly metrics: Readonly<Record<string, number>>
  /** Length of the gradient, by layer. */
  readonly gradientNorms: Readonly<Record<string, number>>
}

/** The model at work on some rows. */
export interface ReportWork {
  /** Where the rows came from. */
  readonly source: string
  readonly rows: number
  readonly layers: readonly ReportLayer[]
  readonly jacobian: { readonly rows: number; readonly singularValues: readonly (readonly number[])[] }
  readonly units: readonly ReportUnit[]
}

/** One layer at work. */
export interface ReportLayer {
  readonly name: string
  readonly operator: string
  readonly shape: readonly number[]
  readonly units: number
  readonly parameterCount: number
  readonly mean: number
  readonly deviation: number
  readonly least: number
  readonly most: number
  readonly deadUnits: number
  /** Absent for activations without bounds. */
  readonly saturatedShare?: number
  /** Of the training loss at these rows, over all of its parameters. */
  readonly gradientNorm?: number
  /** Some of its outputs, to draw their distribution. */
  readonly sample: ArrayLike<number>
}

/** One latent unit, moved from below its mean to above. */
export interface ReportUnit {
  readonly unit: number
  readonly mean: number
  readonly deviation: number
  readonly answers: readonly { readonly column: string; readonly change: number }[]
  /** What the decoder gives at each step, as images; absent for tables. */
  readonly images?: readonly ReportImage[]
}

/** A small image: channels together, row by row, numbers of any range (they are stretched over all images of a unit). */
export interface ReportImage {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly pixels: ArrayLike<number>
}
