/**
 * Options of the denoising kind, what they are when they are left out, and which of them contradict each other.
 *
 * Noise levels are standard deviations for Gaussian noise and shares of cells, 0 to 1, for all others.
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import type { CorruptionOptions } from './corruptions.js'
import { encoderDecoderOptions } from './encoder-decoder.js'
import type { Extremes } from './exchanged-cells.js'
import { orderedOption } from './ordered-code.js'

/** What is done to cells. */
export const noiseNames = ['gaussian', 'masking', 'saltAndPepper', 'swap'] as const

export type NoiseName = (typeof noiseNames)[number]

const level = z.number().positive()

export const denoisingOptions = z.strictObject({
  ...encoderDecoderOptions,
  ...orderedOption,
  noise: z
    .enum(noiseNames)
    .optional()
    .describe(
      'gaussian: numbers get normal noise; masking: cells become 0; saltAndPepper: cells become an extreme number or another ' +
        "category; swap: cells take another row's value of the same column (default gaussian)",
    ),
  schedule: z
    .enum(['sampled', 'fixed', 'annealed'])
    .optional()
    .describe(
      'noise level in training: drawn for each row, log-uniform in the range; the upper end; or from the upper end down to the lower ' +
        '(default sampled)',
    ),
  noiseRange: z
    .tuple([level, level])
    .readonly()
    .optional()
    .describe(
      "range of noise levels in training: in units of the scaled columns' standard deviation for gaussian noise (default 0.05 to 1.5), " +
        'shares of the cells for the others (default 0.05 to 0.5)',
    ),
  hiddenShare: z
    .number()
    .min(0)
    .max(0.5)
    .optional()
    .describe(
      'mean share of cells hidden in training besides the noise; each row draws its own, between 0 and twice this (default 0.1, and 0 ' +
        'for masking)',
    ),
  levelInput: z
    .boolean()
    .optional()
    .describe('whether the network is told the noise level (default true, and false for a fixed level)'),
  maskInput: z
    .boolean()
    .optional()
    .describe('whether the network is told which cells are hidden or missing (default true)'),
  scoreLevels: z
    .array(level)
    .readonly()
    .optional()
    .describe(
      'noise levels at which rows are scored (default 0.1, 0.2, 0.4 and 0.8 for gaussian noise, 0.1 and 0.25 for the others, and the ' +
        'fixed level for a fixed one); none for one pass over the clean row',
    ),
  drawsPerLevel: z
    .int()
    .min(2)
    .multipleOf(2)
    .optional()
    .describe('corruptions at each level, each with its mirror image (default 2)'),
})

/** Options of the denoising kind. */
export type DenoisingOptions = Readonly<z.input<typeof denoisingOptions>>

/** The same with nothing left out. */
export interface DenoisingSettings extends CorruptionOptions {
  readonly schedule: 'sampled' | 'fixed' | 'annealed'
  readonly hiddenShare: number
  readonly levelInput: boolean
  readonly maskInput: boolean
}

/** Salt and pepper: the ends of the range for a Bernoulli loss, else two standard deviations from the mean. */
const extremesFor = ({ loss }: DenoisingOptions): Extremes => (loss === 'bernoulli' ? [0, 1] : [-2, 2])

/** Fills in what is left out. @throws HG_USAGE when options contradict each other */
export function denoisingSettings(options: DenoisingOptions): DenoisingSettings {
  const { noise = 'gaussian', schedule = 'sampled', drawsPerLevel = 2, maskInput = true } = options
  const gaussian = noise === 'gaussian'
  const noiseRange = options.noiseRange ?? (gaussian ? [0.05, 1.5] : [0.05, 0.5])
  const usual = schedule === 'fixed' ? [noiseRange[1]] : gaussian ? [0.1, 0.2, 0.4, 0.8] : [0.1, 0.25]
  const hiddenShare = options.hiddenShare ?? (noise === 'masking' ? 0 : 0.1)
  const settings: DenoisingSettings = {
    noise,
    schedule,
    noiseRange,
    hiddenShare,
    levelInput: options.levelInput ?? schedule !== 'fixed',
    maskInput,
    hidesCells: noise === 'masking' || hiddenShare > 0,
    scoreLevels: options.scoreLevels ?? usual,
    drawsPerLevel,
    extremes: extremesFor(options),
  }
  expectSense(settings, options)
  return settings
}

function expectSense(settings: DenoisingSettings, { readsMask = false }: DenoisingOptions): void {
  const { noise, schedule, noiseRange, hiddenShare, levelInput, maskInput, scoreLevels } = settings
  const fail = (what: string): never => {
    throw new HourglassError('HG_USAGE', `denoising: ${what}`)
  }
  const [low, high] = noiseRange
  if (low > high) fail(`noiseRange goes from the lower level to the upper one, got ${low} to ${high}`)
  const largest = Math.max(high, ...scoreLevels)
  if (noise !== 'gaussian' && largest > 1)
    fail(
      `levels of ${noise} noise are shares of the cells, 0 to 1, got ${largest}; lower noiseRange or scoreLevels`,
    )
  if (noise === 'masking' && hiddenShare > 0)
    fail(`masking noise hides cells by itself, got a hiddenShare of ${hiddenShare} besides; leave it out`)
  if (schedule === 'fixed' && levelInput)
    fail('a fixed noise level is always the same and need not be told; set levelInput to false')
  if (readsMask && !maskInput) fail('readsMask is true and maskInput false; leave one of them out')
}
