/**
 * The denoising autoencoder: corrupt a row, and learn to give the clean one back. Trained over a range of noise
 * levels with the level as an input, one network knows the data at every scale, fine to coarse.
 *
 *     x ──► + σ·ε, hide cells ──► ┌─────────┐    z     ┌─────────┐
 *     which cells are shown ────► │ encoder │ ──────►  │ decoder │ ──► x̂ ──► error against the clean x
 *     log σ ────────────────────► └─────────┘  (wide)  └─────────┘
 *
 *     loss = mean over known columns of ½(x − x̂)²  or  −log p̂(x),   σ log-uniform, ε standard normal
 *
 * Instead of Gaussian noise cells can be masked, set to extremes (salt and pepper), or swapped with other rows
 * (training-corruptions.ts); the level is then a share of cells. One sigmoid layer with tied weights, a Bernoulli loss, a
 * fixed level and neither level nor mask told is the denoising autoencoder of Vincent et al. as published. The code can
 * be ordered, so that it can be cut off after any unit (ordered-code.ts).
 *
 * A row is scored by how badly it is given back from fixed corruptions at several levels (corruptions.ts): far from the
 * data the network pulls it toward what it knows, and the pull is the error (Alain & Bengio 2014, eq. 15:
 * x̂ − x̃ ≈ σ² ∇log p). Where cells are hidden in training, the network also says what it expects in a cell that it is not
 * shown.
 *
 * Vincent et al. (2010), "Stacked denoising autoencoders"; noise-level input as in Song & Ermon (2019); levels from coarse
 * to fine as in Geras & Sutton (2015), "Scheduled denoising autoencoders".
 */
import { constant, div, floats, log, mul, reduceSum, reshape, unsqueeze, type Value } from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import type { Ablation, Autoencoder } from './autoencoder.js'
import {
  ablations,
  corruptEach,
  explainingPasses,
  groupCount,
  groupsOf,
  oneHiddenAtATime,
  scoreCorruptions,
  visibleIn,
  type Corruptions,
} from './corruptions.js'
import { denoisingSettings, type DenoisingOptions, type DenoisingSettings } from './denoising-options.js'
import { encoderDecoder } from './encoder-decoder.js'
import { donorBank, donorUpdates } from './exchanged-cells.js'
import { everyRow, type FeatureBatch, type FeatureSpace } from './feature-space.js'
import { cutAtRandom } from './ordered-code.js'
import { atUnitScale, corruptFresh } from './training-corruptions.js'

/** Makes a denoising autoencoder over a feature space. @throws HG_USAGE when options contradict each other */
export function denoising(space: FeatureSpace, options: DenoisingOptions): Autoencoder {
  const settings = denoisingSettings(options)
  const { latent, ordered = false } = options
  const { levelInput, noiseRange, noise } = settings
  const network = encoderDecoder(
    space,
    { ...options, readsMask: settings.maskInput },
    { codeActivation: options.activation ?? 'relu', extraInputs: levelInput ? 1 : 0 },
  )
  const encode = (batch: FeatureBatch, level: Value, context: LayerContext): Value => {
    if (!levelInput) return network.encode(batch, context)
    const scaled = noise === 'gaussian' ? atUnitScale(space, batch, level) : batch
    return network.encode(scaled, context, div(log(level), 2))
  }
  /** `[batch, passes, outputs]`: what the decoder gives for every row from every corruption. */
  const passesOf = (batch: FeatureBatch, corruptions: Corruptions, context: LayerContext): Value => {
    const { corrupted, level } = corruptEach(space, batch, corruptions, context)
    const raw = network.decodeRaw(encode(corrupted, level, context), context)
    return reshape(raw, [-1, corruptions.levels.length, raw.shape[1] as number])
  }
  const finest = ({ features }: FeatureBatch): Value => everyRow(features, floats([noiseRange[0]], [1, 1]))
  const forward: Autoencoder['forward'] = (batch, context) => {
    const latent = encode(batch, finest(batch), context)
    return { latent, reconstruction: network.parts.decode(latent, context) }
  }
  const fixed = scoreCorruptions(space, settings)
  const bank = fixed.exchanged !== undefined && 'donors' in fixed.exchanged.by
  return {
    kind: 'denoising',
    ...network.parts,
    parameters: [...network.parts.parameters, ...(bank ? donorBank(space, fixed.levels.length) : [])],
    encode: (batch, context) => encode(batch, finest(batch), context),
    errorScale: scaleOf(space, settings, fixed, network.parts.errorScale),
    forward,
    objective: (batch, context) => {
      const { corrupted, level } = corruptFresh(space, batch, settings, context)
      const whole = encode(corrupted, level, context)
      const code = ordered ? cutAtRandom(whole, latent, context.noise) : whole
      const raw = network.decodeRaw(code, context)
      const loss = network.rowError(batch, raw, context)
      return {
        loss,
        parts: { reconstruction: loss },
        ...(bank && { updates: donorUpdates(space, batch, context) }),
      }
    },
    errors: (batch, context) =>
      network.scores(unsqueeze(batch.features, [1]), passesOf(batch, fixed, context), context),
    expected: (batch, context) => {
      if (!settings.hidesCells) return forward(batch, context).reconstruction
      const { corruptions, chosen } = oneHiddenAtATime(space, noiseRange[0])
      const each = network.reconstruction(passesOf(batch, corruptions, context), context)
      return reduceSum(mul(each, chosen), { axes: [1] })
    },
    ...(settings.hidesCells && {
      ablation: ablationOf(space, settings, (batch, corruptions, context) =>
        network.scores(unsqueeze(batch.features, [1]), passesOf(batch, corruptions, context), context),
      ),
    }),
  }
}

/** The explaining passes with cells hidden; a network that never saw hidden cells has none. */
function ablationOf(
  space: FeatureSpace,
  settings: DenoisingSettings,
  errorsOf: (batch: FeatureBatch, corruptions: Corruptions, context: LayerContext) => Value,
): Ablation {
  const passes = explainingPasses(settings)
  const [groups, columns] = [groupCount(space), space.columns.length]
  return {
    groups: groupsOf(space),
    passes,
    errors: (batch, context) => {
      const errors = errorsOf(batch, ablations(space, settings), context)
      const visible = floats(visibleIn(space, passes.length), [1, groups * passes.length, columns])
      return reshape(mul(errors, constant(visible)), [-1, groups, passes.length, columns])
    },
  }
}

/**
 * Sizes of errors before anything is known, `[passes · columns]`. Under Gaussian noise a number has that of the best
 * linear denoiser of a standard normal column, σ²/(1 + σ²) of its own; otherwise a cell has its own where it is corrupted,
 * and the level's share of that where it is not.
 */
function scaleOf(
  { columns, numericCount }: FeatureSpace,
  { noise, scoreLevels }: DenoisingSettings,
  { levels, shown, exchanged }: Corruptions,
  scale: readonly number[],
): readonly number[] {
  if (scoreLevels.length === 0) return scale
  return Array.from(levels, (level, pass) =>
    columns.map((_, i) => {
      if (noise === 'gaussian') {
        const exact = scoreLevels[Math.floor((pass * scoreLevels.length) / levels.length)]!
        return i < numericCount ? (scale[i]! * exact ** 2) / (1 + exact ** 2) : scale[i]!
      }
      const cell = pass * columns.length + i
      const corrupted = shown[cell] === 0 || exchanged?.cells[cell] === 1
      return corrupted ? scale[i]! : scale[i]! * level
    }),
  ).flat()
}
