/**
 * Discrete Fourier transforms of many sequences at once, side by side in memory, so that the inner loops run over whole
 * stretches: `[length, lanes]`, transformed along the length. Stockham's form, which needs no reordering, with passes of
 * radix 4, 3 and 2. No library: those for Node take one sequence at a time, and most a power of two alone.
 *
 * Cochran et al. (1967), "What is the fast Fourier transform?"; Temperton (1983), self-sorting mixed radix.
 */

/** Complex numbers, their parts apart. */
export interface Complex {
  readonly re: Float64Array
  readonly im: Float64Array
}

/** A transform of one length. */
export interface FourierTransform {
  readonly length: number
  /** The numbers to transform go here, `[length, lanes]`. */
  readonly input: Complex
  /** X[k] = Σ x[j] e^(−2πi jk/length) for every lane, in one of two buffers of its own; `input` is lost. */
  readonly forward: () => Complex
  /** The same with e^(+2πi jk/length), not divided by the length. */
  readonly backward: () => Complex
}

/** Room for complex numbers. */
export const complexes = (size: number): Complex => ({
  re: new Float64Array(size),
  im: new Float64Array(size),
})

/** The smallest length of at least `least` with a fast transform: a power of two, or three times one. */
export function fastLength(least: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(4, least)))
  return (power / 4) * 3 >= least ? (power / 4) * 3 : power
}

/** A transform of `lanes` sequences of a length that `fastLength` gives. */
export function fourierTransform(length: number, lanes: number): FourierTransform {
  const [input, other] = [complexes(length * lanes), complexes(length * lanes)]
  const passes = passesOf(length)
  const run = (turned: boolean): Complex => {
    // With the parts exchanged, the same passes turn the other way.
    const swapped = ({ re, im }: Complex): Complex => (turned ? { re: im, im: re } : { re, im })
    let [from, to] = [swapped(input), swapped(other)]
    let done = 1
    for (const { radix, twiddles } of passes) {
      butterflies[radix](from, to, twiddles, done * lanes)
      done *= radix
      ;[from, to] = [to, from]
    }
    return swapped(from)
  }
  return { length, input, forward: () => run(false), backward: () => run(true) }
}

interface Pass {
  readonly radix: 2 | 3 | 4
  /** cos and sin of −2π p/(what is left), for every p. */
  readonly twiddles: Complex
}

function passesOf(length: number): Pass[] {
  const passes: Pass[] = []
  for (let left = length; left > 1;) {
    const radix = left % 4 === 0 ? 4 : left % 3 === 0 ? 3 : 2
    const angles = Float64Array.from({ length: left / radix }, (_, p) => (-2 * Math.PI * p) / left)
    passes.push({ radix, twiddles: { re: angles.map(Math.cos), im: angles.map(Math.sin) } })
    left /= radix
  }
  return passes
}

/**
 * One pass: `radix` numbers, a share of the length apart, become their transform, turned by the twiddles.
 *
 * @param stretch numbers in a row that are treated alike
 */
type Butterfly = (from: Complex, to: Complex, twiddles: Complex, stretch: number) => void

const butterflies: Readonly<Record<2 | 3 | 4, Butterfly>> = { 2: two, 3: three, 4: four }

function two(from: Complex, to: Complex, twiddles: Complex, stretch: number): void {
  const { re: x, im: y } = from
  const { re: u, im: v } = to
  const count = twiddles.re.length
  const share = count * stretch
  for (let p = 0; p < count; p++) {
    const [c, s] = [twiddles.re[p]!, twiddles.im[p]!]
    for (let i = p * stretch, end = i + stretch, o = 2 * i; i < end; i++, o++) {
      const dx = x[i]! - x[i + share]!
      const dy = y[i]! - y[i + share]!
      u[o] = x[i]! + x[i + share]!
      v[o] = y[i]! + y[i + share]!
      u[o + stretch] = c * dx - s * dy
      v[o + stretch] = c * dy + s * dx
    }
  }
}

const sin60 = Math.sqrt(3) / 2

function three(from: Complex, to: Complex, twiddles: Complex, stretch: number): void {
  const { re: x, im: y } = from
  const { re: u, im: v } = to
  const count = twiddles.re.length
  const share = count * stretch
  for (let p = 0; p < count; p++) {
    const [c, s] = [twiddles.re[p]!, twiddles.im[p]!]
    const [c2, s2] = [c * c - s * s, 2 * c * s]
    for (let i = p * stretch, end = i + stretch, o = 3 * i; i < end; i++, o++) {
      const bx = x[i + share]!
      const by = y[i + share]!
      const dx = x[i + 2 * share]!
      const dy = y[i + 2 * share]!
      const sumX = bx + dx
      const sumY = by + dy
      const mx = x[i]! - sumX / 2
      const my = y[i]! - sumY / 2
      const tx = sin60 * (by - dy) // −i sin 60° (b − d)
      const ty = -sin60 * (bx - dx)
      u[o] = x[i]! + sumX
      v[o] = y[i]! + sumY
      u[o + stretch] = c * (mx + tx) - s * (my + ty)
      v[o + stretch] = c * (my + ty) + s * (mx + tx)
      u[o + 2 * stretch] = c2 * (mx - tx) - s2 * (my - ty)
      v[o + 2 * stretch] = c2 * (my - ty) + s2 * (mx - tx)
    }
  }
}

function four(from: Complex, to: Complex, twiddles: Complex, stretch: number): void {
  const { re: x, im: y } = from
  const { re: u, im: v } = to
  const count = twiddles.re.length
  const share = count * stretch
  for (let p = 0; p < count; p++) {
    const c = twiddles.re[p]!
    const s = twiddles.im[p]!
    const c2 = c * c - s * s
    const s2 = 2 * c * s
    const c3 = c2 * c - s2 * s
    const s3 = c2 * s + s2 * c
    const start = p * stretch
    const end = start + stretch
    for (let i = start, o = 4 * start; i < end; i++, o++) {
      const ax = x[i]!
      const ay = y[i]!
      const bx = x[i + share]!
      const by = y[i + share]!
      const dx = x[i + 2 * share]!
      const dy = y[i + 2 * share]!
      const ex = x[i + 3 * share]!
      const ey = y[i + 3 * share]!
      const sumX = ax + dx
      const sumY = ay + dy
      const lessX = ax - dx
      const lessY = ay - dy
      const otherX = bx + ex
      const otherY = by + ey
      const turnX = by - ey // −i (b − e)
      const turnY = ex - bx
      u[o] = sumX + otherX
      v[o] = sumY + otherY
      const qx = lessX + turnX
      const qy = lessY + turnY
      u[o + stretch] = c * qx - s * qy
      v[o + stretch] = c * qy + s * qx
      const hx = sumX - otherX
      const hy = sumY - otherY
      u[o + 2 * stretch] = c2 * hx - s2 * hy
      v[o + 2 * stretch] = c2 * hy + s2 * hx
      const tx = lessX - turnX
      const ty = lessY - turnY
      u[o + 3 * stretch] = c3 * tx - s3 * ty
      v[o + 3 * stretch] = c3 * ty + s3 * tx
    }
  }
}
