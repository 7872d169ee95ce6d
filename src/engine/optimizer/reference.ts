/**
 * The plain twin of the kernels: the same float32 arithmetic, one number at a time, for reading and for tests.
 * Updates give the same bits as WebAssembly; the norm is summed in float64 and agrees to 1e-6.
 * The noise half is in reference-noise.ts; the fast half in assembly/.
 */
import type { BoundKernels, Kernels } from './kernels.js'
import { referenceNoise } from './reference-noise.js'
import type { WasmMemory } from './webassembly.js'

const f32 = Math.fround

/** The kernels in plain TypeScript; about fifty times slower than `wasmKernels`. */
export const referenceKernels: Kernels = {
  name: 'reference',
  bind: (memory) => ({ ...referenceUpdates(memory), ...referenceNoise(memory) }),
}

/** Moves averages towards new values by `share` of the distance. */
function follow(averages: Float32Array, values: Float32Array, share: number): void {
  for (let i = 0; i < averages.length; i++) {
    averages[i] = averages[i]! + f32(share * f32(values[i]! - averages[i]!))
  }
}

type Updates = Pick<BoundKernels, 'adamw' | 'sgd' | 'flushTiny' | 'squaredNorm'>

function referenceUpdates(memory: WasmMemory): Updates {
  const floats = (address: number, length: number) => new Float32Array(memory.buffer, address, length)
  return {
    adamw(
      parameters,
      gradients,
      first,
      second,
      length,
      gradientScale,
      beta1,
      firstGain,
      beta2,
      keep,
      rate,
      epsilon,
      averages,
      share,
    ) {
      const [p, g] = [floats(parameters, length), floats(gradients, length)]
      const [m, v] = [floats(first, length), floats(second, length)]
      const [scale, b1, gain, b2] = [f32(gradientScale), f32(beta1), f32(firstGain), f32(beta2)]
      const [kept, r, eps] = [f32(keep), f32(rate), f32(epsilon)]
      for (let i = 0; i < length; i++) {
        const h = f32(g[i]! * scale)
        m[i] = f32(b1 * m[i]!) + f32(gain * h)
        v[i] = f32(b2 * v[i]!) + f32(h * h)
        const update = f32(m[i]! / f32(f32(Math.sqrt(v[i]!)) + eps))
        p[i] = f32(p[i]! * kept) - f32(r * update)
      }
      if (averages !== 0) follow(floats(averages, length), p, f32(share))
    },
    sgd(parameters, gradients, velocity, length, gradientScale, momentum, decay, rate, averages, share) {
      const [p, g, b] = [floats(parameters, length), floats(gradients, length), floats(velocity, length)]
      const [scale, mu, wd, r] = [f32(gradientScale), f32(momentum), f32(decay), f32(rate)]
      for (let i = 0; i < length; i++) {
        const decayed = f32(f32(g[i]! * scale) + f32(wd * p[i]!))
        b[i] = f32(mu * b[i]!) + decayed
        p[i] = p[i]! - f32(r * b[i]!)
      }
      if (averages !== 0) follow(floats(averages, length), p, f32(share))
    },
    flushTiny(numbers, length, least) {
      const x = floats(numbers, length)
      for (let i = 0; i < length; i++) if (Math.abs(x[i]!) < f32(least)) x[i] = 0
    },
    squaredNorm(numbers, length) {
      let sum = 0
      for (const x of floats(numbers, length)) sum += x * x
      return sum
    },
  }
}
