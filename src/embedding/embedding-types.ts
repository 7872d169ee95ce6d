/**
 * What an embedding is for its users: options of a fit, the embedding, and what it gives. fit.ts makes one.
 */
import type { AutoencoderKind, Finding, Grid, KindOptions } from '../autoencoders/index.js'
import type { LongWork } from '../base/index.js'
import type { Column, ColumnReading, Table } from '../data/index.js'
import type { Features, LearningSettings } from '../learning/index.js'
import type { TrainingRecord } from '../training/index.js'
import type { EmbeddingQuality } from './quality.js'

/**
 * How rows get their coordinates: `neighbors` keeps neighbourhoods (the default up to three dimensions), `pca` is the
 * linear baseline, every kind of autoencoder gives its latent space.
 */
export type EmbeddingKind = 'neighbors' | 'pca' | AutoencoderKind

/** Ways to place rows on a map that was laid out. */
export type MapEncoder = 'memory' | 'network'

/** Options of `Embedding.fit`. */
export interface EmbeddingOptions extends LearningSettings {
  readonly kind?: EmbeddingKind
  /** Options of the kind of autoencoder; docs/kinds.md lists them. */
  readonly options?: Partial<KindOptions[AutoencoderKind]>
  /** Width of the latent space (default 2). */
  readonly dims?: number
  /** `neighbors`: neighbours of each row in the graph (default 15). */
  readonly neighbors?: number
  /** `neighbors`: weight of attraction, 1 for t-SNE, about 4 to 10 for UMAP-like pictures (default 1). */
  readonly exaggeration?: number
  /**
   * `neighbors` in two dimensions: what places new rows. `memory` (the default) keeps the rows that were laid out, and is
   * closest to the layout; `network` learns their places, for a small file; needed, and the default, for `topology`.
   */
  readonly encoder?: MapEncoder
  /** Weight of the topological regulariser, 0 or more (default 0: none). */
  readonly topology?: number
  /** Share of rows held out to measure the map on, 0 to 0.5 (default 0.1, at most 5,000 rows). */
  readonly holdOut?: number
  /** Column of classes, for measures alone: no kind sees it. */
  readonly label?: string
}

/** Coordinates of rows. */
export interface MapPoints {
  readonly rowCount: number
  readonly dims: number
  /** `[rowCount, dims]`, row-major. */
  readonly values: Float32Array
  /** `[rowCount]`: mean reconstruction error of the known cells, in units of the scaled features squared, halved. */
  readonly error: Float32Array
  /** What to tell people. */
  readonly notes: readonly string[]
}

/** What an embedding knows about itself; travels in the model file as JSON. */
export interface EmbeddingRecord {
  readonly kind: EmbeddingKind
  readonly options: Readonly<Record<string, unknown>>
  readonly dims: number
  readonly grid?: Grid
  readonly createdAt: string
  readonly seed: number
  readonly source: string
  readonly rows: { readonly total: number; readonly training: number; readonly heldOut: number }
  readonly readings: readonly ColumnReading[]
  readonly columns: readonly { readonly name: string; readonly kind: string }[]
  readonly label?: string
  readonly widths: readonly number[]
  readonly parameterCount: number
  /** The linear map in front, where there is one: directions and the share of the variance along them. */
  readonly projection?: { readonly count: number; readonly unit: number; readonly explained: number }
  /** Absent for `pca`, which is not trained. */
  readonly training?: TrainingRecord
  /** Measured on held-out rows; absent when none were held out. */
  readonly quality?: EmbeddingQuality
  /** Smallest and largest coordinate of training rows by dimension. */
  readonly bounds: readonly (readonly [number, number])[]
  readonly warnings: readonly string[]
  readonly findings: readonly Finding[]
}

/** A fitted embedding: an encoder for any rows, and a decoder for any place of the map. Free it with `dispose()`. */
export interface Embedding {
  readonly record: EmbeddingRecord
  /** Coordinates of rows, which need not be among those it learned from. */
  transform(rows: Table, work?: LongWork): Promise<MapPoints>
  /**
   * Rows as they would be at places of the map: one column for each used one, in raw units.
   *
   * @param points `[n, dims]`, row-major
   */
  inverse(points: Float32Array, work?: LongWork): Promise<readonly Column[]>
  /** Rows as the encoder sees them, before any projection. */
  features(rows: Table, work?: LongWork): Promise<Features>
  /** The model file's bytes: one ONNX graph with everything in it. */
  toBytes(): Uint8Array
  /** Writes the model file, atomically. @throws HG_OUTPUT_UNWRITABLE */
  save(path: string): Promise<void>
  dispose(): Promise<void>
}
