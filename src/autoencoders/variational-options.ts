/** Options of the variational kind: their ranges, what contradicts what, and what its measurements say. */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import type { Finding, Measured } from './autoencoder.js'
import { encoderDecoderOptions } from './encoder-decoder.js'
import type { DecompositionWeights } from './variational-bounds.js'

const nonNegative = z.number().min(0)

export const variationalOptions = z.strictObject({
  ...encoderDecoderOptions,
  loss: z
    .enum(['squared', 'bernoulli', 'gaussian'])
    .optional()
    .describe(
      'likelihood of numeric columns (default squared, a Gaussian of variance 1); bernoulli takes features from 0 to 1, gaussian learns a variance for each column',
    ),
  beta: z
    .number()
    .positive()
    .optional()
    .describe('weight of the KL divergence against the summed reconstruction error (default 1)'),
  warmup: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('share of the training over which that weight rises from 0 (default 0: it is there at once)'),
  freeBits: nonNegative
    .optional()
    .describe('nats of KL divergence that each unit has for free, on average over a batch (default 0)'),
  samples: z.int().min(1).optional().describe('codes drawn for each row in training (default 1)'),
  bound: z
    .enum(['elbo', 'iwae'])
    .optional()
    .describe(
      'elbo averages over the samples, iwae weighs them by importance and is tighter the more there are (default elbo)',
    ),
  decomposition: z
    .enum(['betaTC'])
    .optional()
    .describe(
      'split the KL divergence into mutual information, total correlation and the rest, each with a weight of its own (default: not split)',
    ),
  informationWeight: nonNegative
    .optional()
    .describe('betaTC: weight of the mutual information of row and code (default 1)'),
  correlationWeight: nonNegative
    .optional()
    .describe('betaTC: weight of the total correlation of the units (default 6)'),
  dimensionWeight: nonNegative
    .optional()
    .describe("betaTC: weight of each unit's own distance from the prior (default 1)"),
  rows: z.int().min(1).optional().describe('betaTC: number of rows in the training data; needed for it'),
})

/** Options of the variational kind. */
export type VariationalOptions = Readonly<z.input<typeof variationalOptions>>

/** Options with their defaults. */
export interface ResolvedVariational {
  readonly latent: number
  readonly beta: number
  readonly warmup: number
  readonly freeBits: number
  readonly samples: number
  readonly bound: 'elbo' | 'iwae'
  readonly decomposition?: DecompositionWeights & { readonly rows: number }
}

/** @throws HG_USAGE when options contradict each other */
export function resolveVariational(options: VariationalOptions): ResolvedVariational {
  const { latent, beta = 1, warmup = 0, freeBits = 0, samples = 1, bound = 'elbo', rows } = options
  if (bound === 'iwae' && freeBits > 0) {
    throw usage(
      `freeBits ${freeBits} and bound iwae exclude each other: the importance-weighted bound has no divergence of single units; ` +
        'leave out freeBits, or choose bound elbo',
    )
  }
  const decomposition = decompositionOf(options)
  if (decomposition === undefined) return { latent, beta, warmup, freeBits, samples, bound }
  if (bound === 'iwae' || freeBits > 0 || samples > 1) {
    const which =
      bound === 'iwae' ? 'bound iwae' : freeBits > 0 ? `freeBits ${freeBits}` : `samples ${samples}`
    throw usage(
      `decomposition betaTC and ${which} exclude each other: it splits the KL divergence of one draw; leave one of them out`,
    )
  }
  if (rows === undefined) {
    throw usage(
      'decomposition betaTC needs the number of rows in the training data, as option rows, to estimate the distribution of all codes from a batch',
    )
  }
  return { latent, beta, warmup, freeBits, samples, bound, decomposition: { ...decomposition, rows } }
}

function decompositionOf(options: VariationalOptions): DecompositionWeights | undefined {
  const { informationWeight = 1, correlationWeight = 6, dimensionWeight = 1 } = options
  if (options.decomposition === 'betaTC') {
    return { information: informationWeight, correlation: correlationWeight, dimensions: dimensionWeight }
  }
  const names = ['informationWeight', 'correlationWeight', 'dimensionWeight', 'rows'] as const
  const stray = names.find((name) => options[name] !== undefined)
  if (stray === undefined) return undefined
  throw usage(`${stray} is an option of decomposition betaTC; leave it out, or set decomposition to betaTC`)
}

const usage = (message: string): HourglassError => new HourglassError('HG_USAGE', `variational: ${message}`)

/** From here on a divergence counts as exploded: so many nats for each unit, and times the reconstruction error. */
const exploded = 10

/** What is wrong with a trained one, by the means of its last steps. @param kind whose name the findings begin with */
export function variationalDiagnosis(
  latent: number,
  measured: Measured,
  kind = 'variational',
): readonly Finding[] {
  const { activeUnits, klPerUnit, reconstruction } = measured
  const findings: Finding[] = []
  if (activeUnits !== undefined && activeUnits < 1) {
    findings.push({
      code: 'HG_POSTERIOR_COLLAPSED',
      message:
        `${kind}: of ${latent} units ${activeUnits.toFixed(1)} carry more than 0.01 nat about a row, so every row has the same code ` +
        'and the decoder ignores it. Lower beta, let it rise slowly (warmup 0.5)' +
        (kind === 'variational'
          ? ', give each unit freeBits (0.1), or take a weaker decoder'
          : ', or take a weaker decoder'),
    })
  }
  const kl = klPerUnit === undefined ? 0 : klPerUnit * latent
  if (kl > exploded * Math.max(latent, Math.abs(reconstruction ?? 0))) {
    findings.push({
      code: 'HG_KL_EXPLODED',
      message:
        `${kind}: the KL divergence is ${kl.toPrecision(3)} nats for a reconstruction error of ${(reconstruction ?? 0).toPrecision(3)}: codes lie far ` +
        'from the prior, and draws of the prior will not look like data. Raise beta, shorten the warm-up, or lower the learning rate',
    })
  }
  return findings
}
