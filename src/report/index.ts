/** What other rooms may use of report. */
export type {
  DetectReport,
  ReportAnomaly,
  ReportCalibration,
  ReportCalibrationCheck,
  ReportColumn,
  ReportContribution,
  ReportModel,
  ReportPosition,
  ReportScores,
  ReportTraining,
  ReportTrainingPoint,
} from './detect-report.js'
export { renderDetectReport } from './render-detect-report.js'
export { renderHeroPicture } from './hero-picture.js'
