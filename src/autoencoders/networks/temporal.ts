/**
 * Temporal convolutional encoder and decoder over the windows of a series: residual blocks of causal convolutions whose
 * reach doubles from block to block, so that a few of them look far back.
 *
 *     steps ──► block, reach 2 ──► block, reach 4 ──► … ──► all steps side by side ──► code
 *     code ──► steps ──► … ──► block ──► block ──► steps
 *
 *     block:  x ─┬─► convolution ─► dropout ─► convolution ─► dropout ─► + ─► activation
 *                └───────────────── 1×1 where widths differ ───────────►┘
 *
 * Bai, Kolter & Koltun (2018), "An empirical evaluation of generic convolutional and recurrent networks for sequence
 * modeling", section 3 and figure 1; without weight normalisation. As an autoencoder: Thill, Konen, Wang & Bäck (2021),
 * "Temporal convolutional autoencoder for unsupervised anomaly detection in time series".
 */
import { add, reshape, transpose, type Value } from '../../graph/index.js'
import {
  activations,
  dense,
  dropout,
  sequential,
  temporalConvolution,
  type ActivationName,
  type Layer,
} from '../../layers/index.js'
import type { FeatureSpace } from '../feature-space.js'
import { cellInputs, cellsOf, numbersPerCell, outputsPerChannel, rowsOf, seriesGridOf } from './grids.js'
import type { Network, NetworkOptions, NetworkShape } from './network.js'

/** Steps that each convolution reads. */
const kernel = 3

/** Channels of the one block that there is when `hidden` is empty. */
const defaultChannels = 16

/**
 * Encoder and decoder of temporal blocks, with `hidden` channels block by block; block i reads every 2ⁱ-th step. The
 * decoder has the same blocks the other way round.
 *
 * @throws HG_USAGE when rows are no windows of a series
 */
export function temporalNetwork(space: FeatureSpace, options: NetworkOptions, shape: NetworkShape): Network {
  const { latent, activation = 'relu', dropout: rate = 0 } = options
  const { codes = latent, outputs, codeActivation = 'linear' } = shape
  const { steps, channels } = seriesGridOf(space, 'network temporal')
  const hidden = options.hidden.length === 0 ? [defaultChannels] : options.hidden
  const mirrored = hidden.toReversed()
  const deepest = mirrored[0]!
  const inputs = cellInputs(space, { kind: 'series', steps, channels }, options, shape)
  const dilations = hidden.map((_, i) => 2 ** i)
  const blocks = { activation, rate }
  const encoder = temporalBlocks('encoder', [numbersPerCell(inputs), ...hidden], { ...blocks, dilations })
  const code = dense({
    name: 'encoder.code',
    inputs: deepest * steps,
    outputs: codes,
    activation: codeActivation,
  })
  const spread = dense({ name: 'decoder.code', inputs: latent, outputs: deepest * steps, activation })
  const decoder = temporalBlocks('decoder', [deepest, ...mirrored], {
    ...blocks,
    dilations: dilations.toReversed(),
  })
  const readout = dense({
    name: 'decoder.output',
    inputs: hidden[0]!,
    outputs: channels * outputsPerChannel(space, shape),
  })
  const stages = hidden.map((width) => width * steps)
  return {
    widths: [space.width, ...stages, latent, ...stages.toReversed(), space.width],
    parameters: [encoder, code, spread, decoder, readout].flatMap(({ parameters }) => parameters),
    encode: (batch, context, extra) => {
      const maps = encoder.apply(transpose(cellsOf(inputs, batch, extra), [0, 2, 1]), context)
      return code.apply(reshape(maps, [-1, deepest * steps]), context)
    },
    decode: (z, context) => {
      const maps = decoder.apply(reshape(spread.apply(z, context), [-1, deepest, steps]), context)
      const states = reshape(transpose(maps, [0, 2, 1]), [-1, hidden[0]!])
      const numbers = readout.apply(states, context)
      return rowsOf(reshape(numbers, [-1, steps, numbers.shape[1] as number]), channels, outputs)
    },
  }
}

/** How blocks are made. */
interface BlockOptions {
  readonly activation: ActivationName
  readonly rate: number
  readonly dilations: readonly number[]
}

/** Residual blocks one after the other: `[batch, widths[0], steps]` to `[batch, last width, steps]`. */
function temporalBlocks(name: string, widths: readonly number[], options: BlockOptions): Layer {
  return sequential(
    options.dilations.map((dilation, i) =>
      temporalBlock(`${name}.${i}`, [widths[i]!, widths[i + 1]!], { ...options, dilation }),
    ),
  )
}

function temporalBlock(
  name: string,
  [inputs, outputs]: readonly [number, number],
  { activation, rate, dilation }: BlockOptions & { readonly dilation: number },
): Layer {
  const common = { outputs, kernel, dilation, activation, padding: 'causal' } as const
  const branch = sequential([
    temporalConvolution({ ...common, name: `${name}.first`, inputs }),
    dropout(rate),
    temporalConvolution({ ...common, name: `${name}.second`, inputs: outputs }),
    dropout(rate),
  ])
  const shortcut =
    inputs === outputs
      ? undefined
      : temporalConvolution({ name: `${name}.shortcut`, inputs, outputs, kernel: 1 })
  return {
    parameters: [...branch.parameters, ...(shortcut?.parameters ?? [])],
    apply: (x: Value, context) => {
      const straight = shortcut === undefined ? x : shortcut.apply(x, context)
      const y = activations[activation].apply(add(branch.apply(x, context), straight))
      context.observe?.(name, y)
      return y
    },
  }
}
