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
export type {
  MapCategoryColumn,
  MapColumn,
  MapDecoded,
  MapImages,
  MapNumberColumn,
  MapReport,
} from './map-report.js'
export type { DoctorPage, ReportDiagnosis, ReportIllness, ReportRemedy } from './doctor-report.js'
export { renderDetectReport } from './render-detect-report.js'
export { renderDoctorReport } from './render-doctor-report.js'
export { renderInspectReport } from './render-inspect-report.js'
export { renderMapPicture, type MapPictureOptions } from './map-picture.js'
export { renderMapReport } from './render-map-report.js'
export { renderHeroPicture } from './hero-picture.js'
export type { ReportTrial, ReportTunedOption, TuneReport } from './tune-report.js'
export type { ComparedImage, CompareReport } from './compare-report.js'
export { renderCompareReport } from './render-compare-report.js'
export { renderTuneReport } from './render-tune-report.js'
