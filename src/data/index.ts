/** What other rooms may use of tables. */
export {
  cellText,
  dropColumns,
  isMissing,
  isNumeric,
  selectRows,
  tableFromColumns,
  tableFromRecords,
  type Cell,
  type Column,
  type NumberColumn,
  type StringColumn,
  type Table,
} from './table.js'
export {
  encodeImage,
  readCounts,
  readImage,
  readTable,
  writeImage,
  writeTable,
  writeTableLike,
  type ImageSize,
  type ReadCountsOptions,
  type ReadImageOptions,
  type ReadOptions,
  type WriteImageOptions,
  type WriteLikeOptions,
} from './files.js'
export {
  colourChannels,
  cutOut,
  hasAlpha,
  imageFormatOf,
  type ChannelCount,
  type DecodedImage,
  type ImageFormat,
  type ImageInputFormat,
  type PixelImage,
} from './images.js'
export type { SparseMatrix } from './sparse.js'
export type { Orientation } from './raw-counts.js'
export {
  asTable,
  denseRows,
  filterCells,
  geneNames,
  librarySizes,
  normalizeCounts,
  selectCells,
  selectColumns,
  type FilteredCells,
  type FilterOptions,
  type NormalizeOptions,
} from './counts.js'
export { geneVariability, highlyVariableGenes, type VariableGenesMethod } from './variable-genes.js'
export { matrixMarketText } from './matrix-market.js'
export {
  readColumns,
  type ColumnKind,
  type ColumnOverrides,
  type ColumnReading,
  type UsedKind,
} from './column-readings.js'
export { scalingChoices, type ScalingChoice } from './fit-scalings.js'
export { windowOptionsOf, windowsOf, type WindowOptions } from './windows.js'
export {
  fitPreprocessing,
  type FeatureLayout,
  type LayoutColumn,
  type PreprocessingOptions,
  type TablePreprocessing,
} from './preprocessing.js'
export {
  expectedGraph,
  otherCategory,
  preprocessingGraph,
  type PreprocessingParts,
} from './preprocessing-graph.js'
export { decimalsOf, numberText, rounded } from './decimals.js'
export { fitScaling, quantile, scale, unscale, type Scaling } from './scaling.js'
export { tableFeeds, type TableFeeds } from './table-feeds.js'
export { parseDate, parseNumber } from './text-values.js'
