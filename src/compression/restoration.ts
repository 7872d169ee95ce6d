/**
 * What the decoder learns beyond the transform: a network that sees what quantisation does to a picture and takes it back,
 * before colours are turned back.
 *
 *     planes ─┬► (planes − their mean around) / step ─┐
 *             └► planes ─► ──────────────────────────┴─► ¼: 48 channels + where in its block ─►
 *                                2 × [x + conv(relu(conv(x)))] ─► full: correction · step
 *
 * At a quarter of the size convolutions are wide and cheap. An error is some share of the step, so that is the unit of what
 * is seen and of what is predicted; and the lapped transform errs differently at the middle of a block and where blocks meet,
 * so every place in it has a bias of its own. Such a network after a codec is as old as Dong et al. (2015), arXiv
 * 1504.06993; here it is trained on what this codec's quantisation leaves (fit-restoration.ts).
 */
import {
  add,
  concat,
  constant,
  conv,
  div,
  expand,
  mul,
  reshape,
  sub,
  tensor,
  type Value,
} from '../graph/index.js'
import {
  convolution,
  sequential,
  transposedConvolution,
  type Layer,
  type LayerContext,
  type Parameter,
} from '../layers/index.js'
import { blockSize, planeCount } from './latent-layout.js'

const scale = 4
const channels = 48
const blocks = 2
/** Places in a block at the network's scale, along either axis. */
const phases = blockSize / scale
/** What brings planes, their details in steps, and the step's logarithm to the range that first weights are made for. */
const planeUnit = 1 / 64
const detailUnit = 1 / 2
const stepUnit = 1 / 4
/**
 * Parts of a step that are predicted. Hundreds of weights make one pixel, and in the beginning all of them move the same
 * way: in whole steps a training began with corrections of many times the error.
 */
const correctionUnit = 1 / 16
/** Pixels on each side of the window whose mean is taken out of details. */
const around = 4

/**
 * Pixels around a tile that can have an influence on it: those of the mean, of a window of 8 at either end, and of two
 * convolutions a block at the network's scale.
 */
export const restorationReach = 2 * blockSize

/** The network as graph. */
export interface RestorationNetwork {
  readonly parameters: readonly Parameter[]
  /**
   * What to add to decoded planes.
   *
   * @param planes `[batch, 3, height, width]`, in levels of a pixel, grey at 0; sizes are multiples of 16, blocks begin at 0
   * @param step `[batch, 1, 1, 1]`
   * @param logStep `[batch, 1, 1, 1]`, log₂ of the step
   * @returns `[batch, 3, height, width]`
   */
  readonly correction: (decoded: Decoded, context: LayerContext) => Value
}

/** Decoded planes and the step they were written with. */
export interface Decoded {
  readonly planes: Value
  readonly step: Value
  readonly logStep: Value
}

export function restorationNetwork(): RestorationNetwork {
  const first = convolution({
    name: 'first',
    inputs: 2 * planeCount + 1,
    outputs: channels,
    kernel: 2 * scale,
    stride: scale,
    padding: scale / 2,
  })
  const phase: Parameter = {
    name: 'phase',
    shape: [channels, phases, phases],
    initializer: { kind: 'zeros' },
    decay: false,
  }
  const inner = sequential(Array.from({ length: blocks }, (_, i) => block(`block.${i}`)))
  const last = transposedConvolution({
    name: 'last',
    inputs: channels,
    outputs: planeCount,
    kernel: 2 * scale,
    stride: scale,
    padding: scale / 2,
    initializer: { kind: 'zeros' },
  })
  return {
    parameters: [...first.parameters, phase, ...inner.parameters, ...last.parameters],
    correction: ({ planes, step, logStep }, context) => {
      const [, , height, width] = planes.shape as [unknown, unknown, number, number]
      const flat = mul(expand(logStep, [1, 1, height, width]), stepUnit)
      const detail = mul(div(sub(planes, meanAround(planes, height, width)), step), detailUnit)
      const seen = first.apply(concat([detail, mul(planes, planeUnit), flat], 1), context)
      const placed = inPhase(seen, context.weight('phase'))
      return mul(last.apply(inner.apply(placed, context), context), mul(step, correctionUnit))
    },
  }
}

/** Mean of a window of 9 × 9 pixels, of each plane. */
function meanAround(planes: Value, height: number, width: number): Value {
  const side = 2 * around + 1
  const box = constant(
    tensor('float32', [1, 1, side, side], new Float32Array(side * side).fill(1 / (side * side))),
  )
  const apart = reshape(planes, [-1, 1, height, width])
  return reshape(conv(apart, box, { pads: [around, around, around, around] }), [
    -1,
    planeCount,
    height,
    width,
  ])
}

/** Adds a bias by the place in the block. */
function inPhase(x: Value, bias: Value): Value {
  const [, , height, width] = x.shape as [unknown, unknown, number, number]
  const apart = reshape(x, [-1, channels, height / phases, phases, width / phases, phases])
  return reshape(add(apart, reshape(bias, [1, channels, 1, phases, 1, phases])), [
    -1,
    channels,
    height,
    width,
  ])
}

function block(name: string): Layer {
  const both = { inputs: channels, outputs: channels, kernel: 3, padding: 1 }
  const inside = sequential([
    convolution({ ...both, name: `${name}.0`, activation: 'relu' }),
    // Small at first, so that the blocks begin near the identity.
    convolution({
      ...both,
      name: `${name}.1`,
      initializer: { kind: 'normal', deviation: 0.1 / Math.sqrt(9 * channels) },
    }),
  ])
  return { parameters: inside.parameters, apply: (x, context) => add(x, inside.apply(x, context)) }
}
