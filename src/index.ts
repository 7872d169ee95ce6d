/**
 * The package's front door in Node: tables in, detectors out. Every room has an entry of its own beside it
 * (`hourglass/graph`, `hourglass/training`, …).
 */
export { AnomalyDetector } from './anomaly/node.js'
export {
  evaluate,
  labelsOf,
  type DetectorRecord,
  type Evaluation,
  type Explanations,
  type FitOptions,
  type Scores,
} from './anomaly/index.js'
export { Embedding } from './embedding/node.js'
export type { EmbeddingKind, EmbeddingOptions, EmbeddingRecord, MapPoints } from './embedding/index.js'
export { Denoiser, denoiseTable, type ImageSource } from './denoising/node.js'
export type {
  Denoised,
  DenoisedColumn,
  DenoisedTable,
  DenoiseOptions,
  SelfDenoised,
  SelfDenoiser,
  SelfTrainingOptions,
  TableDenoisingOptions,
} from './denoising/index.js'
export { Codec } from './compression/node.js'
export type { Compressed, CompressOptions, Decompressed } from './compression/index.js'
export { HourglassError, type ErrorCode, type LongWork, type Progress } from './base/index.js'
export {
  readColumns,
  readImage,
  readTable,
  tableFromColumns,
  tableFromRecords,
  writeImage,
  writeTable,
  type Column,
  type ColumnOverrides,
  type ColumnReading,
  type DecodedImage,
  type PixelImage,
  type Table,
} from './data/index.js'
