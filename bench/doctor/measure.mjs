// How well something learned from a table knows the world: rows of that world that nobody learned from, as they are and
// with two cells of each exchanged for those of other rows, are scored; the better one tells them apart better (AUROC), and
// gives the sound ones back with less error.
import { AnomalyDetector } from '../../dist/anomaly/node.js'
import { plantCells, restoration } from '../../dist/advice/doctor/planted-cells.js'
import { cellErrors } from '../../dist/advice/doctor/trial.js'
import { placements } from '../../dist/advice/doctor/statistics/paired.js'
import { randomFor } from '../../dist/base/index.js'
import { cellText } from '../../dist/data/index.js'
import { nodeLearning } from '../../dist/learning/node.js'
import { rowsOf } from './cases.mjs'

/** Most sound rows that are measured on, and most optimiser steps of a training. */
const mostRows = 600
const mostSteps = 800

/** What learns where the illness is not one of the options: small, so that hundreds of cases can be measured. */
export const smallLearning = {
  kind: 'denoising',
  options: { hidden: [64], latent: 64 },
  batchSize: 64,
  epochs: 1e6,
}
const smallSteps = 500

/** Rows to measure on: the sound ones, then the same with exchanged cells. */
export function testRows(whole, seed) {
  const table = rowsOf(whole, 0, Math.min(mostRows, whole.rowCount))
  const random = randomFor(seed, 'exchanged cells')
  const n = table.rowCount
  const swapped = table.columns.map(() => new Map())
  for (let row = 0; row < n; row++)
    for (let k = 0; k < 2; k++) swapped[random.below(table.columns.length)].set(row, random.below(n))
  const columns = table.columns.map((column, j) => {
    const source = (row) => (row < n ? row : (swapped[j].get(row - n) ?? row - n))
    if (column.storage === 'string')
      return { ...column, codes: Int32Array.from({ length: 2 * n }, (_, row) => column.codes[source(row)]) }
    return { ...column, values: Float64Array.from({ length: 2 * n }, (_, row) => column.values[source(row)]) }
  })
  return { table: { ...table, rowCount: 2 * n, columns }, sound: n }
}

/**
 * What a training knows of the test rows; nothing where none can be done.
 *
 * @returns placements of the exchanged rows among the sound ones (their mean is the AUROC), the mean error of each sound
 *   row, seconds of the training and the steps that were planned and taken
 */
export async function knowledgeOf(table, learning, { table: test, sound }) {
  const known = new Set(test.columns.map(({ name }) => name))
  const unknown = table.columns.filter(({ name }) => !known.has(name)).map(({ name }) => [name, 'ignore'])
  const there = Object.entries(learning.columns ?? {}).filter(([name]) =>
    table.columns.some((column) => column.name === name),
  )
  const { epochs, planned } = affordable(table, learning)
  try {
    const detector = await AnomalyDetector.fit(table, {
      ...learning,
      columns: Object.fromEntries([...there, ...unknown]),
      epochs,
      seed: 0,
      threads: 1,
    })
    try {
      const rows = fitting(test, detector)
      const { score } = await detector.scoreOnly(rows)
      const { training } = detector.record
      return {
        placements: placements(score.subarray(sound), score.subarray(0, sound)),
        ...(await errorsOf(detector, rowsOf(rows, 0, sound))),
        kind: detector.record.kind,
        planned,
        secondsPerStep: training.seconds / Math.max(1, training.steps),
      }
    } finally {
      await detector.dispose()
    }
  } catch (error) {
    if (error.code?.startsWith('HG_')) return undefined
    throw error
  }
}

/** Epochs within the most steps there is time for, and the steps that were planned. */
function affordable({ rowCount }, { epochs, batchSize = 256 }) {
  const stepsPerEpoch = Math.max(1, Math.ceil((0.72 * rowCount) / batchSize))
  const planned =
    epochs === undefined ? Math.min(8000, Math.max(2000, 4 * stepsPerEpoch)) : epochs * stepsPerEpoch
  const most = epochs === smallLearning.epochs ? smallSteps : mostSteps
  return { planned, epochs: Math.max(1, Math.ceil(Math.min(planned, most) / stepsPerEpoch)) }
}

/** Mean error of each row over its known cells, of what the code gives back; and the error in one wrong cell of each. */
async function errorsOf(detector, table) {
  const seen = await detector.features(table)
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row)
  const trained = detector.trained()
  const { space } = trained.autoencoder
  const cells = await cellErrors({ ...seen, machine: nodeLearning }, trained, rows)
  const columns = space.columns.length
  const planted = plantCells({ ...seen, preprocessing: { layout: space } }, rows, 0)
  return {
    errors: Float64Array.from(rows, (row) => mean(cells.subarray(row * columns, (row + 1) * columns))),
    inWrongCells: await restoration(nodeLearning, trained, planted),
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Test columns in the form that the detector reads: text where it learned text. */
function fitting(test, { record }) {
  const columns = test.columns.map((column) => {
    const used = record.columns.find(({ name }) => name === column.name)
    if (used?.kind !== 'categorical' || column.storage === 'string') return column
    const texts = Array.from({ length: test.rowCount }, (_, row) => cellText(column, row))
    return textColumn(column.name, texts)
  })
  return { ...test, columns }
}

function textColumn(name, texts) {
  const categories = [...new Set(texts.filter((text) => text !== ''))]
  const codeOf = new Map(categories.map((text, code) => [text, code]))
  return {
    name,
    storage: 'string',
    categories,
    codes: Int32Array.from(texts, (text) => codeOf.get(text) ?? -1),
  }
}
