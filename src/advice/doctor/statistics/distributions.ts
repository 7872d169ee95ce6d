/**
 * Tails of the distributions that tests refer to. Good to about seven digits (normal) and to a tenth or two (chi-square
 * far out): p-values are compared with thresholds here, never reported to many digits.
 */

/**
 * P(Z > z) of a standard normal variable: ½ erfc(z/√2) by a rational Chebyshev fit, relative error below 1.2e-7.
 *
 * @see Press et al. 1992, Numerical Recipes, §6.2 (erfcc)
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.5 * x)
  const fit = coefficients.reduceRight((sum, c) => sum * t + c, 0)
  const tail = 0.5 * t * Math.exp(-x * x + fit)
  return z >= 0 ? tail : 1 - tail
}

const coefficients = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
]

/** Two-sided p-value of a standard normal statistic. */
export const twoSided = (z: number): number => Math.min(1, 2 * normalTail(Math.abs(z)))

/**
 * P(X > x) of a chi-square variable, by the cube root that makes it nearly normal.
 *
 * @param degrees of freedom, at least 1
 * @see Wilson & Hilferty 1931, PNAS 17
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (x <= 0 || degrees < 1) return 1
  if (degrees === 1) return twoSided(Math.sqrt(x))
  if (degrees === 2) return Math.exp(-x / 2)
  const spread = 2 / (9 * degrees)
  return normalTail((Math.cbrt(x / degrees) - 1 + spread) / Math.sqrt(spread))
}

/**
 * P(K > x) of Kolmogorov's distribution: 2 Σ (−1)^(k−1) exp(−2k²x²).
 *
 * @see Kolmogorov 1933
 */
export function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1 // the series needs many terms there, and the tail is 1 to twelve digits
  let sum = 0
  for (let k = 1; k <= 30; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x)
  return Math.min(1, Math.max(0, sum))
}

/** ln n!, by Stirling's series above a small table. */
export function logFactorial(n: number): number {
  if (n < 2) return 0
  if (n < 20) {
    let product = 1
    for (let i = 2; i <= n; i++) product *= i
    return Math.log(product)
  }
  const x = n + 1
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3)
}

/** P(X ≥ successes) of a binomial variable. */
export function binomialTail(successes: number, trials: number, probability: number): number {
  if (successes <= 0) return 1
  if (successes > trials || probability <= 0) return 0
  if (probability >= 1) return 1
  const [logP, logQ] = [Math.log(probability), Math.log1p(-probability)]
  let sum = 0
  for (let k = successes; k <= trials; k++) {
    const term = Math.exp(
      logFactorial(trials) - logFactorial(k) - logFactorial(trials - k) + k * logP + (trials - k) * logQ,
    )
    sum += term
    if (k > trials * probability && term < sum * 1e-12) break
  }
  return Math.min(1, sum)
}
