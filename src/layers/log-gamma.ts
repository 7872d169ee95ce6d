/**
 * log Γ from operators that graphs have, for the likelihoods of counts (losses.ts), and the logarithm of 1 + x.
 *
 * In float32 log Γ(10⁵) is known to 0.1 only, and likelihoods of counts are small differences of such numbers. So the
 * piece they share is not log Γ itself but `factorialExcess`, which stays below 12 up to 10⁹ and loses nothing.
 */
import { add, div, log, maximum, mul, sub, type Value } from '../graph/index.js'

/**
 * log Γ(x), element by element, for x above 0; its slope is the digamma function.
 *
 * log Γ(x) = e(x) + (x − 1)·log x − x with e(t) = log(t! · (e/t)ᵗ), the `factorialExcess`: three terms that nearly cancel
 * only where all are small, unlike the usual shift by recursion before Stirling's series.
 *
 * @param x float32 or float64, above 0; in float32 up to 10³⁶
 * @returns in the shape of `x`; off by less than 1e-6 in float32 and 1e-8 in float64, absolute or relative
 */
export function logGamma(x: Value): Value {
  return sub(add(factorialExcess(x), mul(sub(x, 1), log(x))), x)
}

/** Numbers below it count as it: a logarithm of them is finite and its product with them is nothing. */
const tiny = 1e-20

/** Bₖ / (k(k−1)) for k = 2, 4, …: Stirling's series in 1/z, 1/z³, … (Abramowitz & Stegun 1964, 6.1.41). */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360]

/**
 * log(t! · (e/t)ᵗ): what log t! exceeds t·log t − t by; about ½·log(2πt) for large t, 0 at 0.
 *
 * With z = t + 3 it is ½·log(2πz) + s(z) + t·log(1 + 3/t) − 3 + log(z² / ((z−1)(z−2))), s Stirling's series: three steps
 * of the recursion t! = (t+1)! / (t+1), written so that no large numbers are subtracted and there is no case to choose.
 *
 * @param t float32 or float64, from 0; values below 1e-20 count as that
 * @returns in the shape of `t`
 */
export function factorialExcess(t: Value): Value {
  const positive = maximum(t, tiny)
  const z = add(positive, 3)
  const ratio = mul(div(z, sub(z, 1)), div(z, sub(z, 2)))
  const logarithms = mul(log(mul(mul(ratio, ratio), mul(z, 2 * Math.PI))), 0.5)
  const shift = sub(mul(positive, log1p(div(3, positive))), 3)
  return add(add(logarithms, stirlingSeries(z)), shift)
}

/** s(z) for z from 3, where the first term left out is 4e-9. */
function stirlingSeries(z: Value): Value {
  const square = mul(z, z)
  const [last, ...others] = stirling.toReversed() as [number, ...number[]]
  const sum = others.reduce<Value | number>((rest, coefficient) => add(div(rest, square), coefficient), last)
  return div(sum, z)
}

/**
 * log(1 + x) for x above −1, right to the last digits for small x too: log w − ((w − 1) − x)/w with w = 1 + x, where the
 * correction is what rounding took from w (as in the GNU Scientific Library's gsl_log1p).
 */
export function log1p(x: Value): Value {
  const w = add(x, 1)
  return sub(log(w), div(sub(sub(w, 1), x), w))
}
