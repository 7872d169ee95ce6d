/** How much of a codebook is used: running counts of its entries, and what a batch says of them. */
import {
  add,
  cast,
  div,
  exp,
  greaterOrEqual,
  log,
  mul,
  neg,
  reduceMean,
  reduceSum,
  type Value,
} from '../graph/index.js'

/** An entry used less than this share of the mean counts as dead. */
export const rareShare = 0.02

/** Name of the buffer `[entries]` of running counts. */
export const countsName = 'quantizer.counts'

/** What a batch says of a codebook. */
export interface CodebookUsage {
  /** `[entries]`: γ · counts + (1 − γ) · hits. */
  readonly counts: Value
  /** `[entries]`, 1 where an entry is used often enough to count as alive. */
  readonly alive: Value
  readonly metrics: {
    /** `[]`, exp of the entropy of the batch's entries: 1 when one serves all, their number when all serve alike. */
    readonly perplexity: Value
    /** `[]`, share of entries that are alive. */
    readonly live: Value
  }
}

/**
 * Counts on.
 *
 * @param hits `[entries]`, how many vectors of the batch fell on each
 * @param before `[entries]`, the running counts
 * @param decay γ
 */
export function codebookUsage(hits: Value, before: Value, decay: number): CodebookUsage {
  const counts = add(mul(before, decay), mul(hits, 1 - decay))
  const alive = cast(greaterOrEqual(counts, mul(reduceMean(counts), rareShare)), 'float32')
  const shares = div(hits, reduceSum(hits))
  // 0 · log 0 is 0.
  const entropy = neg(reduceSum(mul(shares, log(add(shares, 1e-30)))))
  return { counts, alive, metrics: { perplexity: exp(entropy), live: reduceMean(alive) } }
}
