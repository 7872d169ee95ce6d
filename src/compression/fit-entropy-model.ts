/**
 * Fits an entropy model to latents of photographs, without any labels or a network: first the weights of neighbourhoods,
 * then the state of counters and mixtures, by coding the tiles one after the other.
 *
 * Weights: a magnitude is taken to be exponential around w·m + w₀, m being its neighbours' magnitudes; the likelihood is
 * maximised over w ≥ 0 by multiplicative updates (Lee & Seung 2001, with the Itakura–Saito divergence of Févotte, Bertin &
 * Durrieu 2009, whose square root makes every step an improvement).
 */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import type { WasmModule } from '../engine/index.js'
import { coefficientCoder, type Choice, type TileShape } from './coefficient-coder.js'
import { blankModel, type EntropyModel, type WeightedNeighborhood } from './entropy-model.js'
import { channelCount, planeChannels } from './latent-layout.js'
import { neighborhoods, type Neighborhood } from './neighborhoods.js'

/** A latent at one step. */
export type Sample = TileShape & Choice

/** Times that a counter counts as met when a model ships: fewer, and it learns an image's own ways sooner. */
const mostMeetings = 24
/** Blocks that the weights of a coefficient are fitted to. */
const blocksOfFit = 6000
/** Blocks below which weights of their own would be chance. */
const leastBlocks = 3000
const updates = 60
/** What w₀ stands beside. */
const constantInput = 0.02

/**
 * A model of the samples.
 *
 * @param options.base a model to start from: its counters and mixtures, and of few samples also its neighbourhoods
 * @throws HG_INTERRUPTED
 */
export async function fitEntropyModel(
  code: WasmModule,
  samples: readonly Sample[],
  { base, onProgress, signal }: LongWork & { readonly base?: EntropyModel } = {},
): Promise<EntropyModel> {
  const report = progressOf('fitting the entropy model', onProgress)
  const weighted = await weighedBySamples(samples, base, { onProgress, signal })
  const start = base === undefined ? blankModel(weighted) : { ...open(base), neighborhoods: weighted }
  const coder = coefficientCoder(code, start, { keepsState: true })
  for (const [i, sample] of samples.entries()) {
    throwIfAborted(signal, `fitting the entropy model, tile ${i + 1} of ${samples.length}`)
    // Nothing is known yet of the first one: choosing would find all but zeros too dear.
    coder.encode(sample, base !== undefined || i > 0 ? sample : { ...sample, lambda: 0 })
    report(0.8 + (0.2 * i) / samples.length, `tile ${i + 1} of ${samples.length}`)
    if (i % 16 === 0) await new Promise((resolve) => setTimeout(resolve))
  }
  const { counters, mixtures } = coder.state()
  return open({ ...start, counters, mixtures })
}

/** A model whose counters are ready to learn, rounded as its file has them: 16 bits of probability. */
const open = (model: EntropyModel): EntropyModel => ({
  ...model,
  counters: model.counters.map((state) => (state >>> 16) * 65536 + Math.min(state % 1024, mostMeetings)),
})

/** Neighbourhoods with weights; those of the base where there are too few blocks to weigh them by. */
async function weighedBySamples(
  samples: readonly Sample[],
  base: EntropyModel | undefined,
  { onProgress, signal }: LongWork,
): Promise<readonly WeightedNeighborhood[]> {
  const blocks = samples.reduce((sum, { columns, rows }) => sum + columns * rows, 0)
  if (base !== undefined && blocks < leastBlocks) return base.neighborhoods
  const report = progressOf('fitting the entropy model', onProgress)
  const clouds = samples.map((sample) => ({ ...sample, magnitudes: magnitudesOf(sample) }))
  const all = neighborhoods()
  const weighted: WeightedNeighborhood[] = []
  for (const [place, neighborhood] of all.entries()) {
    throwIfAborted(signal, `fitting the entropy model, coefficient ${place + 1} of ${all.length}`)
    weighted.push(weigh(place, neighborhood, clouds))
    if (place % 16 === 0) await new Promise((resolve) => setTimeout(resolve))
    report((0.8 * place) / all.length, `coefficient ${place + 1} of ${all.length}`)
  }
  return weighted
}

interface Cloud extends TileShape {
  readonly magnitudes: Uint8Array
}

/** Magnitudes as the coder keeps them; those of the lowest coefficients are what a prediction by the left leaves. */
function magnitudesOf({ latent, step, columns }: Sample): Uint8Array {
  const deadZone = 0.6
  return Uint8Array.from(latent, (value, i) => {
    if (i % planeChannels !== 0) return Math.min(255, Math.floor(Math.abs(value) / step + 1 - deadZone))
    const block = Math.floor(i / channelCount)
    const west = block % columns > 0 ? latent[i - channelCount]! : value
    return Math.min(255, Math.round((0.7 * Math.abs(value - west)) / step))
  })
}

function weigh(place: number, neighborhood: Neighborhood, clouds: readonly Cloud[]): WeightedNeighborhood {
  const neighbors = neighborhood.flat()
  const width = neighbors.length + 1
  const { inputs, targets } = gather(place, neighbors, clouds)
  const weights = new Float64Array(width).fill(0.9 / width)
  weights[width - 1] = 1
  for (let update = 0; update < updates; update++) improve(weights, inputs, targets)
  let at = 0
  return neighborhood.map((part) =>
    part
      .map((neighbor) => ({ ...neighbor, weight: Math.min(255, Math.round(64 * weights[at++]!)) }))
      .filter(({ weight }) => weight > 0),
  ) as unknown as WeightedNeighborhood
}

/** Neighbours' magnitudes and the coefficient's own, of blocks evenly spread; most empty surroundings are left out. */
function gather(
  place: number,
  neighbors: readonly { right: number; down: number; place: number }[],
  clouds: readonly Cloud[],
) {
  const blocks = clouds.reduce((sum, { columns, rows }) => sum + columns * rows, 0)
  const stride = Math.max(1, Math.floor(blocks / blocksOfFit))
  const inputs: number[] = []
  const targets: number[] = []
  let met = place % stride
  for (const { columns, rows, magnitudes } of clouds) {
    for (; met < columns * rows; met += stride) {
      const [column, row] = [met % columns, Math.floor(met / columns)]
      const near = neighbors.map(({ right, down, place: other }) => {
        const [x, y] = [column + right, row + down]
        return x < 0 || y < 0 || x >= columns || y >= rows
          ? 0
          : magnitudes[(y * columns + x) * channelCount + other]!
      })
      const target = magnitudes[met * channelCount + place]!
      if (target === 0 && near.every((magnitude) => magnitude === 0) && met % 4 !== 0) continue
      inputs.push(...near, constantInput)
      targets.push(target)
    }
    met -= columns * rows
  }
  return { inputs: Float32Array.from(inputs), targets: Float32Array.from(targets) }
}

/** w ← w √( Σ m y/b² ∕ Σ m/b ) with b = w·m. */
function improve(weights: Float64Array, inputs: Float32Array, targets: Float32Array): void {
  const width = weights.length
  const up = new Float64Array(width)
  const down = new Float64Array(width).fill(1e-9)
  for (let i = 0; i < targets.length; i++) {
    let expected = 1e-4
    for (let j = 0; j < width; j++) expected += weights[j]! * inputs[i * width + j]!
    const [pull, push] = [targets[i]! / (expected * expected), 1 / expected]
    for (let j = 0; j < width; j++) {
      const input = inputs[i * width + j]!
      if (input === 0) continue
      up[j]! += input * pull
      down[j]! += input * push
    }
  }
  for (let j = 0; j < width; j++) weights[j] = Math.max(1e-6, weights[j]! * Math.sqrt(up[j]! / down[j]!))
}
