/**
 * The encoder and the decoder of images as graphs.
 *
 *     pixels ─► colours apart ─► windows of 32 × 32, every 16 ─► latent ─► quantised, coded (in integers)
 *     pixels ◄─ colours back ◄─ restoration ◄─ windows laid over each other ◄─ values · step, drawn in a little towards 0
 *
 * Colours are turned by an orthonormal matrix (the principal directions of photographs, nearly), so that squared errors of
 * red, green and blue are squared errors of the latent.
 */
import {
  abs,
  add,
  constant,
  conv,
  convTranspose,
  graph,
  greater,
  input,
  maximum,
  minimum,
  mul,
  reshape,
  sign,
  slice,
  sub,
  tensor,
  transpose,
  where,
  type Graph,
  type Value,
} from '../graph/index.js'
import type { Weights } from '../training/index.js'
import { blockSize, planeChannels, planeCount } from './latent-layout.js'
import { overlap, windowSize } from './lapped-transform.js'
import { restorationNetwork, restorationReach } from './restoration.js'

/** What the transforms learn. */
export interface TransformWeights {
  /** `[256, 32, 32]`: what a coefficient is made of. */
  readonly analysis: Float32Array
  /** `[256, 32, 32]`: what it makes. */
  readonly synthesis: Float32Array
  /** `[2, 768]`: by how much, in steps, a magnitude of 1, and a larger one, is drawn in towards 0. */
  readonly shrinkage: Float32Array
  /** Of restoration.ts, by name; without them nothing is restored. */
  readonly restoration?: Weights
}

/** Blocks around a tile that its decoder needs: what the restoration can see, and one that overlaps with it. */
export const margin = restorationReach / blockSize + 1

const [third, half, sixth] = [Math.sqrt(1 / 3), Math.sqrt(1 / 2), Math.sqrt(1 / 6)]
/** `[3, 3]`, orthonormal: brightness, red against blue, green against both. */
export const colorMatrix = [third, third, third, half, 0, -half, -sixth, 2 * sixth, -sixth] as const

/** Middle of the range of pixels. */
const grey = 128

/**
 * From pixels to the latent.
 *
 * Input `pixels`, `[1, 3, 16 rows + 16, 16 columns + 16]`, 0 to 255, with 8 pixels around the tile; output `latent`,
 * `[rows, columns, 3, 256]`.
 */
export function analysisGraph({ analysis }: TransformWeights, columns: number, rows: number): Graph {
  const [height, width] = [blockSize * rows + 2 * overlap, blockSize * columns + 2 * overlap]
  const pixels = input('pixels', 'float32', [1, planeCount, height, width])
  const planes = transpose(conv(sub(pixels, grey), matrix(colorMatrix)), [1, 0, 2, 3])
  const latent = conv(planes, kernelOf(analysis), { strides: [blockSize, blockSize] })
  return graph({ latent: transpose(latent, [2, 3, 0, 1]) }, { name: 'codec-encoder' })
}

/**
 * From values to pixels.
 *
 * Inputs `values`, `[rows + 6, columns + 6, 3, 256]`, whole numbers, with three blocks around the tile, `step` and `logStep`
 * (its log₂), `[1, 1, 1, 1]`; output `pixels`, `[1, 3, 16 rows, 16 columns]`, 0 to 255, not rounded.
 */
export function synthesisGraph(weights: TransformWeights, columns: number, rows: number): Graph {
  const inputs = synthesisInputs(columns, rows)
  const planes = decodedPlanes(weights, inputs, restorationReach)
  const restored = weights.restoration ? restoredPlanes(weights.restoration, planes, inputs) : planes
  const back = Array.from({ length: 9 }, (_, i) => colorMatrix[(i % 3) * 3 + Math.floor(i / 3)]!)
  const pixels = add(conv(inner(restored, columns, rows), matrix(back)), grey)
  return graph(
    { pixels: minimum(maximum(pixels, 0), 255) },
    { name: 'codec-decoder', inputs: Object.values(inputs) },
  )
}

/** The same as far as the planes before restoration: `planes`, `[1, 3, 16 rows, 16 columns]`, grey at 0. */
export function planesGraph(weights: TransformWeights, columns: number, rows: number): Graph {
  const inputs = synthesisInputs(columns, rows)
  return graph(
    { planes: decodedPlanes(weights, inputs, 0) },
    { name: 'codec-planes', inputs: Object.values(inputs) },
  )
}

const synthesisInputs = (columns: number, rows: number) => ({
  values: input('values', 'float32', [rows + 2 * margin, columns + 2 * margin, planeCount, planeChannels]),
  step: input('step', 'float32', [1, 1, 1, 1]),
  logStep: input('logStep', 'float32', [1, 1, 1, 1]),
})

type SynthesisInputs = ReturnType<typeof synthesisInputs>

/** Planes of a tile and of `around` pixels at each side of it. */
function decodedPlanes(weights: TransformWeights, { values, step }: SynthesisInputs, around: number): Value {
  const latent = mul(drawnIn(values, weights.shrinkage), reshape(step, [1]))
  const cut = overlap + margin * blockSize - around
  const planes = convTranspose(transpose(latent, [2, 3, 0, 1]), kernelOf(weights.synthesis), {
    strides: [blockSize, blockSize],
    pads: [cut, cut, cut, cut],
  })
  return transpose(planes, [1, 0, 2, 3])
}

function restoredPlanes(given: Weights, planes: Value, { step, logStep }: SynthesisInputs): Value {
  const network = restorationNetwork()
  const shapes = new Map(network.parameters.map(({ name, shape }) => [name, shape]))
  const weight = (name: string): Value => constant(tensor('float32', shapes.get(name)!, given[name]!))
  return add(planes, network.correction({ planes, step, logStep }, { weight }))
}

/** The tile alone. */
const inner = (planes: Value, columns: number, rows: number): Value =>
  slice(
    planes,
    [rows, columns].map((blocks, i) => ({
      axis: 2 + i,
      start: restorationReach,
      end: restorationReach + blocks * blockSize,
    })),
  )

/** A magnitude stands for an interval in which smaller ones are likelier: nearer to 0 than its middle. */
function drawnIn(values: Value, shrinkage: Float32Array): Value {
  const table = (from: number): Value =>
    constant(
      tensor(
        'float32',
        [planeCount, planeChannels],
        shrinkage.slice(from, from + planeCount * planeChannels),
      ),
    )
  const by = where(greater(abs(values), 1.5), table(planeCount * planeChannels), table(0))
  return sub(values, mul(sign(values), by))
}

const matrix = (numbers: readonly number[]): Value =>
  constant(tensor('float32', [3, 3, 1, 1], Float32Array.from(numbers)))

const kernelOf = (weights: Float32Array): Value =>
  constant(tensor('float32', [planeChannels, 1, windowSize, windowSize], weights))
