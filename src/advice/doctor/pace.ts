/** How many optimiser steps fit into a given time: measured by a few of them. */
import type { LearningOptions } from '../../learning/index.js'
import type { Patient } from './diagnosis.js'
import { trainTrial } from './trial.js'

/** Steps that can be afforded, and the threads that ran them fastest. */
export interface Pace {
  readonly steps: number
  readonly threads: number
  readonly secondsPerStep: number
}

/** Steps that are measured. */
const trialSteps = 40

/** Measures a training on the patient's rows. @param seconds how long the real one may take */
export async function paceOf(
  patient: Patient,
  learning: LearningOptions,
  seconds: number,
  { fewest, most }: { readonly fewest: number; readonly most: number },
): Promise<Pace> {
  // One evaluation, at the end, on few rows: what is asked for is the pace of steps.
  const validation = patient.split.validation.subarray(0, 64)
  const { record } = await trainTrial(patient, learning, { steps: trialSteps, validation })
  const secondsPerStep = record.seconds / trialSteps
  const steps = Math.max(fewest, Math.min(most, Math.floor(seconds / secondsPerStep)))
  return { steps, threads: record.threads, secondsPerStep }
}
