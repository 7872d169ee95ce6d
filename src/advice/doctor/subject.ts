/**
 * Who is examined: the model in a file, with the rows as it sees them, or else the training that the options plan. Says
 * which rows the model has seen, where that can be proved.
 *
 *     --model ──► the model's own features ──► are its training rows these rows? ──► split: seen, never seen
 *     no model ─► the patient's features ─────────────────────────────────────────► the patient's split
 */
import { calibrate, thresholdAt, type AnomalyDetector, type DetectorRecord } from '../../anomaly/index.js'
import { selectRows, type TablePreprocessing } from '../../data/index.js'
import {
  planDefaults,
  splitRows,
  type Features,
  type LearningOptions,
  type Split,
} from '../../learning/index.js'
import type { Patient } from './diagnosis.js'
import { trainTrial, type Trial, type TrialOptions } from './trial.js'

/** What an examination judges. */
export interface Subject {
  readonly origin: 'model' | 'plan'
  /**
   * The patient with features as the subject sees them. Its validation rows were never seen by the subject's training
   * where `seen`, else by the trainings of examinations.
   */
  readonly patient: Patient
  /** What would train it again. */
  readonly learning: LearningOptions
  /** Optimiser steps, where they are known. */
  readonly steps?: number
  /** The steps that are planned, where `steps` are fewer, since there is no time for more. */
  readonly cutFrom?: number
  /** The model of the file. */
  readonly model?: Trial
  /** Whether the model's training rows are known to be the patient's: `split.training` holds them. */
  readonly seen: boolean
}

/** Whether somebody chose what is examined: a model that is there, or options of kind, widths or training. */
export function isChosen({ origin, learning }: Subject): boolean {
  const { kind, hidden, latent, options, epochs, batchSize, learningRate, weightDecay } = learning
  const choices = [kind, hidden, latent, options, epochs, batchSize, learningRate, weightDecay]
  return origin === 'model' || choices.some((choice) => choice !== undefined)
}

/** Works out what is examined. */
export async function subjectOf(patient: Patient): Promise<Subject> {
  const { detector } = patient
  if (detector === undefined) return { origin: 'plan', patient, learning: patient.learning, seen: false }
  const { features, mask, split } = await viewOf(patient, detector)
  const { record } = detector
  const { autoencoder, weights } = detector.trained()
  return {
    origin: 'model',
    patient: {
      ...withoutMask(patient),
      features,
      ...(mask && { mask }),
      preprocessing: { ...patient.preprocessing, layout: autoencoder.space as TablePreprocessing['layout'] },
      split: split ?? patient.split,
    },
    learning: learningOf(record),
    steps: record.training.options.steps,
    model: { autoencoder, weights, record: record.training },
    seen: split !== undefined,
  }
}

/** The mask belongs to the features. */
function withoutMask(patient: Patient): Patient {
  const rest: { -readonly [K in keyof Patient]: Patient[K] } = { ...patient }
  delete rest.mask
  return rest
}

/** The rows as a model sees them, and which it has seen. */
interface View extends Features {
  readonly split: Patient['split'] | undefined
}

/** Views by the patient's features: all examinations share one. */
const views = new WeakMap<Float32Array, Promise<View>>()

function viewOf(patient: Patient, detector: AnomalyDetector): Promise<View> {
  const make = async (): Promise<View> => {
    const rows = selectRows(patient.table, patient.sampled)
    const seen = await detector.features(rows, { signal: patient.signal })
    return { ...seen, split: await rowsSeen(patient, detector) }
  }
  const view = views.get(patient.features) ?? make()
  views.set(patient.features, view)
  view.catch(() => views.delete(patient.features))
  return view
}

/** The options that a model was trained with, but for those that are so by default. */
function learningOf({ kind, options, training, calibrationChecks, rows }: DetectorRecord): LearningOptions {
  const { steps, batchSize, learningRate, weightDecay, pretrainSteps } = training.options
  const validation = calibrationChecks[0]?.rows ?? 0
  const stepsPerEpoch = Math.ceil((rows.training - validation) / batchSize)
  const epochs = steps / stepsPerEpoch
  const usualSteps = Math.min(8000, Math.max(2000, 4 * stepsPerEpoch)) // as plan.ts of the learning room has it
  const all: Readonly<Record<string, number>> = { batchSize, learningRate, weightDecay }
  const usual: Readonly<Record<string, number>> = planDefaults
  return {
    kind,
    options,
    ...Object.fromEntries(Object.entries(all).filter(([name, value]) => usual[name] !== value)),
    ...(pretrainSteps > 0 && { pretrainSteps }),
    ...(Number.isInteger(epochs) && steps !== usualSteps && { epochs }),
  }
}

/** Fewest rows of a sample that must be known on either side for the split to be used. */
const fewestKnown = 10

/**
 * The rows that a model was trained on, and those that only calibrated it, as positions in the sample; nothing where the
 * table is not the one that it was trained on. The proof: rows split as the model's training would have split them give
 * its very threshold again.
 */
async function rowsSeen(patient: Patient, detector: AnomalyDetector): Promise<Patient['split'] | undefined> {
  const { record } = detector
  const { total, calibration } = record.rows
  if (total !== patient.table.rowCount || calibration === 0) return undefined
  const split = splitRows(total, calibration / total, record.seed)
  if (split.calibration.length !== calibration) return undefined
  if (!(await sameThreshold(patient, detector, split))) return undefined
  const training = positionsIn(patient.sampled, split.training)
  const validation = positionsIn(patient.sampled, split.calibration)
  return training.length < fewestKnown || validation.length < fewestKnown
    ? undefined
    : { training, validation }
}

/** Whether the rows that would have calibrated a model give the threshold that it has. */
async function sameThreshold(
  { table, signal }: Patient,
  detector: AnomalyDetector,
  split: Split,
): Promise<boolean> {
  const { record } = detector
  const { score } = await detector.scoreOnly(selectRows(table, split.calibration), { signal })
  if (Number.isFinite(record.threshold)) {
    return close(thresholdAt(calibrate(score), record.falseAlarmRate), record.threshold)
  }
  // Too few rows to have a threshold: the rates on the rows that chose the weights must be the recorded ones.
  const { pValue } = await detector.scoreOnly(selectRows(table, split.validation), { signal })
  return record.calibrationChecks.every(({ asked, observed, rows }) => {
    const flagged = pValue.reduce((count, p) => count + (p <= asked ? 1 : 0), 0)
    return rows === pValue.length && Math.abs(flagged / rows - observed) < 1e-9
  })
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * Math.abs(b)

/** Where some rows stand among the sampled ones; both ascending. */
function positionsIn(sampled: Int32Array, rows: Int32Array): Int32Array {
  const found: number[] = []
  let at = 0
  for (const row of rows) {
    while (at < sampled.length && sampled[at]! < row) at++
    if (sampled[at] === row) found.push(at)
  }
  return Int32Array.from(found)
}

/** Trainings that several examinations need, by the features they are on; kept as long as these are. */
const known = new WeakMap<Float32Array, Map<string, Promise<Trial>>>()

/**
 * The subject trained again on the training rows of its patient, once for all examinations: what `trainTrial` gives, the
 * training measured by held-out rows alone.
 */
export function retrained({ patient, learning, steps }: Subject, options: TrialOptions = {}): Promise<Trial> {
  const all = { ...(steps !== undefined && { steps }), ...options }
  const name = JSON.stringify([learning, all.steps, all.training?.length, all.training?.[0], patient.seed])
  const trials = known.get(patient.features) ?? new Map<string, Promise<Trial>>()
  known.set(patient.features, trials)
  const trial = trials.get(name) ?? trainTrial(patient, learning, all)
  trials.set(name, trial)
  trial.catch(() => trials.delete(name)) // stopped on request, or diverged: the next one tries again
  return trial
}
