/** How many threads to run a graph on: found by running it. Needs nothing but an engine. */
import type { Graph, Tensor } from '../graph/index.js'
import type { Engine, Program } from './engine.js'

/** More threads must save this share of the time, or one is kept and the other cores stay free. */
const worthwhileSaving = 0.1

/** Runs before the clock counts, and time spent on each candidate, at least `fewestRuns` runs. */
const warmUpRuns = 2
const millisecondsEach = 60
const fewestRuns = 3
const mostRuns = 200

/**
 * Runs a graph on one thread and on `most`, and picks the faster: small training steps lose more to handing work
 * between threads than they gain. Results on different counts may differ in their last bits, so a run that must be
 * repeatable keeps the count it was given.
 *
 * @param feeds as the graph will get them
 * @param most number of cores
 * @returns 1 or `most`
 */
export async function fastestThreads(
  engine: Engine,
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
  most: number,
): Promise<number> {
  if (most <= 1) return 1
  const alone = await engine.compile(graph, { threads: 1 })
  const together = await engine.compile(graph, { threads: most })
  try {
    const aloneMs = await fastestRunMs(alone, feeds)
    const togetherMs = await fastestRunMs(together, feeds)
    return togetherMs < (1 - worthwhileSaving) * aloneMs ? most : 1
  } finally {
    await alone.dispose()
    await together.dispose()
  }
}

/** The fastest run rather than the mean: other programs on the machine only ever slow a run down. */
async function fastestRunMs(program: Program, feeds: Readonly<Record<string, Tensor>>): Promise<number> {
  for (let i = 0; i < warmUpRuns; i++) await program.run(feeds)
  let fastest = Infinity
  let spent = 0
  for (let runs = 0; runs < mostRuns && (runs < fewestRuns || spent < millisecondsEach); runs++) {
    const began = performance.now()
    await program.run(feeds)
    const elapsed = performance.now() - began
    fastest = Math.min(fastest, elapsed)
    spent += elapsed
  }
  return fastest
}
