/**
 * What a trained model is worth by a metric, on rows that moved none of its weights. What the metrics mean: metrics.ts.
 *
 *     planted, plantedPrecision   scores as a detector gives them, planted rows against held-out ones, type by type
 *     hiddenCells                 each held-out row with some cells hidden; their likelihood by the others
 *     reconstruction              each held-out row as it is; the likelihood of its cells by its code
 */
import { evaluate, scoresOf, weighed } from '../../anomaly/index.js'
import {
  columnErrors,
  createAutoencoder,
  type AutoencoderDescription,
  type FeatureSpace,
} from '../../autoencoders/index.js'
import { randomFor } from '../../base/index.js'
import type { Engine, Program } from '../../engine/index.js'
import { graph, input, tensor } from '../../graph/index.js'
import { boundWeights, chunkRowsFor } from '../../learning/index.js'
import type { Weights } from '../../training/index.js'
import type { TuningTask } from './task.js'

/** A trained autoencoder. */
export interface TrainedModel {
  readonly autoencoder: AutoencoderDescription
  readonly weights: Weights
}

/** A metric's value, and what it is the mean of. */
export interface Measurement {
  /** In the direction of the metric: of `planted` higher is better, of the likelihoods lower. */
  readonly value: number
  /** By type of anomaly, or by `numbers` and `categories`. */
  readonly parts: Readonly<Record<string, number>>
}

/** Share of the cells of a row that `hiddenCells` hides at once; every cell is hidden once over all turns. */
const turns = 5
/** Smallest variance of a column, in units of its scale: a column given back exactly must not count without end. */
const leastVariance = 1e-4

/** Measures a model by the metric of a task. */
export function measure(model: TrainedModel, task: TuningTask, engine: Engine): Promise<Measurement> {
  const isPlanted = task.metric === 'planted' || task.metric === 'plantedPrecision'
  return isPlanted ? plantedDetection(model, task, engine) : likelihood(model, task, engine)
}

/** AUROC or average precision of every type of planted anomaly, and their mean. */
async function plantedDetection(
  model: TrainedModel,
  { data, heldOut, metric }: TuningTask,
  engine: Engine,
): Promise<Measurement> {
  const scorer = await weighed(model, data, data.validation, engine)
  const rows = Int32Array.from({ length: heldOut.rows }, (_, i) => i)
  const scores = await scoresOf(scorer, heldOut, rows, engine)
  const [plain, ...groups] = heldOut.groups
  const usual = scores.subarray(plain!.start, plain!.start + plain!.count)
  const parts = groups.map(({ name, start, count }) => {
    const odd = scores.subarray(start, start + count)
    const labels = [...Array<number>(usual.length).fill(0), ...Array<number>(count).fill(1)]
    const { auroc, averagePrecision } = evaluate([...usual, ...odd], labels)
    return [name, metric === 'planted' ? auroc : averagePrecision] as const
  })
  return { value: mean(parts.map(([, value]) => value)), parts: Object.fromEntries(parts) }
}

/** Rows of features with a mask, and what a column's errors on them add up to. */
interface MaskedRows {
  readonly rows: number
  readonly features: Float32Array
  readonly mask: Float32Array
}

/** The likelihood of held-out cells, with variances measured on the rows that stop the training. */
async function likelihood(
  model: TrainedModel,
  { space, data, heldOut, metric, seed }: TuningTask,
  engine: Engine,
): Promise<Measurement> {
  const hides = metric === 'hiddenCells'
  const program = await engine.compile(errorProgram(model))
  try {
    const errorsOf = (rows: MaskedRows) => columnSums(program, rows, space, hides, seed)
    const stopping = await errorsOf(rowsOf(data, data.validation, space))
    const held = await errorsOf(
      rowsOf(
        heldOut,
        Int32Array.from({ length: heldOut.rows }, (_, i) => i),
        space,
      ),
    )
    const nats = space.columns.map((_, column) => {
      const count = held.counts[column]!
      if (column >= space.numericCount) return { count, sum: held.sums[column]! }
      const usual = (2 * stopping.sums[column]!) / Math.max(1, stopping.counts[column]!)
      const variance = Math.max(leastVariance, usual)
      return { count, sum: held.sums[column]! / variance + (count / 2) * Math.log(2 * Math.PI * variance) }
    })
    const over = (some: typeof nats) =>
      some.reduce((sum, one) => sum + one.sum, 0) /
      Math.max(
        1,
        some.reduce((sum, one) => sum + one.count, 0),
      )
    const [numbers, categories] = [nats.slice(0, space.numericCount), nats.slice(space.numericCount)]
    return {
      value: over(nats),
      parts: {
        ...(numbers.length > 0 && { numbers: over(numbers) }),
        ...(categories.length > 0 && { categories: over(categories) }),
      },
    }
  } finally {
    await program.dispose()
  }
}

/** Rows as they are shown and as they are: errors of every column, ½(x − x̂)² of numbers and −log p̂ of categories. */
function errorProgram({ autoencoder: description, weights }: TrainedModel) {
  const autoencoder = createAutoencoder(description)
  const { space, parameters } = autoencoder
  const features = input('features', 'float32', ['batch', space.width])
  const mask = input('mask', 'float32', ['batch', space.columns.length])
  const target = input('target', 'float32', ['batch', space.width])
  const { reconstruction } = autoencoder.forward({ features, mask }, boundWeights(parameters, weights))
  return graph(
    { errors: columnErrors(space, target, reconstruction) },
    { name: 'held-out-errors', inputs: [features, mask, target] },
  )
}

/** Sum of the errors of each column over the cells that count, and how many those are. */
async function columnSums(
  program: Program,
  { rows, features, mask }: MaskedRows,
  space: FeatureSpace,
  hides: boolean,
  seed: number,
): Promise<{ readonly sums: Float64Array; readonly counts: Float64Array }> {
  const columns = space.columns.length
  const [sums, counts] = [new Float64Array(columns), new Float64Array(columns)]
  const chunk = chunkRowsFor(space.width)
  const groups = Math.min(turns, columns)
  const turnOf = hides ? hidingTurns(rows, columns, groups, seed) : undefined
  for (let turn = 0; turn < (hides ? groups : 1); turn++) {
    for (let start = 0; start < rows; start += chunk) {
      const end = Math.min(rows, start + chunk)
      const known = mask.subarray(start * columns, end * columns)
      const target = features.subarray(start * space.width, end * space.width)
      const isHidden = (cell: number): boolean => turnOf?.[start * columns + cell] === turn
      const counted = hides ? known.map((is, cell) => (isHidden(cell) ? is : 0)) : known
      const shown = hides ? known.map((is, cell) => (isHidden(cell) ? 0 : is)) : known
      const outputs = await program.run({
        features: tensor(
          'float32',
          [end - start, space.width],
          hides ? visible(target, shown, space) : target,
        ),
        mask: tensor('float32', [end - start, columns], shown),
        target: tensor('float32', [end - start, space.width], target),
      })
      const errors = outputs['errors']!.data as Float32Array
      counted.forEach((is, cell) => {
        sums[cell % columns]! += is * errors[cell]!
        counts[cell % columns]! += is
      })
    }
  }
  return { sums, counts }
}

/** `[rows · columns]`: the turn in which each cell is hidden; cells of a row are dealt out evenly. */
function hidingTurns(rows: number, columns: number, groups: number, seed: number): Uint8Array {
  const random = randomFor(seed, 'hidden cells')
  const turnOf = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const deal = Uint8Array.from({ length: columns }, (_, i) => i % groups)
    for (let i = columns - 1; i > 0; i--) {
      const other = random.below(i + 1)
      ;[deal[i], deal[other]] = [deal[other]!, deal[i]!]
    }
    turnOf.set(deal, row * columns)
  }
  return turnOf
}

/** Features with those of hidden cells at 0, as missing ones are. */
function visible(features: Float32Array, mask: Float32Array, { width, columns }: FeatureSpace): Float32Array {
  const shown = features.slice()
  for (let row = 0; row * width < shown.length; row++)
    columns.forEach(({ start, width: size }, column) => {
      if (mask[row * columns.length + column] === 0)
        shown.fill(0, row * width + start, row * width + start + size)
    })
  return shown
}

/** Some rows, copied, with a mask whether there was one or not. */
function rowsOf(
  { features, mask }: { readonly features: Float32Array; readonly mask?: Float32Array },
  rows: Int32Array,
  { width, columns }: FeatureSpace,
): MaskedRows {
  const pick = (from: Float32Array, size: number): Float32Array => {
    const out = new Float32Array(rows.length * size)
    rows.forEach((row, i) => out.set(from.subarray(row * size, (row + 1) * size), i * size))
    return out
  }
  return {
    rows: rows.length,
    features: pick(features, width),
    mask:
      mask === undefined
        ? new Float32Array(rows.length * columns.length).fill(1)
        : pick(mask, columns.length),
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
