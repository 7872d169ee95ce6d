/** One answer of the decoder to a latent unit as a bar: to the left where it falls, to the right where it rises. */

/**
 * @param share of the longest bar, −1 to 1
 * @returns an `<svg>` element that says nothing which the number beside it does not
 */
export function answerBar(share: number): string {
  const size = Math.round(Math.min(1, Math.abs(share)) * 500) / 10
  const isRise = share > 0
  return [
    '<svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" width="100" height="12" aria-hidden="true">',
    `<rect x="${isRise ? 50 : Math.round((50 - size) * 10) / 10}" y="1" width="${size}" height="10" fill="var(${isRise ? '--normal' : '--anomaly'})"/>`,
    '<path d="M50,0V12" stroke="currentColor" vector-effect="non-scaling-stroke"/></svg>',
  ].join('')
}
