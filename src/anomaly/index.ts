/** What other rooms may use of anomaly detection. In Node, `AnomalyDetector` is in node.ts beside this file. */
export type {
  AnomalyDetector,
  DetectorRecord,
  Evaluation,
  Explanations,
  FitOptions,
  Scores,
} from './detector-types.js'
export {
  binomialInterval,
  calibrate,
  conformalInterval,
  pValueOf,
  thresholdAt,
  type Calibration,
} from './calibration.js'
export { evaluate, labelsOf } from './evaluation.js'
export { fitDetector } from './fit.js'
export { scoresOf, weighed } from './residuals.js'
