/**
 * The transforms as compiled programs, one for each size of tile. A program keeps the memory that its runs need, some 60 kB
 * for a block: of those that are not running, the ones that were used longest ago are given up where all take too much.
 */
import type { Engine, Program } from '../engine/index.js'
import type { TileShape } from './coefficient-coder.js'
import {
  analysisGraph,
  margin,
  planesGraph,
  refinementGraph,
  synthesisGraph,
  type TransformWeights,
} from './transform-graphs.js'

const graphs = {
  analysis: analysisGraph,
  synthesis: synthesisGraph,
  refinement: refinementGraph,
  planes: planesGraph,
} as const

/** What a transform does: image-coder.ts needs the first three, training the last. */
export type TransformName = keyof typeof graphs

/** Blocks of all programs together: somewhat more than one of 64 × 64 has with its surroundings. */
const mostBlocks = 6000

/** What transforms run on. */
export interface TileProgramParts {
  readonly engine: Engine
  readonly weights: TransformWeights
  /** Threads of the engine on the way back to pixels. */
  readonly threads: number
}

interface Entry {
  readonly program: Promise<Program>
  readonly blocks: number
  /** Runs that are not over. */
  runs: number
}

/** Runs transforms. */
export interface TilePrograms {
  run(name: TransformName, shape: Size, ...feeds: Parameters<Program['run']>): ReturnType<Program['run']>
  dispose(): Promise<void>
}

type Size = Pick<TileShape, 'columns' | 'rows'>

export function tilePrograms({ engine, weights, threads }: TileProgramParts): TilePrograms {
  /** In the order in which they were used. */
  const entries = new Map<string, Entry>()
  const entryFor = (name: TransformName, { columns, rows }: Size): Entry => {
    const key = `${name} ${columns} ${rows}`
    // The last bits of a sum depend on the threads that it is shared among, and what is written on those of the latent:
    // one thread writes the same file everywhere. A reader's pixels are rounded.
    const entry = entries.get(key) ?? {
      program: engine.compile(graphs[name](weights, columns, rows), {
        threads: name === 'analysis' || name === 'refinement' ? 1 : threads,
      }),
      blocks: (columns + 2 * margin) * (rows + 2 * margin),
      runs: 0,
    }
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }
  const giveUp = async (): Promise<void> => {
    let blocks = 0
    for (const [key, entry] of [...entries].reverse()) {
      blocks += entry.blocks
      if (blocks <= mostBlocks || entry.runs > 0) continue
      entries.delete(key)
      await (await entry.program).dispose()
    }
  }
  return {
    async run(name, shape, ...feeds) {
      const entry = entryFor(name, shape)
      entry.runs++
      try {
        await giveUp()
        return await (await entry.program).run(...feeds)
      } finally {
        entry.runs--
      }
    },
    async dispose() {
      for (const { program } of entries.values()) await (await program).dispose()
      entries.clear()
    },
  }
}
