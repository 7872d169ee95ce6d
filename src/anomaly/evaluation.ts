/** How well scores separate anomalies of a known label from normal rows. Labels are never used to train. */
import { HourglassError } from '../base/index.js'
import type { Table } from '../data/index.js'
import type { Evaluation } from './detector-types.js'

/**
 * Area under the ROC curve and average precision.
 *
 * AUROC is the Mann–Whitney statistic with ties counted half; average precision is Σ (Rₙ − Rₙ₋₁) Pₙ over distinct
 * thresholds, both as scikit-learn computes them.
 *
 * @param scores `[rows]`, higher is more anomalous
 * @param labels `[rows]`, 1 for an anomaly, 0 for a normal row
 * @throws HG_LABEL_INVALID when one of the two classes is absent
 */
export function evaluate(scores: ArrayLike<number>, labels: ArrayLike<number>): Evaluation {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  const positives = order.reduce((count, i) => count + (labels[i] === 1 ? 1 : 0), 0)
  const negatives = order.length - positives
  if (positives === 0 || negatives === 0) {
    throw new HourglassError(
      'HG_LABEL_INVALID',
      `label: expected both 0 and 1 among the rows, got ${positives} ones and ${negatives} zeros`,
    )
  }
  let [truePositives, falsePositives, area, averagePrecision] = [0, 0, 0, 0]
  for (let start = 0; start < order.length;) {
    const score = scores[order[start]!]!
    let [hits, misses, end] = [0, 0, start]
    for (; end < order.length && scores[order[end]!] === score; end++) {
      if (labels[order[end]!] === 1) hits++
      else misses++
    }
    area += misses * (truePositives + hits / 2)
    truePositives += hits
    falsePositives += misses
    averagePrecision += (hits / positives) * (truePositives / (truePositives + falsePositives))
    start = end
  }
  return { auroc: area / (positives * negatives), averagePrecision }
}

/** Spellings of 0 and 1 that a label column of strings may use; compared in lower case. */
const spellings: Readonly<Record<string, 0 | 1>> = {
  '0': 0,
  false: 0,
  no: 0,
  normal: 0,
  '1': 1,
  true: 1,
  yes: 1,
  anomaly: 1,
  outlier: 1,
}

/**
 * A label column as 0 and 1.
 *
 * @throws HG_COLUMN_MISSING when there is no such column, HG_LABEL_INVALID when it holds anything but 0 and 1 (or
 * yes/no, true/false, normal/anomaly), or only one of them
 */
export function labelsOf(table: Table, name: string): Uint8Array {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column === undefined) {
    const names = table.columns.slice(0, 20).map((candidate) => candidate.name)
    throw new HourglassError(
      'HG_COLUMN_MISSING',
      `label: no column "${name}" in ${table.source}; there are: ${names.join(', ')}`,
    )
  }
  const labels = new Uint8Array(table.rowCount)
  for (let row = 0; row < labels.length; row++) {
    const cell =
      column.storage === 'string' ? (column.categories[column.codes[row]!] ?? '') : column.values[row]!
    const label = typeof cell === 'string' ? spellings[cell.trim().toLowerCase()] : cell
    if (label !== 0 && label !== 1) {
      const shown = cell === '' || Number.isNaN(cell) ? 'a missing cell' : `"${cell}"`
      throw new HourglassError(
        'HG_LABEL_INVALID',
        `label: column "${name}" must hold 0 and 1 only; row ${row + 1} has ${shown}`,
      )
    }
    labels[row] = label
  }
  if (!labels.includes(0) || !labels.includes(1)) {
    const only = labels.includes(1) ? 1 : 0
    throw new HourglassError(
      'HG_LABEL_INVALID',
      `label: column "${name}" holds only ${only}; evaluation needs both classes`,
    )
  }
  return labels
}
