/**
 * The masked autoencoder: hide some cells of a row and predict them from the rest. On images and series whole patches
 * are hidden, since a single pixel follows from its neighbours.
 *
 *     x ──► hide cells or patches ──► ┌─────────┐   z    ┌─────────┐
 *     which cells are shown ────────► │ encoder │ ─────► │ decoder │ ──► x̂ ──► error of the hidden cells
 *                                     └─────────┘        └─────────┘
 *
 *     loss = mean over hidden known cells of the error + w · mean over visible known cells of the error
 *
 * A row is scored by hiding its cells in turn, group after group: every error is that of a cell which the network did not
 * see, so an odd cell cannot vouch for itself.
 *
 * He et al. (2022), "Masked autoencoders are scalable vision learners" (network `attention` has its mask tokens); Devlin et
 * al. (2019), BERT, for the loss on hidden places alone; Pathak et al. (2016), "Context encoders".
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import {
  add,
  cast,
  constant,
  div,
  floats,
  gather,
  greaterOrEqual,
  integers,
  matmul,
  maximum,
  mul,
  reduceSum,
  reshape,
  sub,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import type { LayerContext, NoiseSource } from '../layers/index.js'
import type { Ablation, Autoencoder } from './autoencoder.js'
import { encoderDecoder, encoderDecoderOptions } from './encoder-decoder.js'
import { allKnown, overFeatures, type FeatureBatch, type FeatureSpace } from './feature-space.js'
import { hidingTurns, patchesOf, type HidingTurns } from './hiding-turns.js'

export const maskedOptions = z.strictObject({
  ...encoderDecoderOptions,
  hiddenShare: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe(
      'mean share of cells or patches hidden in training; each row draws its own, evenly around this and as widely as 0 to 1 allows ' +
        '(default 0.25, and 0.5 on images and series)',
    ),
  visibleWeight: z
    .number()
    .min(0)
    .optional()
    .describe('weight of the error of visible cells in the loss (default 0)'),
  patch: z
    .int()
    .min(1)
    .optional()
    .describe(
      'images and series: side of the squares of pixels, or time steps, that are hidden together (default 4, and 2 below 16 pixels or steps)',
    ),
})

/** Options of the masked kind. */
export type MaskedOptions = Readonly<z.input<typeof maskedOptions>>

/** Makes a masked autoencoder over a feature space. @throws HG_USAGE when there is nothing to predict cells from */
export function masked(space: FeatureSpace, options: MaskedOptions): Autoencoder {
  const { hiddenShare = space.grid === undefined ? 0.25 : 0.5, visibleWeight = 0 } = options
  const unitOf = unitsOf(space, options)
  const network = encoderDecoder(space, { ...options, readsMask: true })
  const turns = hidingTurns(unitOf, leastShare(hiddenShare))
  const rawOf = (batch: FeatureBatch, context: LayerContext): Value =>
    network.decodeRaw(network.encode(batch, context), context)
  /** `[batch, passes, outputs]` */
  const rawUnder = (batch: FeatureBatch, shown: Float32Array, context: LayerContext): Value => {
    const raw = rawOf(hiddenEach(space, batch, shown), context)
    return reshape(raw, [-1, shown.length / space.columns.length, raw.shape[1] as number])
  }
  const scoresUnder = (batch: FeatureBatch, shown: Float32Array, context: LayerContext): Value =>
    network.scores(unsqueeze(batch.features, [1]), rawUnder(batch, shown, context), context)
  return {
    kind: 'masked',
    ...network.parts,
    objective: (batch, context) => {
      const shown = shownCells(unitOf, hiddenShare, context.noise)
      const known = batch.mask ?? allKnown(space, batch.features)
      const raw = rawOf(withHidden(space, batch.features, mul(known, shown)), context)
      const errors = network.errors(batch.features, raw, context)
      const hidden = meanWhere(errors, mul(known, sub(1, shown)))
      if (visibleWeight === 0) return { loss: hidden, parts: { hidden } }
      const visible = mul(meanWhere(errors, mul(known, shown)), visibleWeight)
      return { loss: add(hidden, visible), parts: { hidden, visible } }
    },
    errors: (batch, context) =>
      reduceSum(mul(scoresUnder(batch, turns.shown, context), averaging(turns)), {
        axes: [1],
        keepDims: true,
      }),
    expected: (batch, context) => {
      const each = network.reconstruction(rawUnder(batch, turns.shown, context), context)
      return reduceSum(mul(each, overFeatures(space, averaging(turns))), { axes: [1] })
    },
    ...(turns.pairs !== undefined && { ablation: ablationOf(turns, turns.pairs, scoresUnder) }),
  }
}

/** The smallest share that a row hides in training. */
const leastShare = (hiddenShare: number): number => Math.max(0, 2 * hiddenShare - 1)

/** What is hidden together with each column: itself on tables, patches on grids. @throws HG_USAGE */
function unitsOf(space: FeatureSpace, { patch }: MaskedOptions): readonly number[] {
  if (space.grid === undefined && patch !== undefined) {
    throw new HourglassError(
      'HG_USAGE',
      `masked: patch ${patch} needs images or series, and these are rows of a table, whose cells are hidden one by one; leave it out`,
    )
  }
  const units = space.grid === undefined ? space.columns.map((_, i) => i) : patchesOf(space.grid, patch)
  if (Math.max(...units) > 0) return units
  throw new HourglassError(
    'HG_USAGE',
    `masked: cells are predicted from the others, but ${
      space.grid === undefined
        ? 'there is one column; choose another kind'
        : `one patch of ${patch ?? 'the default size'} covers the whole grid; choose a smaller patch`
    }`,
  )
}

/** `[batch, columns]`, 1 where a cell is not hidden: a share of the units of each row is, and each row draws its share. */
function shownCells(unitOf: readonly number[], hiddenShare: number, noise: NoiseSource): Value {
  const units = Math.max(...unitOf) + 1
  const spread = Math.min(hiddenShare, 1 - hiddenShare)
  const share = add(mul(noise.uniform(['batch', 1]), 2 * spread), hiddenShare - spread)
  const shown = cast(greaterOrEqual(noise.uniform(['batch', units]), share), 'float32')
  if (units === unitOf.length) return shown
  const member = new Float32Array(units * unitOf.length)
  unitOf.forEach((unit, column) => (member[unit * unitOf.length + column] = 1))
  return matmul(shown, constant(floats(member, [units, unitOf.length])))
}

/** Rows `[…, width]` of which only some cells are visible, `[…, columns]`. */
const withHidden = (space: FeatureSpace, features: Value, visible: Value): FeatureBatch => ({
  features: mul(features, overFeatures(space, visible)),
  mask: visible,
})

/** Every row once for each pass, with the cells of that pass hidden: `[batch · passes, …]`. */
function hiddenEach(
  space: FeatureSpace,
  { features, mask }: FeatureBatch,
  shown: Float32Array,
): FeatureBatch {
  const columns = space.columns.length
  const passes = constant(floats(shown, [1, shown.length / columns, columns]))
  const visible = mul(unsqueeze(mask ?? allKnown(space, features), [1]), passes)
  const hidden = withHidden(space, unsqueeze(features, [1]), visible)
  return { features: reshape(hidden.features, [-1, space.width]), mask: reshape(visible, [-1, columns]) }
}

/** Mean of errors `[batch, columns]` where `where` is 1, `[batch]`; 0 for a row where it nowhere is. */
function meanWhere(errors: Value, where: Value): Value {
  return div(reduceSum(mul(errors, where), { axes: [1] }), maximum(reduceSum(where, { axes: [1] }), 1))
}

/** `[1, passes, columns]`: how much each pass counts for a column, the mean over the passes that hide it. */
function averaging({ shown, passes, timesHidden }: HidingTurns): Value {
  return constant(
    floats(
      shown.map((cell) => (1 - cell) / timesHidden),
      [1, passes, shown.length / passes],
    ),
  )
}

/** The errors again with one more group hidden; two groups hidden together serve both. */
function ablationOf(
  { groups, passes }: HidingTurns,
  { shown, pairOf }: NonNullable<HidingTurns['pairs']>,
  scoresUnder: (batch: FeatureBatch, shown: Float32Array, context: LayerContext) => Value,
): Ablation {
  const columns = groups.length
  const places = Array.from({ length: passes * columns }, (_, i) => {
    const [also, column] = [Math.floor(i / columns), i % columns]
    return pairOf(also, groups[column]!) * columns + column
  })
  const visible = places.map((_, i) => Number(groups[i % columns] !== Math.floor(i / columns)))
  return {
    groups,
    passes: [0],
    errors: (batch, context) => {
      const each = reshape(scoresUnder(batch, shown, context), [-1, shown.length])
      const picked = gather(each, constant(integers(places)), 1)
      return reshape(mul(picked, constant(floats(visible, [1, places.length]))), [-1, passes, 1, columns])
    },
  }
}
