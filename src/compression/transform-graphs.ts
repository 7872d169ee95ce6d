/**
 * The encoder and the decoder of images as graphs.
 *
 *     pixels ─► colours apart ─► windows of 32, every 16, down and across ─► latent ─► quantised, coded (in integers)
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
  div,
  graph,
  greater,
  input,
  maximum,
  minimum,
  mul,
  reduceSum,
  reshape,
  sign,
  slice,
  square,
  sub,
  tensor,
  transpose,
  where,
  type Graph,
  type Value,
} from '../graph/index.js'
import { gradients } from '../gradient/index.js'
import { constantWeights } from '../layers/index.js'
import type { Weights } from '../training/index.js'
import { blockSize, planeChannels, planeCount } from './latent-layout.js'
import { lappedTransform, overlap, windowSize } from './lapped-transform.js'
import { restorationNetwork, restorationReach } from './restoration.js'
import type { Pixels } from './tiles.js'

/** What the transforms learn. */
export interface TransformWeights {
  /** `[8, 8]`: the border matrix of the lapped transform. */
  readonly border: Float32Array
  /** `[2, 768]`: by how much, in steps, a magnitude of 1, and a larger one, is drawn in towards 0. */
  readonly shrinkage: Float32Array
  /** Of restoration.ts, by name; without them nothing is restored. */
  readonly restoration?: Weights
}

/** Blocks around a tile that its decoder needs: what the restoration can see, and one that overlaps with it. */
export const margin = restorationReach / blockSize + 1

const [third, half, sixth] = [Math.sqrt(1 / 3), Math.sqrt(1 / 2), Math.sqrt(1 / 6)]
/** `[3, 3]`, orthonormal: brightness, red against blue, green against both. */
const colorMatrix = [third, third, third, half, 0, -half, -sixth, 2 * sixth, -sixth] as const

/** Middle of the range of pixels. */
const grey = 128

/** A plane of an image at the pixel of a number, as the encoder sees it: in levels, grey at 0. */
export function planeAt({ channels, data }: Pixels, plane: number, pixel: number): number {
  let sum = 0
  for (let c = 0; c < 3; c++)
    sum += colorMatrix[3 * plane + c]! * (data[channels * pixel + (channels === 3 ? c : 0)]! - grey)
  return sum
}

/**
 * From pixels to the latent.
 *
 * Input `pixels`, `[1, 3, 16 rows + 16, 16 columns + 16]`, 0 to 255, with 8 pixels around the tile; output `latent`,
 * `[rows, columns, 3, 256]`.
 */
export function analysisGraph({ border }: TransformWeights, columns: number, rows: number): Graph {
  const shape = pixelShape(columns, rows)
  const pixels = input('pixels', 'float32', shape)
  const planes = transpose(conv(sub(pixels, grey), matrix(colorMatrix)), [1, 0, 2, 3])
  const { analysis } = lappedTransform(border)
  const columnwise = conv(planes, windowsDown(analysis), { strides: [blockSize, 1] })
  const lines = reshape(columnwise, [planeCount * blockSize, 1, rows, shape[3]!])
  const latent = conv(lines, windowsAcross(analysis), { strides: [1, blockSize] })
  const apart = reshape(latent, [planeCount, planeChannels, rows, columns])
  return graph({ latent: transpose(apart, [2, 3, 0, 1]) }, { name: 'codec-encoder' })
}

/**
 * From values to pixels.
 *
 * Inputs `values`, `[rows + 6, columns + 6, 3, 256]`, whole numbers, with three blocks around the tile, `step` and `logStep`
 * (its log₂), `[1, 1, 1, 1]`; output `pixels`, `[1, 3, 16 rows, 16 columns]`, 0 to 255, not rounded.
 */
export function synthesisGraph(weights: TransformWeights, columns: number, rows: number): Graph {
  const inputs = synthesisInputs(columns, rows)
  return graph(
    { pixels: decodedPixels(weights, inputs, { columns, rows, around: 0 }) },
    { name: 'codec-decoder', inputs: Object.values(inputs) },
  )
}

/**
 * One step of descent for an encoder: what the latent should have been for a decoder that makes pixels out of these values.
 *
 *     refined = values · step − ∂ ½ (pixels − decoded)² / ∂ (values · step)
 *
 * Inputs as of `synthesisGraph`, and `pixels` as of `analysisGraph`; output `latent`, `[rows, columns, 3, 256]`. Choosing values
 * for it anew is a proximal gradient step on error plus λ bits (Daubechies, Defrise & De Mol 2004): it knows what the
 * transform alone does not, errors that overlap, values drawn in, pixels beyond black and white, the restoration.
 */
export function refinementGraph(weights: TransformWeights, columns: number, rows: number): Graph {
  const inputs = synthesisInputs(columns, rows)
  const pixels = input('pixels', 'float32', pixelShape(columns, rows))
  const decoded = decodedPixels(weights, inputs, { columns, rows, around: overlap })
  const [slope] = gradients(mul(reduceSum(square(sub(pixels, decoded))), 0.5), [inputs.values])
  const step = reshape(inputs.step, [1])
  const refined = sub(mul(inputs.values, step), div(slope!, step))
  const latent = slice(
    refined,
    [rows, columns].map((blocks, axis) => ({ axis, start: margin, end: margin + blocks })),
  )
  return graph({ latent }, { name: 'codec-refinement', inputs: [...Object.values(inputs), pixels] })
}

/** The same as far as the planes before restoration: `planes`, `[1, 3, 16 rows, 16 columns]`, grey at 0. */
export function planesGraph(weights: TransformWeights, columns: number, rows: number): Graph {
  const inputs = synthesisInputs(columns, rows)
  return graph(
    { planes: decodedPlanes(weights, inputs, 0) },
    { name: 'codec-planes', inputs: Object.values(inputs) },
  )
}

/** A tile of pixels with its surroundings, `[1, 3, 16 rows + 16, 16 columns + 16]`. */
export const pixelShape = (columns: number, rows: number): readonly number[] => [
  1,
  planeCount,
  blockSize * rows + 2 * overlap,
  blockSize * columns + 2 * overlap,
]

const synthesisInputs = (columns: number, rows: number) => ({
  values: input('values', 'float32', [rows + 2 * margin, columns + 2 * margin, planeCount, planeChannels]),
  step: input('step', 'float32', [1, 1, 1, 1]),
  logStep: input('logStep', 'float32', [1, 1, 1, 1]),
})

type SynthesisInputs = ReturnType<typeof synthesisInputs>

/** Pixels of a tile and of `around` pixels at each side of it, 0 to 255, not rounded. */
function decodedPixels(
  weights: TransformWeights,
  inputs: SynthesisInputs,
  { columns, rows, around }: { readonly columns: number; readonly rows: number; readonly around: number },
): Value {
  const planes = decodedPlanes(weights, inputs, restorationReach + around)
  const restored = weights.restoration ? restoredPlanes(weights.restoration, planes, inputs) : planes
  const wanted = slice(
    restored,
    [rows, columns].map((blocks, i) => ({
      axis: 2 + i,
      start: restorationReach,
      end: restorationReach + 2 * around + blocks * blockSize,
    })),
  )
  const back = Array.from({ length: 9 }, (_, i) => colorMatrix[(i % 3) * 3 + Math.floor(i / 3)]!)
  return minimum(maximum(add(conv(wanted, matrix(back)), grey), 0), 255)
}

/** Planes of a tile and of `around` pixels at each side of it. */
function decodedPlanes(weights: TransformWeights, { values, step }: SynthesisInputs, around: number): Value {
  const latent = mul(drawnIn(values, weights.shrinkage), reshape(step, [1]))
  const [rows, columns] = (values.shape as number[]).slice(0, 2) as [number, number]
  const cut = overlap + margin * blockSize - around
  const { synthesis } = lappedTransform(weights.border)
  const lines = reshape(transpose(latent, [2, 3, 0, 1]), [planeCount * blockSize, blockSize, rows, columns])
  const across = convTranspose(lines, windowsAcross(synthesis), {
    strides: [1, blockSize],
    pads: [0, cut, 0, cut],
  })
  const width = blockSize * (columns - 2 * margin) + 2 * around
  const planes = convTranspose(
    reshape(across, [planeCount, blockSize, rows, width]),
    windowsDown(synthesis),
    { strides: [blockSize, 1], pads: [cut, 0, cut, 0] },
  )
  return transpose(planes, [1, 0, 2, 3])
}

function restoredPlanes(given: Weights, planes: Value, { step, logStep }: SynthesisInputs): Value {
  const network = restorationNetwork()
  const context = constantWeights(network.parameters, given)
  return add(planes, network.correction({ planes, step, logStep }, context))
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

// One direction after the other: 192 products for each pixel, where windows of both directions at once take 3,072.
const windowsDown = (windows: readonly Float64Array[]): Value => windowKernel(windows, [windowSize, 1])
const windowsAcross = (windows: readonly Float64Array[]): Value => windowKernel(windows, [1, windowSize])

const windowKernel = (windows: readonly Float64Array[], size: readonly [number, number]): Value =>
  constant(
    tensor('float32', [blockSize, 1, ...size], Float32Array.from(windows.flatMap((window) => [...window]))),
  )
