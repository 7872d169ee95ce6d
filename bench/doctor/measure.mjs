// Whether a remedy helps: a detector learned from the sick table and one from the mended table score the same rows, sound
// ones and ones with two cells exchanged for those of other rows; the better one tells them apart better (AUROC).
import { evaluate } from '../../dist/anomaly/index.js'
import { AnomalyDetector } from '../../dist/anomaly/node.js'
import { randomFor } from '../../dist/base/index.js'
import { tableFromColumns, cellText } from '../../dist/data/index.js'

/** Rows to measure on: the sound ones, then the same with exchanged cells. */
export function testRows(table, seed) {
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
  return {
    table: { ...table, rowCount: 2 * n, columns },
    labels: Uint8Array.from({ length: 2 * n }, (_, row) => (row < n ? 0 : 1)),
  }
}

/** AUROC of a detector learned from a table; NaN where none can be learned. */
export async function aurocOf(table, learning, { table: test, labels }, { epochs } = {}) {
  const known = new Set(test.columns.map(({ name }) => name))
  const columns = Object.fromEntries(
    table.columns.filter(({ name }) => !known.has(name)).map(({ name }) => [name, 'ignore']),
  )
  try {
    const detector = await AnomalyDetector.fit(table, {
      ...learning,
      columns: { ...learning.columns, ...columns },
      seed: 0,
      threads: 1,
      ...(epochs && { epochs }),
    })
    try {
      const { score } = await detector.scoreOnly(fitting(test, detector))
      return evaluate(score, labels).auroc
    } finally {
      await detector.dispose()
    }
  } catch (error) {
    if (error.code?.startsWith('HG_')) return NaN
    throw error
  }
}

/** Test columns in the form that the detector reads: text where it learned text. */
function fitting(test, { record }) {
  const columns = test.columns.map((column) => {
    const used = record.columns.find(({ name }) => name === column.name)
    if (used?.kind !== 'categorical' || column.storage === 'string') return column
    const texts = Array.from({ length: test.rowCount }, (_, row) => cellText(column, row))
    return {
      ...tableFromColumns({ [column.name]: [...texts, 'text'] }).columns[0],
      codes: undefined,
      ...codesOf(column.name, texts),
    }
  })
  return { ...test, columns }
}

function codesOf(name, texts) {
  const categories = [...new Set(texts.filter((text) => text !== ''))]
  const codeOf = new Map(categories.map((text, code) => [text, code]))
  return {
    name,
    storage: 'string',
    categories,
    codes: Int32Array.from(texts, (text) => codeOf.get(text) ?? -1),
  }
}
