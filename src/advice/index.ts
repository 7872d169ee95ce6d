/** What other rooms may use of the advice. */
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
