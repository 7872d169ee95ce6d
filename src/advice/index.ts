/** What other rooms may use of the advice. */
export { doctorDefaults, examine, type DoctorOptions, type DoctorReport } from './doctor/doctor.js'
export { applyFixes, changeLines, fixesOf, type Fixed } from './doctor/fixes.js'
export {
  difficulties,
  worst,
  type Chart,
  type ChartSeries,
  type Diagnosis,
  type Difficulty,
  type Evidence,
  type Examination,
  type Fix,
  type Illness,
  type Patient,
  type Remedy,
  type Verdict,
} from './doctor/diagnosis.js'
export { bestOf, halvingOf, type Halving } from './tuning/halving.js'
export { defaultSpace, tunableKinds, usualKinds } from './tuning/default-space.js'
export { fitOptionsOf, trialOptions } from './tuning/fit-options.js'
export { metricNames, metrics, lossOf, type Metric, type MetricName } from './tuning/metrics.js'
export { haltonSampler, randomSampler, type Observation, type Sampler } from './tuning/sampler.js'
export { treeParzenSampler, type TreeParzenOptions } from './tuning/tree-parzen.js'
export type { Budget } from './tuning/budget.js'
export type {
  Configuration,
  Condition,
  OptionValue,
  SearchOption,
  SearchSpace,
} from './tuning/search-space.js'
export {
  observationOf,
  type RungResult,
  type StudySetup,
  type StudyStore,
  type Trial,
} from './tuning/study.js'
export { importanceOf, leastTrials, type Importance } from './tuning/importance.js'
export { tuningTask, type TuningTask } from './tuning/task.js'
export { runTrial, type Resource, type TrialResult, type TrialWork } from './tuning/trial.js'
export type { TrialRunner } from './tuning/trial-runner.js'
export { tune, type TuneOptions, type TuneResult, type TuningMachine } from './tuning/tune.js'
