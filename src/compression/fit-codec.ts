/**
 * Fits a codec to photographs: crops of them at steps from fine to coarse, the entropy model over those, and by how much
 * values are drawn in towards 0 (the mean of what was rounded to each).
 */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import type { Engine, WasmModule } from '../engine/index.js'
import { coefficientCoder } from './coefficient-coder.js'
import type { CodecModel } from './codec-model.js'
import type { EntropyModel } from './entropy-model.js'
import { fitEntropyModel, type Sample } from './fit-entropy-model.js'
import { channelCount, planeChannels } from './latent-layout.js'
import { orthonormalBorder } from './lapped-transform.js'
import { tileCoder } from './tile-coder.js'
import { pixelsAround, tilesOf, type Pixels } from './tiles.js'

/** Steps that crops are coded at, in turn. */
const steps = [11, 64, 22, 110, 16, 45, 80, 13, 32] as const
/** Squared error, in squared steps, that a bit is worth. */
export const defaultLambda = 0.105

/** What a fit runs on. */
export interface FitCodecOptions extends LongWork {
  readonly engine: Engine
  readonly code: WasmModule
  /** Threads of the engine (default 1). */
  readonly threads?: number
  /** `[8, 8]`: the border matrix of the transform (default: Malvar's, which is orthonormal). */
  readonly border?: Float32Array
  /** An entropy model to start from. */
  readonly base?: EntropyModel
}

/**
 * @param crops photographs or parts of them, each of one tile at most (1,024 × 1,024 pixels)
 * @throws HG_INTERRUPTED
 */
export async function fitCodec(
  crops: readonly Pixels[],
  {
    engine,
    code,
    threads = 1,
    border = Float32Array.from(orthonormalBorder()),
    base,
    ...work
  }: FitCodecOptions,
): Promise<Pick<CodecModel, 'entropy' | 'weights'>> {
  const blank = { border, shrinkage: new Float32Array(2 * channelCount) }
  const report = progressOf('transforming', work.onProgress)
  const samples: Sample[] = []
  const transform = tileCoder({ engine, coder: undefined, weights: blank, threads })
  try {
    for (const [i, crop] of crops.entries()) {
      throwIfAborted(work.signal, `transforming crop ${i + 1} of ${crops.length}`)
      const [tile] = tilesOf(crop.width, crop.height, crop.channels)
      const latent = await transform.analyze(pixelsAround(crop, tile!), tile!)
      samples.push({ ...tile!, latent, step: steps[i % steps.length]!, lambda: defaultLambda })
      report((i + 1) / crops.length, `crop ${i + 1} of ${crops.length}`)
    }
  } finally {
    await transform.dispose()
  }
  const entropy = await fitEntropyModel(code, samples, { ...work, ...(base && { base }) })
  const shrinkage = shrinkageOf(samples, coefficientCoder(code, entropy))
  return { entropy, weights: { ...blank, shrinkage } }
}

/** `[2, 768]`: by how much, in steps, magnitudes of 1, and larger ones, stand for less than they say. */
function shrinkageOf(samples: readonly Sample[], coder: ReturnType<typeof coefficientCoder>): Float32Array {
  const sums = new Float64Array(2 * channelCount)
  const counts = new Float64Array(2 * channelCount)
  for (const sample of samples) {
    const { values } = coder.encode(sample, sample)
    values.forEach((value, i) => {
      if (value === 0) return
      const at = (i % channelCount) + (Math.abs(value) > 1 ? channelCount : 0)
      counts[at]!++
      sums[at]! += Math.abs(value) - (Math.sign(value) * sample.latent[i]!) / sample.step
    })
  }
  // A few counts of no shrinkage, so that what was hardly met stays near none; the lowest are not chosen: none.
  return Float32Array.from(sums, (sum, at) =>
    at % planeChannels === 0 ? 0 : Math.max(0, Math.min(0.4, sum / (counts[at]! + 20))),
  )
}
