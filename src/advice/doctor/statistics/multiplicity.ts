/** Many tests at once: which of them count when the share of false ones, or any false one, is to be rare. */

/**
 * Benjamini & Hochberg 1995: p-values adjusted so that those below q hold a share q of false ones at most.
 *
 * @returns adjusted p-values in the given order
 */
export function benjaminiHochberg(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[b]! - pValues[a]!)
  const adjusted = new Array<number>(pValues.length)
  let least = 1
  order.forEach((i, fromTop) => {
    least = Math.min(least, (pValues[i]! * pValues.length) / (pValues.length - fromTop))
    adjusted[i] = least
  })
  return adjusted
}

/** Bonferroni: the p-value of the best of so many tests, at most 1. */
export const bonferroni = (pValue: number, tests: number): number => Math.min(1, pValue * Math.max(1, tests))
