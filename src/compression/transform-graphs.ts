/**
 * The encoder and the decoder of images as graphs.
 *
 *     pixels ─► colours apart ─► windows of 32 × 32, every 16 ─► latent ─► quantised, coded (in integers)
 *     pixels ◄─ colours back ◄─ windows laid over each other ◄─ values · step, drawn in a little towards 0
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
  sign,
  sub,
  tensor,
  transpose,
  where,
  type Graph,
  type Value,
} from '../graph/index.js'
import { blockSize, planeChannels, planeCount } from './latent-layout.js'
import { overlap, windowSize } from './lapped-transform.js'

/** What the transforms learn. */
export interface TransformWeights {
  /** `[256, 32, 32]`: what a coefficient is made of. */
  readonly analysis: Float32Array
  /** `[256, 32, 32]`: what it makes. */
  readonly synthesis: Float32Array
  /** `[2, 768]`: by how much, in steps, a magnitude of 1, and a larger one, is drawn in towards 0. */
  readonly shrinkage: Float32Array
}

/** Blocks around a tile that its decoder needs. */
export const margin = 1

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
 * Inputs `values`, `[rows + 2, columns + 2, 3, 256]`, whole numbers, with one block around the tile, and `step`, `[1]`;
 * output `pixels`, `[1, 3, 16 rows, 16 columns]`, 0 to 255, not rounded.
 */
export function synthesisGraph(weights: TransformWeights, columns: number, rows: number): Graph {
  const shape = [rows + 2 * margin, columns + 2 * margin, planeCount, planeChannels]
  const values = input('values', 'float32', shape)
  const step = input('step', 'float32', [1])
  const latent = mul(drawnIn(values, weights.shrinkage), step)
  const cut = overlap + margin * blockSize
  const planes = convTranspose(transpose(latent, [2, 3, 0, 1]), kernelOf(weights.synthesis), {
    strides: [blockSize, blockSize],
    pads: [cut, cut, cut, cut],
  })
  const back = Array.from({ length: 9 }, (_, i) => colorMatrix[(i % 3) * 3 + Math.floor(i / 3)]!)
  const pixels = add(conv(transpose(planes, [1, 0, 2, 3]), matrix(back)), grey)
  return graph(
    { pixels: minimum(maximum(pixels, 0), 255) },
    { name: 'codec-decoder', inputs: [values, step] },
  )
}

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
