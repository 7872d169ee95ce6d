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
export type {
  InspectReport,
  ReportCoursePoint,
  ReportImage,
  ReportLayer,
  ReportUnit,
  ReportWork,
} from './inspect-report.js'
export { renderDetectReport } from './render-detect-report.js'
export { renderInspectReport } from './render-inspect-report.js'
export { renderHeroPicture } from './hero-picture.js'
