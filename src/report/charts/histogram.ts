/**
 * Counts scores into bins before anything is drawn, in two passes without copying, so that millions cost no more
 * than thousands. score-distribution.ts draws what comes out.
 */

/** Scores above `low` up to `high`; the first and the last bin also hold what lies beyond them. */
export interface Bin {
  readonly low: number
  readonly high: number
  /** Rows of it, all or those the label calls normal. */
  readonly normal: number
  /** Rows of it that the label calls anomalous; 0 without a label. */
  readonly anomalous: number
}

export interface Histogram {
  readonly bins: readonly Bin[]
  /** Whether the bins are equally wide in the logarithm. */
  readonly isLog: boolean
  /** Rows whose score is not a number. */
  readonly unscored: number
}

/** Heavy-tailed: the largest score is this many times the mean. */
const heavyRatio = 8
/** A logarithmic axis spans at most this many powers of ten; smaller scores are counted in the first bin. */
const mostDecades = 6

interface Range {
  readonly least: number
  readonly leastPositive: number
  readonly most: number
  readonly mean: number
  readonly unscored: number
}

/**
 * @param values scores, `[rows]`; infinite and missing ones are counted as unscored
 * @param threshold a bin begins above it when it lies among the scores, so that no bin is flagged by half
 * @param count number of bins, about (default 60)
 */
export function histogramOf(
  values: ArrayLike<number>,
  { labels, threshold, count = 60 }: { labels?: Uint8Array; threshold: number; count?: number },
): Histogram {
  const range = rangeOf(values)
  if (!(range.most >= range.least)) return { bins: [], isLog: false, unscored: range.unscored }
  const isLog = range.least >= 0 && range.leastPositive < range.most && range.most > heavyRatio * range.mean
  const from = isLog ? Math.max(range.leastPositive, range.most / 10 ** mostDecades) : range.least
  const edges = edgesOf(from, range.most, { isLog, threshold, count })
  const found = [new Uint32Array(edges.length - 1), new Uint32Array(edges.length - 1)] as const
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    if (Number.isFinite(value)) found[labels?.[row] === 1 ? 1 : 0][binOf(value, edges)]!++
  }
  const bins = Array.from(found[0], (normal, i) => ({
    low: edges[i]!,
    high: edges[i + 1]!,
    normal,
    anomalous: found[1][i]!,
  }))
  return { bins, isLog, unscored: range.unscored }
}

function rangeOf(values: ArrayLike<number>): Range {
  let [least, leastPositive, most, sum, unscored] = [Infinity, Infinity, -Infinity, 0, 0]
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    if (!Number.isFinite(value)) {
      unscored++
      continue
    }
    if (value < least) least = value
    if (value > 0 && value < leastPositive) leastPositive = value
    if (value > most) most = value
    sum += value
  }
  return { least, leastPositive, most, mean: sum / (values.length - unscored), unscored }
}

/** Ascending edges, at least two, the threshold among them where it lies between the ends. */
function edgesOf(
  from: number,
  to: number,
  { isLog, threshold, count }: { isLog: boolean; threshold: number; count: number },
): Float64Array {
  if (from === to) {
    const half = Math.abs(from) / 20 || 0.5
    return Float64Array.of(from - half, to + half)
  }
  const scale = isLog ? Math.log : (x: number) => x
  const back = isLog ? Math.exp : (x: number) => x
  const width = (scale(to) - scale(from)) / count
  const isInside = threshold > from && threshold < to
  const start = isInside ? scale(threshold) : scale(from)
  const below = isInside ? Math.ceil((start - scale(from)) / width) : 0
  const bins = below + Math.ceil((scale(to) - start) / width - 1e-9)
  return Float64Array.from({ length: bins + 1 }, (_, i) =>
    i === below ? (isInside ? threshold : from) : back(start + (i - below) * width),
  )
}

/** The bin of a value; those beyond the ends belong to the outermost. */
function binOf(value: number, edges: Float64Array): number {
  let [low, high] = [0, edges.length - 2]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (value > edges[middle]!) low = middle
    else high = middle - 1
  }
  return low
}
