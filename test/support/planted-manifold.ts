/** Tables of known latent dimension, and patients made of them, for tests of the advice. */
import type { Patient } from '../../src/advice/index.js'
import { permutation, randomFor } from '../../src/base/index.js'
import { fitPreprocessing, readColumns, tableFromColumns, type Table } from '../../src/data/index.js'
import { featuresOf, type LearningOptions } from '../../src/learning/index.js'
import { nodeLearning } from '../../src/learning/node.js'

/** A smooth random surface. */
export interface Manifold {
  /** Its dimension. */
  readonly dimension: number
  readonly columns: number
  readonly rows: number
  /** Deviation of the noise that is added to every cell; cells have one of about 1 without it (default 0.2). */
  readonly noise?: number
  readonly seed?: number
}

/** Rows on a smooth random surface, with noise: a linear map plus one hidden layer of tanh units. */
export function manifoldTable({ dimension, columns, rows, noise = 0.2, seed = 1 }: Manifold): Table {
  const stream = randomFor(seed, 'manifold')
  const normals = (count: number): readonly number[] => Array.from({ length: count }, () => stream.normal())
  const bends = Array.from({ length: 16 }, () => ({ weights: normals(dimension), bias: stream.normal() }))
  const outputs = Array.from({ length: columns }, () => ({ linear: normals(dimension), bent: normals(16) }))
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * b[i]!, 0)
  const cells = Array.from({ length: columns }, () => new Float64Array(rows))
  for (let row = 0; row < rows; row++) {
    const code = normals(dimension)
    const hidden = bends.map(({ weights, bias }) => Math.tanh(dot(weights, code) + bias))
    outputs.forEach(({ linear, bent }, j) => {
      cells[j]![row] =
        (0.7 * dot(linear, code)) / Math.sqrt(dimension) + dot(bent, hidden) / 4 + noise * stream.normal()
    })
  }
  return tableFromColumns(Object.fromEntries(cells.map((values, j) => [`c${j}`, values])))
}

/** A patient of a table, as the doctor makes one. */
export async function patientOf(
  table: Table,
  learning: LearningOptions = {},
  budgetSeconds = 5,
): Promise<Patient> {
  const readings = readColumns(table)
  const sampled = Int32Array.from({ length: table.rowCount }, (_, row) => row)
  const preprocessing = fitPreprocessing(table, readings, { rows: sampled })
  const features = await featuresOf(table, preprocessing, nodeLearning.engine, {})
  const order = permutation(table.rowCount, randomFor(0, 'doctor split'))
  const held = Math.round(table.rowCount / 4)
  return {
    table,
    readings,
    preprocessing,
    sampled,
    ...features,
    split: { validation: order.slice(0, held).sort(), training: order.slice(held).sort() },
    learning: { threads: 1, ...learning },
    machine: nodeLearning,
    seed: 0,
    budgetSeconds,
    paths: { data: 'data.csv' },
  }
}
