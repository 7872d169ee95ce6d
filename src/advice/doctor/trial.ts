/**
 * Short trainings on the patient's own split, and held-out errors that compare between kinds: what the examinations
 * that try things out share.
 */
import {
  columnErrors,
  createAutoencoder,
  type AutoencoderDescription,
  type FeatureBatch,
} from '../../autoencoders/index.js'
import type { LongWork } from '../../base/index.js'
import { constant, graph, input, mul, tensor, type Value } from '../../graph/index.js'
import { chunkRowsFor, planFor, type LearningOptions } from '../../learning/index.js'
import type { TrainingRecord, Weights } from '../../training/index.js'
import type { Patient } from './diagnosis.js'

/** A candidate after its training. */
export interface Trial {
  readonly autoencoder: AutoencoderDescription
  readonly weights: Weights
  readonly record: TrainingRecord
}

/** What a trial may change besides the options of learning. */
export interface TrialOptions {
  /** Optimiser steps (default as planned). */
  readonly steps?: number
  /** Positions in the features that gradients come from, and that choose the weights (default the patient's split). */
  readonly training?: Int32Array
  readonly validation?: Int32Array
}

/** Trains a candidate on the patient's features. */
export async function trainTrial(
  patient: Patient,
  learning: LearningOptions,
  { steps, ...split }: TrialOptions = {},
): Promise<Trial> {
  const { features, mask, sampled, preprocessing, seed, machine } = patient
  const data = {
    rows: sampled.length,
    features,
    ...(mask && { mask }),
    ...patient.split,
    ...split,
  }
  const { autoencoder, training } = planFor(preprocessing.layout, data, { seed, ...learning })
  const options = { ...training, ...(steps !== undefined && { steps }) }
  const work: LongWork = { signal: patient.signal }
  const { weights, record } = await machine.train({ autoencoder, data, options }, work)
  return { autoencoder, weights, record }
}

/**
 * Errors of every cell, in nats up to a constant of the column: ½(x − x̂)² of scaled numbers, cross-entropy of
 * categories; the same measure for every kind.
 *
 * @param rows positions in the patient's features
 * @param read `reconstruction`: what the code gives back; `expected`: what the rest of the row says of each cell, for
 *   the kinds that can leave the cell itself out of sight (default `reconstruction`)
 * @returns `[rows.length, columns]`, row-major, 0 where the cell is missing
 */
export async function cellErrors(
  { features, mask, machine }: Pick<Patient, 'features' | 'mask' | 'machine'>,
  { autoencoder: description, weights }: Pick<Trial, 'autoencoder' | 'weights'>,
  rows: Int32Array,
  read: 'reconstruction' | 'expected' = 'reconstruction',
): Promise<Float32Array> {
  const { space } = description
  const columns = space.columns.length
  const program = await machine.engine.compile(errorGraph(description, weights, mask !== undefined, read))
  const errors = new Float32Array(rows.length * columns)
  try {
    const chunkRows = chunkRowsFor(space.width)
    for (let start = 0; start < rows.length; start += chunkRows) {
      const chunk = rows.subarray(start, start + chunkRows)
      const result = await program.run({
        features: tensor('float32', [chunk.length, space.width], picked(features, space.width, chunk)),
        ...(mask && { mask: tensor('float32', [chunk.length, columns], picked(mask, columns, chunk)) }),
      })
      errors.set(result['errors']!.data as Float32Array, start * columns)
    }
  } finally {
    await program.dispose()
  }
  return errors
}

function errorGraph(
  description: AutoencoderDescription,
  weights: Weights,
  withMask: boolean,
  read: 'reconstruction' | 'expected',
) {
  const { space } = description
  const autoencoder = createAutoencoder(description)
  const constants = new Map(
    autoencoder.parameters.map(({ name, shape }) => [
      name,
      constant(tensor('float32', shape, weights[name]!), name),
    ]),
  )
  const context = { weight: (name: string): Value => constants.get(name)! }
  const features = input('features', 'float32', ['batch', space.width])
  const mask = withMask ? input('mask', 'float32', ['batch', space.columns.length]) : undefined
  const batch: FeatureBatch = { features, ...(mask && { mask }) }
  const given =
    read === 'expected'
      ? autoencoder.expected(batch, context)
      : autoencoder.forward(batch, context).reconstruction
  const errors = columnErrors(space, features, given)
  return graph(
    { errors: mask === undefined ? errors : mul(errors, mask) },
    { name: 'cell-errors', inputs: mask === undefined ? [features] : [features, mask] },
  )
}

/** Copies rows out of a row-major matrix. */
export function picked(matrix: Float32Array, width: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * width)
  rows.forEach((row, i) => out.set(matrix.subarray(row * width, (row + 1) * width), i * width))
  return out
}
