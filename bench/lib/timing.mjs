// Timing on a machine that others use too: contenders take turns, many rounds, so that a disturbance meets all of them
// alike, and the best round of each is compared: noise only ever adds.

/** Seconds of `count` steps of a contender. */
async function secondsOf(contender, count) {
  if (contender.timed !== undefined) return contender.timed(count)
  const began = performance.now()
  await contender.steps(count)
  return (performance.now() - began) / 1000
}

/** A contender that is measured by the time that processors were busy with it: for machines that are not quiet. */
export const inProcessorTime = (contender) => ({
  ...contender,
  timed:
    contender.processorTimed ??
    (async (count) => {
      const before = process.cpuUsage()
      await (contender.timed ?? contender.steps)(count)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1e6
    }),
})

/**
 * Seconds of one step for each contender: best and median of the rounds.
 *
 * @param contenders by name; each has `steps(count)`, or `timed(count)` when it measures itself
 * @param options `rounds`, and `blockSeconds`: about how long a contender steps in one round
 */
export async function race(contenders, { rounds, blockSeconds }) {
  const entries = Object.entries(contenders)
  const [ones, counts] = [[], []]
  for (const [, contender] of entries) {
    const one = Math.min(await secondsOf(contender, 1), await secondsOf(contender, 1))
    ones.push(one)
    counts.push(Math.max(1, Math.round(blockSeconds / one)))
  }
  const times = entries.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, contender]] of entries.entries()) {
      if (ones[i] > 0.25 && round > 2) continue // a slow one needs fewer rounds: each is long
      // The step before wakes the contender's threads and lets the ones of the last contender fall asleep.
      if (counts[i] > 1) await secondsOf(contender, Math.ceil(counts[i] / 20))
      times[i].push((await secondsOf(contender, counts[i])) / counts[i])
    }
  }
  return Object.fromEntries(entries.map(([name], i) => [name, summaryOf(times[i])]))
}

function summaryOf(times) {
  const sorted = times.toSorted((a, b) => a - b)
  return { best: sorted[0], median: sorted[Math.floor(sorted.length / 2)], rounds: sorted.length }
}

/** The name of the contender with the best time among those whose name begins with `prefix`; undefined for none. */
export function fastest(results, prefix) {
  const names = Object.keys(results).filter((name) => name.startsWith(prefix))
  return names.toSorted((a, b) => results[a].best - results[b].best)[0]
}

/** A time as people read it. */
export function formatSeconds(seconds) {
  if (seconds < 1e-3) return `${(seconds * 1e6).toPrecision(3)} µs`
  if (seconds < 1) return `${(seconds * 1e3).toPrecision(3)} ms`
  return `${seconds.toPrecision(3)} s`
}
