/**
 * The plain twin of the noise kernels: the same bits, one number at a time. The algorithms and their sources are
 * told in assembly/noise.ts; the stream that uses either in noise.ts; the other kernels in reference.ts.
 */
import type { BoundKernels } from './kernels.js'
import type { WasmMemory } from './webassembly.js'

const f32 = Math.fround
const lanes = 4

type NoiseKernels = Pick<BoundKernels, 'randomWords' | 'wordsToUniform' | 'wordsToNormal' | 'wordsToMask'>

/** The noise kernels over one memory, in plain TypeScript. */
export function referenceNoise(memory: WasmMemory): NoiseKernels {
  const floatsAt = (address: number, length: number) => new Float32Array(memory.buffer, address, length)
  const wordsAt = (address: number, length: number) => new Uint32Array(memory.buffer, address, length)
  return {
    randomWords(state, target, length) {
      const s = wordsAt(state, 4 * lanes)
      const words = wordsAt(target, length)
      for (let i = 0; i < length; i++) words[i] = nextWord(s, i % lanes)
    },
    wordsToUniform(target, length) {
      const words = wordsAt(target, length)
      const floats = floatsAt(target, length)
      for (let i = 0; i < length; i++) floats[i] = (words[i]! >>> 8) * 2 ** -24
    },
    wordsToMask(target, length, limit, value) {
      const words = wordsAt(target, length)
      const floats = floatsAt(target, length)
      for (let i = 0; i < length; i++) floats[i] = words[i]! >>> 1 <= limit ? value : 0
    },
    wordsToNormal(target, length) {
      const words = wordsAt(target, length)
      const floats = floatsAt(target, length)
      for (let i = 0; i < length; i += 2 * lanes) {
        for (let lane = i; lane < i + lanes; lane++) {
          const [a, b] = normalPair(words[lane]!, words[lane + lanes]!)
          floats[lane] = a
          floats[lane + lanes] = b
        }
      }
    },
  }
}

/** One word of xoshiro128++ from the lane's four words of state, s[lane], s[lane + 4], … */
function nextWord(s: Uint32Array, lane: number): number {
  const [i0, i1, i2, i3] = [lane, lane + lanes, lane + 2 * lanes, lane + 3 * lanes]
  const word = (rotateLeft(s[i0]! + s[i3]!, 7) + s[i0]!) >>> 0
  const shifted = s[i1]! << 9
  s[i2]! ^= s[i0]!
  s[i3]! ^= s[i1]!
  s[i1]! ^= s[i2]!
  s[i0]! ^= s[i3]!
  s[i2]! ^= shifted
  s[i3] = rotateLeft(s[i3]!, 11)
  return word
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Two independent standard normal numbers from two words (Box–Muller). */
function normalPair(radiusWord: number, angleWord: number): [number, number] {
  const radius = f32(Math.sqrt(minusTwoLog(radiusWord)))
  const x = f32(f32(angleWord << 2) * 2 ** -31)
  const z = f32(x * x)
  const sine = f32(x * polynomial(sineCoefficients, z))
  const cosine = polynomial(cosineCoefficients, z)
  const signed = angleWord >>> 31 === 1 ? -radius : radius
  const swapped = ((angleWord >>> 30) & 1) === 1
  return swapped ? [signed * sine, signed * cosine] : [signed * cosine, signed * sine]
}

const bits = new DataView(new ArrayBuffer(4))

/** −2·ln(u) for u = (top 31 bits + ½)·2⁻³¹. */
function minusTwoLog(word: number): number {
  bits.setFloat32(0, f32(f32(word >>> 1) + 0.5) * 2 ** -31)
  const pattern = bits.getInt32(0)
  const exponent = (pattern - 0x3f3504f3) >> 23
  bits.setInt32(0, pattern - (exponent << 23))
  const f = f32(bits.getFloat32(0) - 1)
  return f32(f32(polynomial(logCoefficients, f) * f) + f32(exponent * f32(-2 * Math.LN2)))
}

/** Horner's rule in float32, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => f32(f32(sum * x) + coefficient))
}

const logCoefficients = toFloat32([
  0.20213785767555237, -0.32445159554481506, 0.34501659870147705, -0.39800330996513367, 0.4993981719017029,
  -0.6667011976242065, 1.0000072717666626, -1.9999998807907104,
])
const sineCoefficients = toFloat32([
  -3.59504520019982e-5, 0.00249000103212893, -0.08074543625116348, 0.7853981852531433,
])
const cosineCoefficients = toFloat32([
  -0.00031872783438302577, 0.015849683433771133, -0.308424174785614, 0.9999999403953552,
])

function toFloat32(numbers: readonly number[]): readonly number[] {
  return [...Float32Array.from(numbers)]
}
