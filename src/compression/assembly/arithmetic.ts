/**
 * A binary arithmetic coder with a range of 32 bits: an interval [low, high] that every bit narrows in proportion to its
 * probability, and leading bytes that are written when both ends share them. Carries cannot happen, since only settled
 * bytes leave. Witten, Neal & Cleary (1987), in the byte-wise form that Mahoney's PAQ coders use.
 */
let low: u32 = 0
let high: u32 = 0xffffffff
let window: u32 = 0
let at: usize = 0
let end: usize = 0

/** Whether bits are written (else read). */
export let encoding: bool = true
/** Bytes that a reader took beyond the end: zeros, which a writer counts on. */
export let beyond: i32 = 0
/** Most of them in what a writer wrote: those of the window, whose last ones need not be written. */
export const mostBeyond: i32 = 4

export function startEncoding(out: usize): void {
  encoding = true
  low = 0
  high = 0xffffffff
  at = out
}

export function startDecoding(bytes: usize, size: u32): void {
  encoding = false
  low = 0
  high = 0xffffffff
  at = bytes
  end = bytes + size
  beyond = 0
  for (let i = 0; i < 4; i++) window = (window << 8) | nextByte()
}

/** Writes what settles the last interval, and returns the address after it. Zeros that a reader assumes are not written. */
export function finishEncoding(): usize {
  // The shortest number in [low, high], as a reader adds zeros: one byte if it can be.
  const one = (low + 0xffffff) & 0xff000000
  if (low == 0) return at
  if (one != 0 && one <= high) {
    store<u8>(at++, <u8>(one >> 24))
    return at
  }
  const two = (low + 0xffff) & 0xffff0000
  const value = two != 0 && two <= high ? two : low
  for (let i = 24; i >= (value == two ? 16 : 0); i -= 8) store<u8>(at++, <u8>(value >> i))
  return at
}

@inline
function nextByte(): u32 {
  if (at < end) return load<u8>(at++)
  beyond++
  return 0
}

/** Codes one bit whose probability of being 1 is `ones` / 65,536 (1 to 65,535); returns the bit. */
export function codeBit(bit: u32, ones: u32): u32 {
  const range = high - low
  const middle = low + (range >> 16) * ones + (((range & 0xffff) * ones) >> 16)
  if (!encoding) bit = window <= middle ? 1 : 0
  if (bit) high = middle
  else low = middle + 1
  while (((low ^ high) & 0xff000000) == 0) {
    if (encoding) store<u8>(at++, <u8>(high >> 24))
    else window = (window << 8) | nextByte()
    low <<= 8
    high = (high << 8) | 255
  }
  return bit
}
