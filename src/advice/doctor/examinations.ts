/**
 * The table of the eight examinations, in the order of the report. Each stands in a file of its own; to add one, write
 * the file and its line here.
 */
import type { Difficulty, Examination } from './diagnosis.js'
import { examineGeneralisation } from './generalisation.js'
import { examineInput } from './input.js'

/** Which examination looks at which difficulty. */
export const examinations: Readonly<Partial<Record<Difficulty, Examination>>> = {
  input: examineInput,
  generalisation: examineGeneralisation,
}
