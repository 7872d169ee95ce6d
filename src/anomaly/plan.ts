/**
 * How large the network of a detector is and how long it trains, from the shape of the data.
 *
 * Where the figures come from, and how far to trust them: docs/decisions/detector-defaults.md.
 */
import {
  createAutoencoder,
  optionsOf,
  type AutoencoderDescription,
  type AutoencoderKind,
  type FeatureSpace,
} from '../autoencoders/index.js'
import { HourglassError } from '../base/index.js'
import { defaultTraining, type TrainingData, type TrainingOptions } from '../training/index.js'
import type { FitOptions } from './detector-types.js'

/** A network and its training. */
export interface Plan {
  readonly autoencoder: AutoencoderDescription
  readonly training: TrainingOptions
}

/** What the command line's help says of the options of the same names. */
export const planDefaults = { batchSize: 256, learningRate: 2e-3, weightDecay: 1e-4 } as const

/**
 * Plans a fit. Options that are given win over the plan.
 *
 * @param space features of the table
 * @param data the rows to learn from
 * @throws HG_USAGE when a width or a number of epochs is not a whole number of at least 1
 */
export function planFor(space: FeatureSpace, data: TrainingData, options: FitOptions): Plan {
  const { kind = 'denoising', batchSize = planDefaults.batchSize, epochs, seed = 0 } = options
  const { hidden = options.hidden, latent = options.latent } = (options.options ?? {}) as Widths
  checkCounts({
    batchSize,
    ...(epochs !== undefined && { epochs }),
    ...(latent !== undefined && { latent }),
  })
  hidden?.forEach((width, i) => checkCounts({ [`hidden[${i}]`]: width }))
  const stepsPerEpoch = Math.ceil(data.training.length / batchSize)
  const autoencoder = describe(space, kind, {
    readsMask: data.mask !== undefined,
    ...suggested(space, kind),
    ...options.options,
    ...(hidden !== undefined && { hidden }),
    ...(latent !== undefined && { latent }),
  })
  createAutoencoder(autoencoder) // complains about options now, before anything is computed
  return {
    autoencoder,
    training: {
      ...defaultTraining,
      batchSize: Math.min(batchSize, data.training.length),
      steps: epochs === undefined ? defaultSteps(stepsPerEpoch) : epochs * stepsPerEpoch,
      learningRate: options.learningRate ?? planDefaults.learningRate,
      weightDecay: options.weightDecay ?? planDefaults.weightDecay,
      warmupSteps: 100,
      evaluateEvery: Math.max(50, Math.min(stepsPerEpoch, 250)),
      patience: 10,
      seed,
      threads: options.threads ?? 0,
    },
  }
}

type Widths = Pick<FitOptions, 'hidden' | 'latent'>

/** A description with those of the options that the kind knows; unknown ones of the user stay, to be complained about. */
function describe(
  space: FeatureSpace,
  kind: AutoencoderKind,
  { readsMask, ...options }: Readonly<Record<string, unknown>>,
): AutoencoderDescription {
  const known = readsMask === true && 'readsMask' in optionsOf(kind) ? { readsMask } : {}
  return { kind, space, options: { ...known, ...options } } as AutoencoderDescription
}

/**
 * Widths that suit the data. A wide code for the kinds that are kept from copying by noise, hidden cells or sparsity;
 * channels where features lie on a grid; otherwise layers that narrow toward a narrow code.
 */
function suggested(space: FeatureSpace, kind: AutoencoderKind): Readonly<Record<string, unknown>> {
  const wide = { hidden: [256], latent: 256 }
  const narrow = { hidden: narrowing(space), latent: narrowCode(space) }
  switch (kind) {
    case 'denoising':
      return { ...wide, noiseRange: [0.05, 1.5], hiddenShare: 0.1, scoreLevels: [0.1, 0.2, 0.4, 0.8], drawsPerLevel: 2 }
    default:
      return narrow
  }
}

/** Two layers that narrow toward the code. */
function narrowing({ width }: FeatureSpace): readonly number[] {
  const first = Math.min(256, Math.max(32, 2 * width))
  return [first, Math.max(16, Math.round(first / 2))]
}

/** About the square root of the number of features, the rule of thumb for tables. */
function narrowCode({ width }: FeatureSpace): number {
  return Math.max(1, Math.min(64, width - 1, Math.ceil(Math.sqrt(width)) + 1))
}

/** 2,000 steps, or four passes over the rows where that is more, up to 8,000. */
function defaultSteps(stepsPerEpoch: number): number {
  return Math.min(8000, Math.max(2000, 4 * stepsPerEpoch))
}

function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new HourglassError('HG_USAGE', `fit: ${name} must be a whole number of at least 1, got ${value}`)
    }
  }
}
