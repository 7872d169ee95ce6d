/** How many optimiser steps fit into a given time: measured by a few of them. */
import { HourglassError } from '../../base/index.js'
import { planFor, type LearningOptions } from '../../learning/index.js'
import type { Patient } from './diagnosis.js'
import type { Subject } from './subject.js'
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

/** Fewest steps that a training is cut to. */
const fewestCut = 200

/**
 * A subject whose training takes no more than so many seconds: the planned steps where they fit, else fewer. Trainings
 * that are compared with each other all take as many.
 */
export async function affordable(subject: Subject, seconds: number): Promise<Subject> {
  const { patient, learning, model } = subject
  const { layout } = patient.preprocessing
  const data = { rows: patient.features.length / layout.width, features: patient.features, ...patient.split }
  const planned = subject.steps ?? planFor(layout, data, learning).training.steps
  const taken = model?.record
  const secondsPerStep =
    taken === undefined ? await stepTime(patient, learning) : taken.seconds / Math.max(1, taken.steps)
  const steps = Math.max(fewestCut, Math.floor(seconds / secondsPerStep))
  return steps >= planned ? subject : { ...subject, steps, cutFrom: planned }
}

/** Seconds of a step; 0 for a training that diverges at once, which is for the examination to find. */
async function stepTime(patient: Patient, learning: LearningOptions): Promise<number> {
  try {
    return (await paceOf(patient, learning, 1, { fewest: 1, most: 1 })).secondsPerStep
  } catch (error) {
    if (error instanceof HourglassError && error.code === 'HG_TRAINING_DIVERGED') return 0
    throw error
  }
}
