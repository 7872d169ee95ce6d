/**
 * Signs in the record of a training that its options are not right, and units that never answer. Each is to be watched:
 * what it means for the errors of held-out rows is found by trying (hyper-parameters.ts).
 */
import { formatNumber, formatPercent } from '../../base/index.js'
import { reduceMax, type Value } from '../../graph/index.js'
import type { TrainingPoint, TrainingRecord } from '../../training/index.js'
import { rowsAt, runOver } from './bound.js'
import type { Illness } from './diagnosis.js'
import type { Subject } from './subject.js'
import { retraining, withoutFix } from './training-command.js'
import type { Trial } from './trial.js'

/** Fall of the held-out loss over the last fifth of the steps from which on more steps are worth trying. */
const fallAtEnd = 0.05
/** Rises of the held-out loss, of all its changes, from which on it jumps, and their size. */
const jumpShare = 0.1
/** Longest gradient against the median one, and first layer's against last layer's. */
const explodes = 100
const vanishes = 1e-4
/** Units that never answer. */
const deadShare = 0.5
/** Fewest steps in a pass over the rows. */
const fewestStepsPerEpoch = 4
const fewestRowsForBatches = 500

/** Signs of options that are not right. */
export async function signsOf(subject: Subject, trial: Trial): Promise<readonly Illness[]> {
  const { points } = trial.record
  return [
    ...stillFalling(subject, trial),
    ...jumping(subject, points),
    ...gradientSigns(points),
    ...(await deadUnits(subject, trial)),
    ...largeBatches(subject, trial),
  ]
}

const lossesOf = (points: readonly TrainingPoint[]): readonly number[] =>
  points.flatMap(({ validationLoss }) => validationLoss ?? [])

/** Fall of the held-out loss over the last fifth of a training that ran to its end, where it is worth more steps. */
export function stillFalls({ points, stopped }: TrainingRecord): number | undefined {
  const losses = lossesOf(points)
  if (losses.length < 2 || stopped === 'early') return undefined
  const before = losses[Math.max(0, Math.floor(0.8 * losses.length) - 1)]!
  const fall = (before - losses.at(-1)!) / Math.abs(before)
  return fall > fallAtEnd ? fall : undefined
}

function stillFalling({ patient, learning, cutFrom, model }: Subject, { record }: Trial): readonly Illness[] {
  const fall = stillFalls(record)
  if (fall === undefined || (cutFrom !== undefined && model === undefined)) return []
  const epochs = Math.max(1, Math.ceil(2 * (record.points.at(-1)?.epoch ?? 1)))
  return [
    watch(
      'loss-still-falls',
      `The held-out loss still falls by ${formatPercent(fall)} over the last fifth of the training.`,
      fall,
      withoutFix(retraining(patient, `Train for ${epochs} passes over the rows.`, learning, { epochs })),
    ),
  ]
}

function jumping({ patient, learning }: Subject, points: readonly TrainingPoint[]): readonly Illness[] {
  const losses = lossesOf(points)
  if (losses.length < 8) return []
  const least = Math.min(...losses)
  const rises = losses.slice(1).filter((loss, i) => loss - losses[i]! > jumpShare * Math.abs(least)).length
  if (rises < losses.length / 4) return []
  const learningRate = (learning.learningRate ?? 2e-3) / 10
  return [
    watch(
      'loss-jumps',
      `The held-out loss jumps: ${rises} of its ${losses.length - 1} changes are rises by a tenth and more.`,
      rises,
      withoutFix(
        retraining(patient, `Train with a learning rate of ${formatNumber(learningRate)}.`, learning, {
          learningRate,
        }),
      ),
    ),
  ]
}

function gradientSigns(points: readonly TrainingPoint[]): readonly Illness[] {
  const totals = points
    .flatMap(({ gradientNorms }) =>
      gradientNorms === undefined ? [] : Math.hypot(...Object.values(gradientNorms)),
    )
    .sort((a, b) => a - b)
  const median = totals[Math.floor(totals.length / 2)] ?? 0
  const longest = totals.at(-1) ?? 0
  const signs: Illness[] = []
  if (median > 0 && longest > explodes * median) {
    signs.push(
      watch(
        'gradients-explode',
        `The longest gradient is ${formatNumber(longest / median)} times the usual one.`,
        longest / median,
        { text: 'Lower the learning rate, or look for rows with extreme numbers.' },
      ),
    )
  }
  const { gradientNorms = {} } = points[Math.floor(points.length / 2)] ?? {}
  const first = gradientNorms['encoder.0.weight']
  const lengths = Object.entries(gradientNorms).flatMap(([name, norm]) =>
    name.endsWith('.weight') ? norm : [],
  )
  const largest = Math.max(0, ...lengths)
  if (first !== undefined && largest > 0 && first < vanishes * largest) {
    signs.push(
      watch(
        'gradients-vanish',
        `The gradient at the first layer is ${formatNumber(first / largest)} times the largest one.`,
        first / largest,
        { text: 'Use fewer layers, or an activation that does not saturate, such as relu or silu.' },
      ),
    )
  }
  return signs
}

/** Units of hidden layers whose output is 0 or below for every held-out row, where layers are of ReLUs. */
async function deadUnits({ patient }: Subject, trial: Trial): Promise<readonly Illness[]> {
  const { activation = 'relu' } = trial.autoencoder.options as { readonly activation?: string }
  if (activation !== 'relu') return []
  const rows = rowsAt(patient, patient.split.validation.subarray(0, 1000))
  const seen = new Map<string, Value>()
  const outputs = await runOver(patient.machine, trial, rows, ({ autoencoder, context, batch }) => {
    const observe = (layer: string, output: Value): void => {
      if (output.shape.length === 2 && !isLast(layer, trial)) seen.set(layer, output)
    }
    const { reconstruction } = autoencoder.forward(batch, { ...context, observe })
    const largest = [...seen].map(([layer, output]) => [layer, output] as const)
    return { ...Object.fromEntries(largest), scale: reduceMax(reconstruction, { axes: [1] }) }
  })
  const names = [...seen.keys()]
  const [dead, all] = names.reduce<readonly [number, number]>(
    ([count, total], name) => {
      const units = outputs[name]!.length / rows.count
      const alive = new Uint8Array(units)
      outputs[name]!.forEach((value, i) => {
        if (value > 0) alive[i % units] = 1
      })
      return [count + units - alive.reduce((sum, unit) => sum + unit, 0), total + units]
    },
    [0, 0],
  )
  if (all === 0 || dead / all < deadShare) return []
  return [
    watch(
      'dead-units',
      `${formatPercent(dead / all)} of the hidden units answer to no held-out row.`,
      dead / all,
      { text: 'Lower the learning rate, or use an activation that cannot die, such as silu.' },
    ),
  ]
}

/** The last layer of the decoder, and the code where it is linear: units of these may well be below 0. */
function isLast(layer: string, { autoencoder }: Trial): boolean {
  const { hidden = [] } = autoencoder.options as { readonly hidden?: readonly number[] }
  return layer === `decoder.${hidden.length}` || layer === `encoder.${hidden.length}`
}

function largeBatches({ patient, learning }: Subject, { record }: Trial): readonly Illness[] {
  const { batchSize } = record.options
  const rows = patient.split.training.length
  if (rows < fewestRowsForBatches || batchSize <= 256 || rows / batchSize >= fewestStepsPerEpoch) return []
  return [
    watch(
      'batches-too-large',
      `Batches of ${batchSize} leave ${formatNumber(rows / batchSize)} steps in a pass over ${rows} rows.`,
      batchSize,
      withoutFix(retraining(patient, 'Use batches of 256 rows.', learning, { batchSize: 256 })),
    ),
  ]
}

const watch = (code: string, text: string, value: number, remedy: Illness['remedies'][number]): Illness => ({
  code,
  verdict: 'watch',
  text,
  evidence: [{ name: code.replaceAll('-', ' '), value, meaning: text }],
  remedies: [remedy],
})
