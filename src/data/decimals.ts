/** How many decimals the numbers of a column are written with, so that changed ones can be written alike. */

/** Most decimals that numbers are rounded to; of columns that have more, 12 digits in all are kept. */
const mostDecimals = 10

/** The most decimals that a known number has; undefined where there are more than anybody writes by hand. */
export function decimalsOf(values: Float64Array): number | undefined {
  let most = 0
  for (const value of values) {
    if (Number.isInteger(value) || Number.isNaN(value)) continue
    // A number that fits the decimals so far need not be written out.
    if (Number(value.toFixed(most)) === value) continue
    while (most <= mostDecimals && Number(value.toFixed(most)) !== value) most++
    if (most > mostDecimals) return undefined
  }
  return most
}

/** A number with so many decimals. */
export const rounded = (value: number, decimals: number | undefined): number =>
  Number(numberText(value, decimals))

/** The text of a number with so many decimals; 0 has no sign. */
export const numberText = (value: number, decimals: number | undefined): string =>
  decimals === undefined
    ? String(Number(value.toPrecision(12)))
    : value.toFixed(decimals).replace(/^-(?=0(?:\.0*)?$)/, '')
