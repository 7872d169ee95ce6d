/**
 * Rate–distortion optimised quantisation, for encoders alone: of the values that a coefficient could take, the one with
 * the least squared error plus λ bits, the bits being estimated from the counters as they stand. Then the whole band
 * against an empty one. Sullivan & Wiegand (1998); floating point is fine here, since a reader never does it.
 *
 * Squared errors are in units of the squared step, and so is λ.
 */
import { chance, c1, c3 } from './mixing'
import { expected, levelOf, sizeCounter, zeroCounter } from './bands'

let wanted: usize = 0 // f32[rows][columns][channels]: the latent
let scale: f32 = 1 // what makes steps of it
let lambda: f32 = 0
let bitsTable: usize = 0 // f32[4097]: −log₂ of probabilities in 4,096ths

/** Whether values are chosen here (else they are coded as they stand). */
export let choosing: bool = false

/** Chooses values for the latent at `wantedAt`, times `steps`, from now on; 0: takes values as they stand. */
export function setChoice(wantedAt: usize, steps: f32, lambdaInSquaredSteps: f32, bitsAt: usize): void {
  wanted = wantedAt
  scale = steps
  choosing = wantedAt != 0
  lambda = lambdaInSquaredSteps
  bitsTable = bitsAt
}

@inline
function bits(ones: u32): f32 {
  return load<f32>(bitsTable + (<usize>(ones >> 4) << 2))
}

/** Bits for a magnitude of at least 1, beyond the bit that says so: its size and its sign. */
function sizeBits(size: i32, plane: i32, pass: i32, level: i32): f32 {
  let sum: f32 = 1
  for (let known = 1; known < min(size, 15); known++) sum += bits(chance(sizeCounter(plane, pass, known, level)))
  return size < 15 ? sum + bits(65536 - chance(sizeCounter(plane, pass, size, level))) : sum
}

/** Whether a band has nothing that would round to other than 0. */
@inline
function isFaint(scan: usize, start: i32, end: i32, at: usize): bool {
  for (let i = start; i < end; i++)
    if (abs(load<f32>(wanted + ((at + <usize>load<u16>(scan + (<usize>i << 1))) << 2))) * scale >= 0.5) return false
  return true
}

/** Writes the chosen values of a band, all 0 if that is cheapest. The contexts of its emptiness must have been set. */
export function chooseBand(
  scan: usize,
  start: i32,
  end: i32,
  block: usize,
  own: usize,
  at: usize,
  band: i32,
  plane: i32,
  pass: i32,
): void {
  if (isFaint(scan, start, end, at)) {
    for (let i = start; i < end; i++) store<i16>(own + (<usize>load<u16>(scan + (<usize>i << 1)) << 1), 0)
    return
  }
  const filled = (chance(c1) + chance(c3)) >> 1
  let costEmpty: f32 = lambda * bits(65536 - filled)
  let costFilled: f32 = lambda * bits(filled)
  for (let i = start; i < end; i++) {
    const k = <i32>load<u16>(scan + (<usize>i << 1))
    const target = load<f32>(wanted + ((at + k) << 2)) * scale
    const length = abs(target)
    const level = levelOf(expected(block, k, 0) + expected(block, k, 1) + expected(block, k, 2))
    const some = chance(zeroCounter(band, level))
    const nearest = <i32>min<f32>(length + 0.5, 32000)
    let best = 0
    let cost: f32 = length * length + lambda * bits(65536 - some)
    costEmpty += length * length
    for (let size = max(1, nearest - 1); size <= nearest; size++) {
      const error = length - <f32>size
      const other = error * error + lambda * (bits(some) + sizeBits(size, plane, pass, level))
      if (other >= cost) continue
      cost = other
      best = size
    }
    costFilled += cost
    store<i16>(own + (<usize>k << 1), <i16>(target < 0 ? -best : best))
    store<u8>(block + k, <u8>min(best, 255))
  }
  const empty = costEmpty <= costFilled
  for (let i = start; i < end; i++) {
    const k = <i32>load<u16>(scan + (<usize>i << 1))
    store<u8>(block + k, 0)
    if (empty) store<i16>(own + (<usize>k << 1), 0)
  }
}
