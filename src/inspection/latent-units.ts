/**
 * What each latent unit does: how much it varies over the rows, and the decoder's answer to moving it while the others
 * stay at their means.
 */
import { probabilities, type FeatureSpace } from '../autoencoders/index.js'
import type { Engine } from '../engine/index.js'
import { graph, input, tensor } from '../graph/index.js'
import type { Opened, Rows } from './trained.js'

/** How far units are moved from their means, in their own standard deviations. */
export const traversalSteps = [-2, -1, 0, 1, 2] as const

/** One unit. */
export interface LatentUnit {
  /** From 0. */
  readonly unit: number
  readonly mean: number
  readonly deviation: number
  /** The columns that answer most, strongest first: by how much they change from the lowest to the highest step. */
  readonly answers: readonly {
    readonly column: string
    /** Numbers: change in scaled units. Categories: largest change of a probability. */
    readonly change: number
  }[]
  /** `[steps, width]`: what the decoder gives at each of `traversalSteps`; numbers, and probabilities of categories. */
  readonly decoded: readonly Float32Array[]
}

/** Units shown: the ones that vary most. */
const mostUnits = 64
const mostAnswers = 5

/** Moves the latent units that vary most over the rows, one at a time. Nothing where there are no rows. */
export async function latentUnits(
  opened: Opened,
  rows: Rows,
  latent: Float32Array,
  engine: Engine,
): Promise<readonly LatentUnit[]> {
  const { autoencoder, context } = opened
  const { latent: count, space } = autoencoder
  if (rows.rows === 0) return []
  const { means, deviations } = moments(latent, rows.rows, count)
  const chosen = Array.from({ length: count }, (_, unit) => unit)
    .sort((a, b) => deviations[b]! - deviations[a]! || a - b)
    .slice(0, mostUnits)
  const steps = traversalSteps.length
  const codes = new Float32Array(chosen.length * steps * count)
  chosen.forEach((unit, i) => {
    traversalSteps.forEach((step, at) => {
      const start = (i * steps + at) * count
      codes.set(means, start)
      codes[start + unit] = means[unit]! + step * deviations[unit]!
    })
  })
  const codeInput = input('code', 'float32', ['batch', count])
  const decoded = probabilities(space, autoencoder.decode(codeInput, context))
  const program = await engine.compile(graph({ decoded }, { name: 'traversal', inputs: [codeInput] }))
  try {
    const result = await program.run({ code: tensor('float32', [chosen.length * steps, count], codes) })
    const values = result['decoded']!.data as Float32Array
    return chosen.map((unit, i) => {
      const block = traversalSteps.map((_, at) => {
        const start = (i * steps + at) * space.width
        return values.slice(start, start + space.width)
      })
      return {
        unit,
        mean: means[unit]!,
        deviation: deviations[unit]!,
        answers: answersOf(space, block[0]!, block.at(-1)!),
        decoded: block,
      }
    })
  } finally {
    await program.dispose()
  }
}

function moments(codes: Float32Array, rows: number, count: number) {
  const means = new Float32Array(count)
  const deviations = new Float32Array(count)
  for (let unit = 0; unit < count; unit++) {
    let [sum, squares] = [0, 0]
    for (let row = 0; row < rows; row++) sum += codes[row * count + unit]!
    for (let row = 0; row < rows; row++) squares += (codes[row * count + unit]! - sum / rows) ** 2
    means[unit] = sum / rows
    deviations[unit] = Math.sqrt(squares / rows)
  }
  return { means, deviations }
}

/** Columns by how much they change; those that do not change at all are left out. */
function answersOf({ columns }: FeatureSpace, low: Float32Array, high: Float32Array): LatentUnit['answers'] {
  return columns
    .map(({ name, start, width }) => {
      const changes = Array.from({ length: width }, (_, i) => high[start + i]! - low[start + i]!)
      return { column: name, change: changes.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0) }
    })
    .filter(({ change }) => change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, mostAnswers)
}
