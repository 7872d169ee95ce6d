/**
 * What trials are compared by. None of them sees a label: they ask how a model does on rows that it never learned from.
 * How they are measured is objective.ts, how anomalies are planted planting.ts.
 *
 * - `planted`: mean over four types of planted anomalies of the AUROC of the detector's scores, planted rows against
 *   the held-out rows as they are. A network that copies scores 0.5, however well it reconstructs.
 * - `plantedPrecision`: the same by average precision.
 * - `hiddenCells`: mean of −log p̂(x_j | the other cells) over hidden cells of held-out rows, in nats: a cell that the
 *   network cannot see cannot be copied (cross-validation by cells: Wold 1978; Owen & Perry 2009).
 * - `reconstruction`: mean of −log p̂(x_j | code of x) over the known cells of held-out rows, in nats.
 *
 * In both likelihoods a number is normal around its reconstruction with one variance for each column, measured on the
 * rows that stop the training, and a category has the softmax's probability, so that kinds and losses compare. A wide
 * code that copies is best by `reconstruction`: it says how much a code keeps, not how well a model finds anomalies.
 */

/** What trials are compared by. */
export const metricNames = ['planted', 'plantedPrecision', 'hiddenCells', 'reconstruction'] as const

export type MetricName = (typeof metricNames)[number]

/** A metric in words. */
export interface Metric {
  /** As it stands above a column of a table. */
  readonly title: string
  readonly isGreaterBetter: boolean
  /** What it says, in a sentence. */
  readonly meaning: string
}

export const metrics: Readonly<Record<MetricName, Metric>> = {
  planted: {
    title: 'planted AUROC',
    isGreaterBetter: true,
    meaning: 'how well anomalies that were planted in held-out rows are told from the rows as they are',
  },
  plantedPrecision: {
    title: 'planted AP',
    isGreaterBetter: true,
    meaning: 'average precision of planted anomalies among as many held-out rows as they are',
  },
  hiddenCells: {
    title: 'hidden cells, nats',
    isGreaterBetter: false,
    meaning: 'negative log-likelihood of cells of held-out rows that the network is not shown',
  },
  reconstruction: {
    title: 'reconstruction, nats',
    isGreaterBetter: false,
    meaning: 'negative log-likelihood of the cells of held-out rows given their code',
  },
}

/** The number that searches make small. */
export const lossOf = (metric: MetricName, value: number): number =>
  metrics[metric].isGreaterBetter ? 1 - value : value

/** The metric's value back from its loss. */
export const valueOf = (metric: MetricName, loss: number): number =>
  metrics[metric].isGreaterBetter ? 1 - loss : loss
