/**
 * Random numbers in bulk: a generator that writes 32-bit words, and transforms that turn words into numbers in
 * place (in a buffer that stays in the level-1 cache; ../noise.ts owns it). Generator and transforms are separate
 * loops so that there is one generator; the extra store and load cost less than 0.1 ns a number.
 *
 * ../reference-noise.ts is the same arithmetic in plain TypeScript and gives the same bits. Polynomials are
 * minimax fits in Horner form, made for this file by test/golden/noise-polynomials.py.
 */

/**
 * Fills `length` words (a multiple of 4) from four independent xoshiro128++ generators, word i from lane i mod 4,
 * and advances their state: four words of state, each a vector of the four lanes.
 * Source: Blackman & Vigna, Scrambled linear pseudorandom number generators, ACM TOMS 47 (2021).
 */
export function randomWords(state: usize, words: usize, length: u32): void {
  let s0 = v128.load(state)
  let s1 = v128.load(state, 16)
  let s2 = v128.load(state, 32)
  let s3 = v128.load(state, 48)
  const end = words + ((<usize>length) << 2)
  while (words < end) {
    const sum = i32x4.add(s0, s3)
    const turned = v128.or(i32x4.shl(sum, 7), i32x4.shr_u(sum, 25))
    v128.store(words, i32x4.add(turned, s0))
    const shifted = i32x4.shl(s1, 9)
    s2 = v128.xor(s2, s0)
    s3 = v128.xor(s3, s1)
    s1 = v128.xor(s1, s2)
    s0 = v128.xor(s0, s3)
    s2 = v128.xor(s2, shifted)
    s3 = v128.or(i32x4.shl(s3, 11), i32x4.shr_u(s3, 21))
    words += 16
  }
  v128.store(state, s0)
  v128.store(state, s1, 16)
  v128.store(state, s2, 32)
  v128.store(state, s3, 48)
}

/** Words to uniform numbers in [0, 1): the top 24 bits, in steps of 2⁻²⁴. */
export function wordsToUniform(words: usize, length: u32): void {
  const step = f32x4.splat(5.9604644775390625e-8)
  const end = words + ((<usize>length) << 2)
  while (words < end) {
    v128.store(words, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(v128.load(words), 8)), step))
    words += 16
  }
}

/** Words to masks: `value` where the top 31 bits are at most `limit` (−1: never), else 0. */
export function wordsToMask(words: usize, length: u32, limit: i32, value: f32): void {
  const limit4 = i32x4.splat(limit)
  const value4 = f32x4.splat(value)
  const end = words + ((<usize>length) << 2)
  while (words < end) {
    v128.store(words, v128.and(i32x4.le_s(i32x4.shr_u(v128.load(words), 1), limit4), value4))
    words += 16
  }
}

/**
 * Words to standard normal numbers by Box and Muller (1958), `length` a multiple of 8: the first vector of each
 * pair gives the radius, the second the direction.
 */
export function wordsToNormal(words: usize, length: u32): void {
  const end = words + ((<usize>length) << 2)
  while (words < end) {
    const radius = f32x4.sqrt(minusTwoLog(v128.load(words)))
    // Two bits choose one of four quarter turns, the other 30 an angle within ±π/4, where short polynomials do.
    const word = v128.load(words, 16)
    const x = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shl(word, 2)), f32x4.splat(4.656612873077393e-10))
    const z = f32x4.mul(x, x)
    const sine = f32x4.mul(x, sinePolynomial(z))
    const cosine = cosinePolynomial(z)
    const opposite = v128.and(word, i32x4.splat(0x80000000)) // sign bit: the other half plane
    const swap = i32x4.shr_s(i32x4.shl(word, 1), 31) // bit 30: sine and cosine change places
    const signed = v128.xor(radius, opposite)
    v128.store(words, f32x4.mul(signed, v128.bitselect(sine, cosine, swap)))
    v128.store(words, f32x4.mul(signed, v128.bitselect(cosine, sine, swap)), 16)
    words += 32
  }
}

/** −2·ln(u) for u = (top 31 bits + ½)·2⁻³¹, in (0, 1]; relative error below 5e-7. */
function minusTwoLog(word: v128): v128 {
  const u = f32x4.mul(
    f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_u(word, 1)), f32x4.splat(0.5)),
    f32x4.splat(4.656612873077393e-10),
  )
  const exponent = i32x4.shr_s(i32x4.sub(u, i32x4.splat(0x3f3504f3)), 23) // u = 2^exponent · m, m in [√½, √2)
  const f = f32x4.sub(i32x4.sub(u, i32x4.shl(exponent, 23)), f32x4.splat(1))
  let q = f32x4.splat(0.20213785767555237)
  q = f32x4.add(f32x4.mul(q, f), f32x4.splat(-0.32445159554481506))
  q = f32x4.add(f32x4.mul(q, f), f32x4.splat(0.34501659870147705))
  q = f32x4.add(f32x4.mul(q, f), f32x4.splat(-0.39800330996513367))
  q = f32x4.add(f32x4.mul(q, f), f32x4.splat(0.4993981719017029))
  q = f32x4.add(f32x4.mul(q, f), f32x4.splat(-0.6667011976242065))
  q = f32x4.add(f32x4.mul(q, f), f32x4.splat(1.0000072717666626))
  q = f32x4.add(f32x4.mul(q, f), f32x4.splat(-1.9999998807907104))
  const whole = f32x4.mul(f32x4.convert_i32x4_s(exponent), f32x4.splat(-1.3862943649291992)) // −2 ln 2
  return f32x4.add(f32x4.mul(q, f), whole)
}

/** sin(πx/4)/x as a polynomial in z = x², |x| ≤ 1. */
function sinePolynomial(z: v128): v128 {
  let s = f32x4.splat(-3.59504520019982e-5)
  s = f32x4.add(f32x4.mul(s, z), f32x4.splat(0.00249000103212893))
  s = f32x4.add(f32x4.mul(s, z), f32x4.splat(-0.08074543625116348))
  return f32x4.add(f32x4.mul(s, z), f32x4.splat(0.7853981852531433))
}

/** cos(πx/4) as a polynomial in z = x², |x| ≤ 1. */
function cosinePolynomial(z: v128): v128 {
  let c = f32x4.splat(-0.00031872783438302577)
  c = f32x4.add(f32x4.mul(c, z), f32x4.splat(0.015849683433771133))
  c = f32x4.add(f32x4.mul(c, z), f32x4.splat(-0.308424174785614))
  return f32x4.add(f32x4.mul(c, z), f32x4.splat(0.9999999403953552))
}
