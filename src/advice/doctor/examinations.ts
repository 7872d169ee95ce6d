/**
 * The table of the eight examinations, in the order of the report. Each stands in a file of its own; to add one, write
 * the file and its line here.
 */
import { architectureExamination } from './architecture.js'
import { bottleneckExamination } from './bottleneck.js'
import { costExamination } from './cost.js'
import type { Difficulty, Examination } from './diagnosis.js'
import { examineGeneralisation } from './generalisation.js'
import { hyperParametersExamination } from './hyper-parameters.js'
import { examineInput } from './input.js'
import { examineVariability } from './variability.js'
import { overfittingExamination } from './overfitting.js'

/** Which examination looks at which difficulty. */
export const examinations: Readonly<Partial<Record<Difficulty, Examination>>> = {
  architecture: architectureExamination,
  'hyper-parameters': hyperParametersExamination,
  bottleneck: bottleneckExamination,
  overfitting: overfittingExamination,
  cost: costExamination,
  variability: examineVariability,
  input: examineInput,
  generalisation: examineGeneralisation,
}
