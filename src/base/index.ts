/** What other rooms may use of base. */
export {
  difficulties,
  verdicts,
  type Chart,
  type ChartSeries,
  type Difficulty,
  type Evidence,
  type Verdict,
} from './diagnosis.js'
export { errorCatalogue, type ErrorCode, type ErrorEntry } from './error-codes.js'
export { HourglassError, exitCodeOf, messageOf } from './errors.js'
export { asSeries, gridSize, gridWords, parseImageGrid, type Grid } from './grid.js'
export { permutation, random, randomFor, randomFrom, type Random } from './random.js'
export { progressOf, throwIfAborted, type LongWork, type OnProgress, type Progress } from './progress.js'
export {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatNumber,
  formatNumberPair,
  formatPValue,
  formatPercent,
  formatPlural,
} from './format.js'
