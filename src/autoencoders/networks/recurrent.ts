/**
 * Recurrent encoder and decoder over the windows of a series: one state walks through the time steps, and what it knows
 * at the end becomes the code; from the code, another state walks back from the last step to the first.
 *
 *     x₁ ─► x₂ ─► … ─► xₜ          (each layer of `hidden` is a GRU, the first reads the steps)
 *     └─ h₁ ─► h₂ ─ … ─► hₜ ──► code ──► dense ──┬────────┬──── … ────┐
 *                                               └► gₜ ──► gₜ₋₁ ─ … ─► g₁
 *                                                  x̂ₜ      x̂ₜ₋₁  …     x̂₁
 *
 * The decoder is told the code at every step (Cho et al. 2014, eq. 9) and gives the steps in reverse, so that it begins
 * with what the encoder saw last.
 *
 * Srivastava, Mansimov & Salakhutdinov (2015), "Unsupervised learning of video representations using LSTMs", section 3.1;
 * Malhotra et al. (2016), "LSTM-based encoder-decoder for multi-sensor anomaly detection".
 */
import { constant, gather, integers, reshape, type Value } from '../../graph/index.js'
import { dense, dropout, gru, sequential, type Layer } from '../../layers/index.js'
import type { FeatureSpace } from '../feature-space.js'
import {
  cellInputs,
  cellsOf,
  inEveryCell,
  numbersPerCell,
  outputsPerChannel,
  rowsOf,
  seriesGridOf,
} from './grids.js'
import type { Network, NetworkOptions, NetworkShape } from './network.js'

/**
 * Encoder and decoder of gated recurrent units, as wide as `hidden` says; none means one of the code's width. Inside they
 * are tanh and sigmoid; the activation is that of the layer between code and decoder.
 *
 * @throws HG_USAGE when rows are no windows of a series
 */
export function recurrentNetwork(space: FeatureSpace, options: NetworkOptions, shape: NetworkShape): Network {
  const { latent, activation = 'relu', dropout: rate = 0 } = options
  const { codes = latent, outputs, codeActivation = 'linear' } = shape
  const { steps, channels } = seriesGridOf(space, 'network recurrent')
  const hidden = options.hidden.length === 0 ? [latent] : options.hidden
  const [widest, narrowest] = [hidden[0]!, hidden.at(-1)!]
  const inputs = cellInputs(space, { kind: 'series', steps, channels }, options, shape)
  const encoder = recurrentLayers('encoder', [numbersPerCell(inputs), ...hidden], {
    steps,
    rate,
    lastStateOnly: true,
  })
  const code = dense({ name: 'encoder.code', inputs: narrowest, outputs: codes, activation: codeActivation })
  const told = dense({ name: 'decoder.code', inputs: latent, outputs: narrowest, activation })
  const decoder = recurrentLayers('decoder', [narrowest, ...hidden.toReversed()], { steps, rate })
  const readout = dense({
    name: 'decoder.output',
    inputs: widest,
    outputs: channels * outputsPerChannel(space, shape),
  })
  const inReverse = constant(integers(Array.from({ length: steps }, (_, i) => steps - 1 - i)))
  return {
    widths: [space.width, ...hidden, latent, ...hidden.toReversed(), space.width],
    parameters: [encoder, code, told, decoder, readout].flatMap(({ parameters }) => parameters),
    encode: (batch, context, extra) =>
      code.apply(encoder.apply(cellsOf(inputs, batch, extra), context), context),
    decode: (z, context) => {
      const states = decoder.apply(inEveryCell(told.apply(z, context), steps), context)
      const numbers = readout.apply(reshape(states, [-1, widest]), context)
      const cells: Value = reshape(numbers, [-1, steps, numbers.shape[1] as number])
      return rowsOf(gather(cells, inReverse, 1), channels, outputs)
    },
  }
}

/** GRUs one on the other, with dropout between them. */
function recurrentLayers(
  name: string,
  widths: readonly number[],
  { steps, rate, lastStateOnly = false }: { steps: number; rate: number; lastStateOnly?: boolean },
): Layer {
  const last = widths.length - 2
  return sequential(
    widths.slice(0, -1).flatMap((inputs, i) => {
      const returnSequence = !(lastStateOnly && i === last)
      const layer = gru({ name: `${name}.${i}`, inputs, width: widths[i + 1]!, steps, returnSequence })
      return i === last ? [layer] : [layer, dropout(rate)]
    }),
  )
}
