/** Options of the count kind, and what it refuses before any training. What they do is in count.ts. */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import type { FeatureSpace } from './feature-space.js'
import { networkOptions } from './networks/network.js'
import { variationalOptions } from './variational-options.js'

const { hidden, latent, activation, dropout, readsMask } = networkOptions

export const countOptions = z.strictObject({
  ...{ hidden, latent, activation, dropout, readsMask },
  zeroInflated: z
    .boolean()
    .optional()
    .describe('whether there are extra zeros that say nothing about the mean (default false)'),
  dispersion: z
    .enum(['column', 'cell'])
    .optional()
    .describe('whether the dispersion is one for each column or differs by row too (default column)'),
  beta: z
    .number()
    .min(0)
    .optional()
    .describe(
      'weight of the KL divergence of the code from a standard normal prior; above 0 the kind is variational, at 1 as scVI (default 0: no prior)',
    ),
  warmup: variationalOptions.shape.warmup,
  typicalTotal: z
    .number()
    .positive()
    .optional()
    .describe(
      'total of a row of size factor 1, such as the median of all totals (default 10000, as is usual for cells)',
    ),
  means: z
    .array(z.number())
    .readonly()
    .optional()
    .describe('what is subtracted from log(1 + x/s) of each column for the encoder (default 0)'),
  deviations: z
    .array(z.number().positive())
    .readonly()
    .optional()
    .describe('what log(1 + x/s) of each column is then divided by (default 1)'),
  reduction: z
    .enum(['mean', 'sum'])
    .optional()
    .describe('whether the loss of a row is the mean or the sum over its known columns (default mean)'),
})

/** Options of the count kind. */
export type CountOptions = Readonly<z.input<typeof countOptions>>

/** @throws HG_USAGE for categorical columns, or options that do not fit the columns or each other */
export function expectFitting({ columns, numericCount, width }: FeatureSpace, options: CountOptions): void {
  if (numericCount < width) {
    throw new HourglassError(
      'HG_USAGE',
      `count: expected columns of counts alone, got ${columns.length - numericCount} categorical ones (${columns[numericCount]!.name}, …); ` +
        'leave them out, or choose a kind for mixed tables, such as denoising',
    )
  }
  if (options.warmup !== undefined && (options.beta ?? 0) === 0) {
    throw new HourglassError(
      'HG_USAGE',
      'count: warmup is how the weight of the prior rises, and there is none; set beta (1 as in scVI), or leave warmup out',
    )
  }
  for (const name of ['means', 'deviations'] as const) {
    const given = options[name]
    if (given === undefined || given.length === width) continue
    throw new HourglassError(
      'HG_USAGE',
      `count: ${name} must be one number for each of the ${width} columns, got ${given.length}; give them in the order of the columns`,
    )
  }
}

/** @throws HG_USAGE at the first that is no count; NaN passes: training says itself where it comes from */
export function expectCounts({ columns, width }: FeatureSpace, features: Float32Array): void {
  const at = features.findIndex((value) => value < 0 || (!Number.isInteger(value) && !Number.isNaN(value)))
  if (at === -1) return
  throw new HourglassError(
    'HG_USAGE',
    `count: expected raw counts, whole numbers from 0, got ${features[at]!} in column ${columns[at % width]!.name} of row ` +
      `${Math.floor(at / width) + 1}; give the counts before any scaling or logarithm, or choose a kind for numbers, such as undercomplete`,
  )
}
