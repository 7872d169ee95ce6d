/**
 * The ensemble: many small autoencoders over the same rows, trained in one graph. Where the data lies, members agree;
 * a row that most of them give back badly is strange to more than one accident of first weights.
 *
 *           ┌► encoder 1 ──► z₁ ──► decoder 1 ──► x̂₁ ┐
 *     x ────┼► encoder 2 ──► z₂ ──► decoder 2 ──► x̂₂ ┼──► mean x̂, errors of each
 *           └► encoder M ──► z_M ─► decoder M ──► x̂_M ┘
 *
 *     loss = mean over members of w_m(x) · (mean over known columns of the error of x̂_m)
 *
 * Members differ by their first weights; with a `connectivity` also by the connections they have, and with `bootstrap`
 * by the rows they learn from. A row counts w_m(x) ∈ {0, 1, 2, …} times for member m, Poisson(1) as in online bagging
 * (Oza & Russell 2001): the limit of drawing as many rows as there are, with replacement. w_m(x) is worked out from
 * the row itself, by a random projection whose digits are as good as chance, so that a member that never learns from a
 * row never learns from it in any epoch; rows that are the same count the same.
 *
 * Chen, Sathe, Aggarwal & Turaga (2017), "Outlier detection with autoencoder ensembles" (RandNet).
 */
import { z } from 'zod'
import {
  cast,
  concat,
  constant,
  div,
  floats,
  floor,
  greater,
  matmul,
  maximum,
  mul,
  reduceMean,
  reduceSum,
  sub,
  transpose,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import {
  batchedDense,
  batchedDropout,
  membersOf,
  sequential,
  sideBySide,
  type Layer,
  type LayerContext,
  type Parameter,
} from '../layers/index.js'
import { meanOverKnown, type Autoencoder, type Objective } from './autoencoder.js'
import { wideCodeFindings } from './encoder-decoder.js'
import { allKnown, type FeatureBatch, type FeatureSpace } from './feature-space.js'
import { networkOptions } from './networks/network.js'
import { observationModel, observationOptions } from './observation.js'

const { hidden, latent, activation, dropout, readsMask } = networkOptions

export const ensembleOptions = z.strictObject({
  ...{ hidden, latent, activation, dropout, readsMask },
  ...observationOptions,
  members: z.int().min(1).optional().describe('number of autoencoders (default 10)'),
  bootstrap: z
    .boolean()
    .optional()
    .describe('whether each member weighs rows by chance, as if drawn with replacement (default false)'),
  connectivity: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('share of connections that each member has, chosen by chance (default 1)'),
})

/** Options of the ensemble; widths are those of one member. */
export type EnsembleOptions = Readonly<z.input<typeof ensembleOptions>>

/** Makes an ensemble of dense autoencoders over a feature space. */
export function ensemble(space: FeatureSpace, options: EnsembleOptions): Autoencoder {
  const { members = 10, bootstrap = false, readsMask = false, hidden, latent } = options
  const observation = observationModel(space, options)
  const { encoder, decoder } = networks(space, { ...options, members }, observation.outputs)
  const projection = projectionOf(space, members)
  /** `[members, latent, batch]` */
  const codes = (batch: FeatureBatch, context: LayerContext): Value =>
    encoder.apply(readsMask ? withMask(space, batch) : batch.features, context)
  /** `[members, batch, outputs]` of the codes of all members. */
  const rawOf = (batch: FeatureBatch, context: LayerContext): Value =>
    decoder.apply(codes(batch, context), context)
  /** `[batch, width]`: the mean over members. */
  const meanOf = (raw: Value, context: LayerContext): Value =>
    reduceMean(observation.reconstruction(raw, context), { axes: [0] })
  const forward: Autoencoder['forward'] = (batch, context) => {
    const z = codes(batch, context)
    return { latent: sideBySide(z), reconstruction: meanOf(decoder.apply(z, context), context) }
  }
  const mirrored = [...hidden, latent, ...hidden.toReversed()]
  return {
    kind: 'ensemble',
    space,
    widths: [space.width, ...mirrored.map((width) => members * width), space.width],
    latent: members * latent,
    parameters: [
      ...encoder.parameters,
      ...decoder.parameters,
      ...observation.parameters,
      ...(bootstrap ? [projection] : []),
    ],
    encode: (batch, context) => sideBySide(codes(batch, context)),
    decode: (z, context) => meanOf(decoder.apply(membersOf(z, members), context), context),
    forward,
    expected: (batch, context) => forward(batch, context).reconstruction,
    errors: (batch, context) =>
      transpose(observation.scores(batch.features, rawOf(batch, context), context), [1, 0, 2]),
    errorScale: Array.from({ length: members }, () => observation.scale).flat(),
    ...(observation.range !== undefined && { range: observation.range }),
    warnings: wideCodeFindings('ensemble', space, latent),
    objective: (batch, context): Objective => {
      const raw = rawOf(batch, context)
      const errors = memberErrors(observation.errors(batch.features, raw, context), batch.mask)
      const mean = reduceMean(errors, { axes: [0] })
      const joint = observation.errors(batch.features, reduceMean(raw, { axes: [0] }), context)
      const loss = bootstrap
        ? reduceMean(mul(errors, rowWeights(batch.features, context.weight(projection.name))), { axes: [0] })
        : mean
      return {
        loss,
        parts: { reconstruction: loss },
        metrics: { diversity: sub(mean, meanOverKnown(joint, batch.mask)) },
        heldOut: mean,
      }
    },
  }
}

/** Encoder and decoder of all members. */
function networks(
  space: FeatureSpace,
  options: EnsembleOptions & { readonly members: number },
  outputs: number,
) {
  const { members, hidden, latent, activation = 'relu', dropout = 0, connectivity = 1, readsMask } = options
  const stack = (name: string, widths: readonly number[], rows: boolean): Layer => {
    const last = widths.length - 2
    return sequential(
      widths.slice(0, -1).flatMap((inputs, i) => {
        const layer = batchedDense({
          name: `${name}.${i}`,
          members,
          inputs,
          outputs: widths[i + 1]!,
          activation: i === last ? 'linear' : activation,
          connectivity,
          rows: rows && i === last,
        })
        return i === last ? [layer] : [layer, batchedDropout(dropout)]
      }),
    )
  }
  const inputs = space.width + (readsMask === true ? space.columns.length : 0)
  return {
    encoder: stack('encoder', [inputs, ...hidden, latent], false),
    decoder: stack('decoder', [latent, ...hidden.toReversed(), outputs], true),
  }
}

/** Features and which cells are known, side by side. */
const withMask = (space: FeatureSpace, { features, mask }: FeatureBatch): Value =>
  concat([features, mask ?? allKnown(space, features)], 1)

/** Each member's mean error over the known columns of each row, `[members, batch, columns]` to `[members, batch]`. */
function memberErrors(errors: Value, mask: Value | undefined): Value {
  if (mask === undefined) return reduceMean(errors, { axes: [2] })
  const known = maximum(reduceSum(mask, { axes: [1] }), 1)
  return div(reduceSum(mul(errors, mask), { axes: [2] }), known)
}

/** How wide projections of rows are spread: many units, so that what is after the point is uniform in [0, 1). */
const spread = 64

/** Directions, one for each member, that rows are projected on to be weighed. */
const projectionOf = ({ width }: FeatureSpace, members: number): Parameter => ({
  name: 'bootstrap.projection',
  shape: [members, width, 1],
  initializer: { kind: 'normal', deviation: spread },
  decay: false,
  buffer: true,
})

/** P(w ≤ k) of Poisson(1) for k = 0, 1, …; beyond seven times there is one row in a million. */
const poisson = Array.from({ length: 8 }).reduce<{ term: number; sums: number[] }>(
  ({ term, sums }, _, k) => ({ term: term / (k + 1), sums: [...sums, (sums.at(-1) ?? 0) + term] }),
  { term: Math.exp(-1), sums: [] },
).sums

/** How often each row counts for each member, `[members, batch]`: fixed, 0, 1, 2, … with Poisson(1)'s shares. */
function rowWeights(features: Value, projection: Value): Value {
  const place = matmul(unsqueeze(features, [0]), projection)
  const digits = sub(place, floor(place))
  const thresholds = constant(floats(poisson, [1, 1, poisson.length]))
  return reduceSum(cast(greater(digits, thresholds), 'float32'), { axes: [2] })
}
