/**
 * Trains a network of cells on a grid, and has it tell every cell while that cell is hidden. What becomes of the cells then is in
 * cell-noise.ts; how a table becomes a grid, in table-denoiser.ts.
 */
import { progressOf, randomFor, throwIfAborted, type LongWork } from '../base/index.js'
import type { Program } from '../engine/index.js'
import { graph, input, tensor } from '../graph/index.js'
import { constantWeights } from '../layers/index.js'
import { defaultTraining, train, type TrainingMachine, type Weights } from '../training/index.js'
import { cellNetwork, type CellShape } from './cell-network.js'
import { cellLearner } from './cell-objective.js'
import { cellRows, windowsOver, type CellGrid, type Window } from './cell-windows.js'

/** How cells are told. */
export interface CellOptions extends LongWork {
  readonly inTime: boolean
  readonly seed: number
  readonly threads: number
  readonly steps: number
}

/** Cells are hidden in so many turns, each in one of them; and so many times over, for the mean of what is told. */
const [turns, repeats] = [4, 3]

/** Rows of a window in training and when cells are told, and windows at once: of series, and of rows in no order. */
const settings = {
  time: { blocks: 5, length: 64, batchSize: 16, core: 256, atOnce: 8 },
  none: { blocks: 3, length: 1, batchSize: 256, core: 1, atOnce: 2048 },
} as const

const width = 64

/**
 * Every cell as the others tell it.
 *
 * @returns by column: `[rows]`, of missing cells too
 * @throws HG_INTERRUPTED
 */
export async function tellCells(
  grid: CellGrid,
  machine: TrainingMachine,
  options: CellOptions,
): Promise<readonly Float32Array[]> {
  const { blocks } = settings[options.inTime ? 'time' : 'none']
  const shape = { columns: grid.columns.length, width, blocks, inTime: options.inTime }
  return tellAll(grid, shape, await weightsFor(grid, shape, machine, options), machine, options)
}

async function weightsFor(
  grid: CellGrid,
  shape: CellShape,
  machine: TrainingMachine,
  { inTime, seed, threads, steps, onProgress, signal }: CellOptions,
): Promise<Weights> {
  const { length, batchSize } = settings[inTime ? 'time' : 'none']
  const { features, heldOut, source } = cellRows(grid, { length, batchSize, seed })
  const { weights } = await train(
    {
      autoencoder: cellLearner(shape, length, 1 / turns),
      data: {
        rows: batchSize + heldOut,
        features,
        training: Int32Array.from({ length: batchSize }, (_, row) => row),
        validation: Int32Array.from({ length: heldOut }, (_, row) => batchSize + row),
        source,
      },
      options: {
        ...defaultTraining,
        steps,
        batchSize,
        learningRate: 2e-3,
        averageDecay: 0.99,
        weightDecay: 1e-3,
        // Of few rows a network may learn the noise by heart: the weights that tell held-out cells best are kept.
        evaluateEvery: Math.max(1, Math.min(100, Math.floor(steps / 4))),
        seed,
        threads,
      },
    },
    machine,
    { signal, onProgress },
  )
  return weights
}

/** A program, and the memory that it is fed from. */
interface Teller {
  readonly program: Program
  /** `[windows, rows, columns]` */
  readonly size: readonly [number, number, number]
  readonly cells: Float32Array
  readonly seen: Float32Array
  readonly reach: number
}

async function tellAll(
  grid: CellGrid,
  shape: CellShape,
  weights: Weights,
  machine: TrainingMachine,
  { seed, threads, onProgress, signal }: CellOptions,
): Promise<readonly Float32Array[]> {
  const { core, atOnce } = settings[shape.inTime ? 'time' : 'none']
  const teller = await tellerOf(shape, weights, machine, threads)
  const windows = windowsOver(grid, core)
  const told = grid.columns.map(() => new Float32Array(grid.rows))
  const report = progressOf('denoising', onProgress)
  let done = 0
  try {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const stream = randomFor(seed, `turns ${repeat}`)
      const turnOf = grid.columns.map(() => Uint8Array.from({ length: grid.rows }, () => stream.below(turns)))
      for (let turn = 0; turn < turns; turn++) {
        for (let first = 0; first < windows.length; first += atOnce) {
          throwIfAborted(signal, 'denoising')
          await tellWindows(teller, grid, windows.slice(first, first + atOnce), {
            core,
            isHidden: (column, row) => turnOf[column]![row] === turn,
            take: (column, row, cell) => (told[column]![row]! += cell / repeats),
          })
          report(++done / (repeats * turns * Math.ceil(windows.length / atOnce)))
        }
      }
    }
  } finally {
    await teller.program.dispose()
  }
  return told
}

async function tellerOf(
  shape: CellShape,
  weights: Weights,
  { engine }: TrainingMachine,
  threads: number,
): Promise<Teller> {
  const { core, atOnce } = settings[shape.inTime ? 'time' : 'none']
  const network = cellNetwork(shape)
  const size = [atOnce, core + 2 * network.reach, shape.columns] as const
  const context = constantWeights(network.parameters, weights)
  const told = network.tell(input('cells', 'float32', size), input('seen', 'float32', size), context)
  const numbers = size.reduce((product, length) => product * length)
  return {
    program: await engine.compile(graph({ told }, { name: 'tell cells' }), { threads }),
    size,
    cells: new Float32Array(numbers),
    seen: new Float32Array(numbers),
    reach: network.reach,
  }
}

/** What is hidden in a turn, and who takes what is told of it. */
interface Turn {
  /** Rows of a window whose cells are told; the others are around them. */
  readonly core: number
  readonly isHidden: (column: number, row: number) => boolean
  readonly take: (column: number, row: number, cell: number) => void
}

async function tellWindows(
  { program, size, cells, seen, reach }: Teller,
  { columns }: CellGrid,
  windows: readonly Window[],
  { core, isHidden, take }: Turn,
): Promise<void> {
  const [, rows, count] = size
  cells.fill(0)
  seen.fill(0)
  for (const [i, { start, from, to }] of windows.entries()) {
    const begin = start - reach
    for (let row = Math.max(from, begin); row < Math.min(to, begin + rows); row++) {
      for (let column = 0; column < count; column++) {
        const cell = columns[column]![row]!
        if (Number.isNaN(cell)) continue
        const at = (i * rows + row - begin) * count + column
        cells[at] = cell
        seen[at] = isHidden(column, row) ? 0 : 1
      }
    }
  }
  const { told } = await program.run({
    cells: tensor('float32', size, cells),
    seen: tensor('float32', size, seen),
  })
  for (const [i, { start, to }] of windows.entries()) {
    for (let row = start; row < Math.min(to, start + core); row++) {
      for (let column = 0; column < count; column++) {
        const at = (i * rows + reach + row - start) * count + column
        if (isHidden(column, row)) take(column, row, Number(told!.data[at]))
      }
    }
  }
}
