/**
 * Cells of a table without their noise: a network learns to tell hidden cells from the others (cell-objective.ts), every cell is
 * hidden once and told, and what is told and what was read are weighed by how far each can be trusted:
 *
 *     cell = told + v ÷ (v + n) · (read − told)       n: variance of the noise, v: of what is told, r = v + n: of their difference
 *
 * which is the posterior mean where both are normal (Laine et al. 2019, eq. 4). r is measured; n is bounded by it, and in a series by
 * second differences from row to row as well (Gasser, Sroka & Jennen-Steinmetz 1986), which smooth series hardly have.
 */
import { progressOf, randomFor, throwIfAborted, type LongWork } from '../base/index.js'
import type { Engine } from '../engine/index.js'
import { constant, graph, input, tensor } from '../graph/index.js'
import { train, defaultTraining, type TrainingMachine, type Weights } from '../training/index.js'
import { cellNetwork, type CellShape } from './cell-network.js'
import { cellLearner } from './cell-objective.js'
import { cellRows, type CellGrid } from './cell-windows.js'

/** How cells are denoised. */
export interface CellOptions extends LongWork {
  readonly inTime: boolean
  readonly seed: number
  readonly threads: number
  readonly steps: number
}

/** What became of the cells of a column, in the column's scaled unit. */
export interface DenoisedCells {
  /** `[rows]`; also where a cell was missing. */
  readonly told: Float32Array
  /** Mean squares: of the noise, and of the difference between what is told and what was read. */
  readonly noise: number
  readonly difference: number
}

export interface CellSettings { width: number; blocks: number; length: number; batchSize: number; passes: number; repeats: number; learningRate: number; ema: number }
export const cellSettings: CellSettings = { width: 64, blocks: 5, length: 96, batchSize: 16, passes: 8, repeats: 2, learningRate: 2e-3, ema: 0.99 }

export async function denoiseCells(grid: CellGrid, machine: TrainingMachine, options: CellOptions, s: CellSettings = cellSettings): Promise<DenoisedCells[]> {
  const { inTime, seed, threads, steps, onProgress, signal } = options
  const shape: CellShape = { columns: grid.columns.length, width: s.width, blocks: inTime ? s.blocks : 3, inTime }
  const length = inTime ? s.length : 1
  const batchSize = inTime ? s.batchSize : 256
  const rows = cellRows(grid, { length, batchSize, seed })
  const { weights, record } = await train(
    {
      autoencoder: cellLearner(shape, length, 1 / s.passes),
      data: {
        rows: batchSize + rows.heldOut,
        features: rows.features,
        training: Int32Array.from({ length: batchSize }, (_, i) => i),
        validation: Int32Array.from({ length: rows.heldOut }, (_, i) => batchSize + i),
        source: rows.source,
      },
      options: { ...defaultTraining, steps, batchSize, learningRate: s.learningRate, schedule: 'cosine', warmupSteps: 50, weightDecay: 1e-3, averageDecay: s.ema, evaluateEvery: 100, patience: 0, seed, threads },
    },
    machine,
    { signal, onProgress },
  )
  if (process.env['CELLS']) console.log(record.points.map((p) => `${p.step}:${p.trainLoss.toFixed(3)}/${p.validationLoss?.toFixed(3)}`).join(' '), record.seconds)
  const told = await tellAll(grid, shape, weights, { engine: machine.engine, threads, seed, s, signal, onProgress })
  return told.map((column, c) => {
    const cells = grid.columns[c]!
    const difference = trimmedMeanSquare(differences(cells, column))
    const noise = inTime ? Math.min(difference, trimmedMeanSquare(curvatures(cells, grid.starts))) : difference
    return { told: column, noise, difference }
  })
}

/** Every cell, told while it was hidden. */
async function tellAll(grid: CellGrid, shape: CellShape, weights: Weights, { engine, threads, seed, s, signal, onProgress }: { engine: Engine; threads: number; seed: number; s: CellSettings } & LongWork): Promise<Float32Array[]> {
  const { rows, columns, starts } = grid
  const network = cellNetwork(shape)
  const core = shape.inTime ? 256 : 1
  const length = core + 2 * network.reach
  const batch = shape.inTime ? 8 : 2048
  const size = [batch, length, columns.length]
  const [cells, seen] = [input('cells', 'float32', size), input('seen', 'float32', size)]
  const shapes = new Map(network.parameters.map((p) => [p.name, p.shape]))
  const program = await engine.compile(
    graph({ told: network.tell(cells, seen, { weight: (name) => constant(tensor('float32', shapes.get(name)!, weights[name]!)) }) }, { name: 'tell cells' }),
    { threads },
  )
  const sums = columns.map(() => new Float32Array(rows))
  const windows: { start: number; from: number; to: number }[] = []
  for (let i = 0; i + 1 < starts.length; i++)
    for (let at = starts[i]!; at < starts[i + 1]!; at += core) windows.push({ start: at, from: starts[i]!, to: starts[i + 1]! })
  const feed = new Float32Array(batch * columns.length * length)
  const mask = new Float32Array(feed.length)
  const report = progressOf('denoising', onProgress)
  const total = s.repeats * s.passes * windows.length
  let done = 0
  try {
    for (let repeat = 0; repeat < s.repeats; repeat++) {
      const stream = randomFor(seed, `turns ${repeat}`)
      const turns = columns.map(() => Uint8Array.from({ length: rows }, () => stream.below(s.passes)))
      for (let turn = 0; turn < s.passes; turn++) {
        for (let first = 0; first < windows.length; first += batch) {
          throwIfAborted(signal, 'denoising')
          const some = windows.slice(first, first + batch)
          feed.fill(0)
          mask.fill(0)
          some.forEach(({ start, from, to }, b) => {
            const begin = start - network.reach
            for (let c = 0; c < columns.length; c++) {
              const base = b * columns.length * length + c
              for (let row = Math.max(from, begin); row < Math.min(to, begin + length); row++) {
                const value = columns[c]![row]!
                if (Number.isNaN(value)) continue
                feed[base + (row - begin) * columns.length] = value
                mask[base + (row - begin) * columns.length] = turns[c]![row] === turn ? 0 : 1
              }
            }
          })
          const { told } = await program.run({ cells: tensor('float32', size, feed), seen: tensor('float32', size, mask) })
          const out = told!.data as Float32Array
          some.forEach(({ start, to }, b) => {
            for (let c = 0; c < columns.length; c++) {
              const base = (b * length + network.reach) * columns.length + c
              for (let row = start; row < Math.min(to, start + core); row++)
                if (turns[c]![row] === turn) sums[c]![row]! += out[base + (row - start) * columns.length]! / s.repeats
            }
          })
          report((done += some.length) / total)
        }
      }
    }
  } finally {
    await program.dispose()
  }
  return sums
}

function* differences(cells: Float32Array, told: Float32Array): Generator<number> {
  for (let i = 0; i < cells.length; i++) if (!Number.isNaN(cells[i]!)) yield cells[i]! - told[i]!
}

function* curvatures(cells: Float32Array, starts: Int32Array): Generator<number> {
  for (let s = 0; s + 1 < starts.length; s++)
    for (let i = starts[s]! + 1; i + 1 < starts[s + 1]!; i++) {
      const value = (cells[i - 1]! - 2 * cells[i]! + cells[i + 1]!) / Math.sqrt(6)
      if (!Number.isNaN(value)) yield value
    }
}

/** Mean square of normal numbers of which few may be far off. */
function trimmedMeanSquare(values: Iterable<number>): number {
  const squares = Float64Array.from(values, (v) => v * v).sort()
  if (squares.length === 0) return 0
  const kept = squares.subarray(0, Math.ceil(squares.length * 0.98))
  return kept.reduce((sum, v) => sum + v, 0) / squares.length / 0.856
}
