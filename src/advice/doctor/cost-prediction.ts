/**
 * What a training will cost on this machine, before it is done: a few steps, an evaluation and the scoring of a few rows
 * are timed, with the planned network, batch and threads, and counted up to the plan.
 *
 *     seconds = start + preparing · rows + step · steps + evaluation · evaluations + scoring · rows scored
 *     bytes   = floor + table + features + parameters · 4 · 6 + numbers alive in the widest run · 4
 *
 * Reading the file is not in it, and a training that stops early takes less. How well it foretells real fits is measured
 * by bench/doctor/cost.mjs, which the constants of memory come from.
 */
import { createAutoencoder, type AutoencoderDescription } from '../../autoencoders/index.js'
import { selectRows } from '../../data/index.js'
import { sizeOf } from '../../graph/index.js'
import { chunkRowsFor, featuresOf, planFor, type LearningOptions, type Plan } from '../../learning/index.js'
import { rowsAt } from './bound.js'
import type { Patient } from './diagnosis.js'
import { passErrors } from './row-scores.js'
import { trainTrial } from './trial.js'

/** What a fit will take. */
export interface CostPrediction {
  readonly plan: Plan
  /** Rows that gradients come from. */
  readonly trainingRows: number
  readonly steps: number
  readonly secondsPerStep: number
  readonly parts: Readonly<Record<'start' | 'preparing' | 'steps' | 'evaluations' | 'scoring', number>>
  /** Sum of the parts. */
  readonly seconds: number
  readonly parameters: number
  /** Largest resident size of the process. */
  readonly bytes: number
  readonly threads: number
}

/** How `fit` splits rows: shares that calibrate and that choose weights, and the most of each. */
const calibrationShare = 0.2
const validationShare = 0.1
const mostRows = 500_000
const mostCalibration = 100_000
const mostValidation = 10_000
/** Rows of an evaluation at most, as in src/training/evaluate.ts. */
const mostEvaluated = 16_384

/** Steps that are taken off, seconds that are timed, and the steps that take them at least and at most. */
const warmUpSteps = 10
const timedSeconds = 1
const fewestSteps = 30
const mostSteps = 1000
/** Rows that are prepared and scored to time it. */
const timedRows = 1000

/**
 * Foretells a fit of all rows of the patient's table.
 *
 * @param steps optimiser steps, where they are not the planned ones
 */
export async function predictCost(
  patient: Patient,
  learning: LearningOptions,
  steps?: number,
): Promise<CostPrediction> {
  const split = splitSizes(patient.table.rowCount)
  const plan = plannedFor(patient, learning, split)
  const options = { ...plan.training, ...(steps !== undefined && { steps }) }
  const step = await timeSteps(patient, learning)
  const evaluated = Math.min(split.validation, mostEvaluated)
  const scored = split.calibration + 2 * split.validation
  const evaluations = Math.ceil(options.steps / options.evaluateEvery)
  const parts = {
    start: step.start,
    preparing: (await timePreparing(patient)) * (split.training + split.validation + split.calibration),
    steps: step.secondsPerStep * options.steps,
    evaluations: (await timeEvaluation(patient, learning, step, options.batchSize)) * evaluated * evaluations,
    scoring: (await timeScoring(patient, plan.autoencoder, learning)) * scored,
  }
  const parameters = parametersOf(plan.autoencoder)
  return {
    plan,
    trainingRows: split.training,
    steps: options.steps,
    secondsPerStep: step.secondsPerStep,
    parts,
    seconds: Object.values(parts).reduce((sum, part) => sum + part, 0),
    parameters,
    bytes: bytesOf(patient, plan, split, parameters),
    threads: step.threads,
  }
}

interface SplitSizes {
  readonly training: number
  readonly validation: number
  readonly calibration: number
}

function splitSizes(rowCount: number): SplitSizes {
  const rows = Math.min(rowCount, mostRows)
  const calibration = Math.min(Math.round(calibrationShare * rows), mostCalibration)
  const validation = Math.min(Math.round(validationShare * rows), mostValidation)
  return { calibration, validation, training: Math.max(1, rows - calibration - validation) }
}

/** The plan of a fit of all rows; only how many there are counts. */
function plannedFor(
  { preprocessing, features, mask }: Patient,
  learning: LearningOptions,
  { training, validation }: SplitSizes,
): Plan {
  const data = {
    rows: training + validation,
    features,
    ...(mask && { mask }),
    training: new Int32Array(training),
    validation: new Int32Array(validation),
  }
  return planFor(preprocessing.layout, data, learning)
}

interface StepTime {
  readonly secondsPerStep: number
  /** Seconds before the first step: graphs, sessions, the choice of threads. */
  readonly start: number
  readonly threads: number
}

/** Few held-out rows, so that next to nothing but steps is timed. */
const few = ({ split: { validation } }: Patient): Int32Array => validation.subarray(0, 16)

/** What more steps take longer: the first ones of a training, in which memory is laid out, count for its start. */
async function timeSteps(patient: Patient, learning: LearningOptions): Promise<StepTime> {
  const began = performance.now()
  const warm = await trainTrial(patient, learning, { steps: warmUpSteps, validation: few(patient) })
  const wall = (performance.now() - began) / 1000
  const { threads } = warm.record
  const steps = Math.max(
    fewestSteps,
    Math.min(mostSteps, Math.floor((timedSeconds * warmUpSteps) / warm.record.seconds)),
  )
  const { record } = await trainTrial(
    patient,
    { ...learning, threads },
    { steps: warmUpSteps + steps, validation: few(patient) },
  )
  const mean = record.seconds / (warmUpSteps + steps)
  const secondsPerStep = Math.max(mean / 2, Math.min(mean, (record.seconds - warm.record.seconds) / steps))
  return { secondsPerStep, start: Math.max(0, wall - warmUpSteps * secondsPerStep), threads }
}

/** Seconds for each row of an evaluation: what the same steps take longer with more held-out rows. */
async function timeEvaluation(
  patient: Patient,
  learning: LearningOptions,
  { secondsPerStep, threads }: StepTime,
  batchSize: number,
): Promise<number> {
  const validation = patient.split.validation.subarray(0, timedRows)
  const { record } = await trainTrial(patient, { ...learning, threads }, { steps: warmUpSteps, validation })
  const evaluation = record.seconds - warmUpSteps * secondsPerStep
  // A forward pass is about a third of a step; well below that the clock was too coarse.
  return Math.max(evaluation / Math.max(1, validation.length), secondsPerStep / 6 / batchSize)
}

/** Seconds to prepare a row. */
async function timePreparing({ table, preprocessing, machine, signal }: Patient): Promise<number> {
  const count = Math.min(timedRows, table.rowCount)
  const rows = selectRows(
    table,
    Int32Array.from({ length: count }, (_, i) => i),
  )
  await featuresOf(rows, preprocessing, machine.engine, { signal })
  const began = performance.now()
  await featuresOf(rows, preprocessing, machine.engine, { signal })
  return (performance.now() - began) / 1000 / count
}

/** Seconds to score a row. */
async function timeScoring(
  patient: Patient,
  autoencoder: AutoencoderDescription,
  learning: LearningOptions,
): Promise<number> {
  const trial = await trainTrial(patient, { ...learning, threads: 1 }, { steps: 1, validation: few(patient) })
  const rows = rowsAt(patient, patient.split.training.subarray(0, timedRows))
  const began = performance.now()
  await passErrors(patient.machine, { ...trial, autoencoder }, rows)
  return (performance.now() - began) / 1000 / Math.max(1, rows.count)
}

function parametersOf(description: AutoencoderDescription): number {
  return createAutoencoder(description).parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

/** Resident bytes of a process that has loaded the runtime, and copies that are alive of what a run works on. */
const floorBytes = 190e6
const copiesOfParameters = 6
const copiesOfRun = 4

/** Largest resident size of a fit, about. */
function bytesOf(
  { table, preprocessing: { layout } }: Patient,
  { autoencoder, training }: Plan,
  { training: trained, validation, calibration }: SplitSizes,
  parameters: number,
): number {
  const { widths, errorScale } = createAutoencoder(autoencoder)
  const cells = table.rowCount * table.columns.length
  const features = (trained + validation + calibration) * (layout.width + layout.columns.length)
  const alive = widths.reduce((sum, width) => sum + width, 0)
  const passes = errorScale.length / Math.max(1, layout.columns.length)
  const scoring = Math.min(chunkRowsFor(layout.width), Math.max(validation, calibration)) * passes
  const widest = Math.max(training.batchSize, 1024, scoring)
  return (
    floorBytes +
    8 * cells +
    4 * features +
    4 * copiesOfParameters * parameters +
    copiesOfRun * 4 * alive * widest
  )
}
