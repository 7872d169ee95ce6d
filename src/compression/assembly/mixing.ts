/**
 * The probability of a bit: six counters, one for each context that the bit stands in, mixed in the logistic domain by two
 * sets of weights, whose mean is taken. Counters and weights learn from every bit, from the state that a model ships.
 *
 *     x = Σ wᵢ ln(pᵢ / (1 − pᵢ)),   p = 1 / (1 + e⁻ˣ),   wᵢ += η (bit − p) ln(pᵢ / (1 − pᵢ))
 *
 * Mahoney (2005), "Adaptive weighing of context models for lossless data compression". Logarithms and exponentials are
 * integer tables that come with the model. A counter is one word: 22 bits of probability, 10 bits of how often it was met.
 */
import { codeBit } from './arithmetic'

/** Counters that are mixed for one bit. */
export const inputs: i32 = 6

let stretchTable: usize = 0 // i16[4096]: 256 ln(p / (1 − p)) for p = (i + ½) / 4096
let squashTable: usize = 0 // u16[4096]: 65,536 / (1 + e^−x) for x = (i − 2048) / 256
let shareTable: usize = 0 // u16[1024]: what a counter that was met n times moves, in 65,536ths of its error
let most: u32 = 255 // times after which a counter moves no slower

export function setTables(stretch: usize, squash: usize, share: usize, limit: u32): void {
  stretchTable = stretch
  squashTable = squash
  shareTable = share
  most = limit
}

/** Addresses of the six counters and the two sets of weights of the next bit. */
export let c0: usize = 0
export let c1: usize = 0
export let c2: usize = 0
export let c3: usize = 0
export let c4: usize = 0
export let c5: usize = 0
let first: usize = 0
let second: usize = 0

@inline
export function inContexts(a: usize, b: usize, c: usize, d: usize, e: usize, f: usize): void {
  c0 = a
  c1 = b
  c2 = c
  c3 = d
  c4 = e
  c5 = f
}

@inline
export function weighedBy(a: usize, b: usize): void {
  first = a
  second = b
}

/** Probability of a 1 in 65,536ths, as a counter has it. */
@inline
export function chance(counter: usize): u32 {
  return load<u32>(counter) >> 16
}

@inline
function stretched(counter: usize): i32 {
  return <i32>load<i16>(stretchTable + (<usize>(load<u32>(counter) >> 20) << 1))
}

@inline
function squashed(x: i32): i32 {
  return <i32>load<u16>(squashTable + (<usize>(max(min(x, 2047), -2047) + 2048) << 1))
}

@inline
function learn(counter: usize, goal: i32): void {
  const state = load<u32>(counter)
  const met = state & 1023
  const before = <i32>(state >> 10)
  const share = <i64>load<u16>(shareTable + (<usize>met << 1))
  const after = before + <i32>((<i64>(goal - before) * share) >> 16)
  store<u32>(counter, (<u32>after << 10) | (met < most ? met + 1 : met))
}

@inline
function sum(w: usize, a: i32, b: i32, c: i32, d: i32, e: i32, f: i32): i32 {
  return (
    (load<i32>(w) * a +
      load<i32>(w, 4) * b +
      load<i32>(w, 8) * c +
      load<i32>(w, 12) * d +
      load<i32>(w, 16) * e +
      load<i32>(w, 20) * f) >>
    14
  )
}

/** Moves a weight; weights stay within ±4 (65,536 is 4), so that no sum leaves 32 bits. */
@inline
function nudge(w: usize, input: i32, error: i32): void {
  store<i32>(w, max(min(load<i32>(w) + ((input * error + 0x8000) >> 16), 65535), -65535))
}

@inline
function nudgeAll(w: usize, error: i32, a: i32, b: i32, c: i32, d: i32, e: i32, f: i32): void {
  nudge(w, a, error)
  nudge(w + 4, b, error)
  nudge(w + 8, c, error)
  nudge(w + 12, d, error)
  nudge(w + 16, e, error)
  nudge(w + 20, f, error)
}

/** Codes a bit in the contexts that were set, and learns from it. */
export function codeInContexts(bit: u32): u32 {
  const a = stretched(c0)
  const b = stretched(c1)
  const c = stretched(c2)
  const d = stretched(c3)
  const e = stretched(c4)
  const f = stretched(c5)
  const x = sum(first, a, b, c, d, e, f)
  const y = sum(second, a, b, c, d, e, f)
  bit = codeBit(bit, max(min(squashed((x + y) >> 1), 65512), 24))
  const target = bit ? 65535 : 0
  nudgeAll(first, ((target - squashed(x)) * 3) >> 3, a, b, c, d, e, f)
  nudgeAll(second, ((target - squashed(y)) * 3) >> 3, a, b, c, d, e, f)
  const goal = bit ? 4194303 : 0
  learn(c0, goal)
  learn(c1, goal)
  learn(c2, goal)
  learn(c3, goal)
  learn(c4, goal)
  learn(c5, goal)
  return bit
}

/** Codes a bit that is as often 0 as 1. */
@inline
export function codeEven(bit: u32): u32 {
  return codeBit(bit, 32768)
}
