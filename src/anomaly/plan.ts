/**
 * How large the network of a detector is and how long it trains, from the shape of the data.
 *
 * Where the figures come from, and how far to trust them: docs/decisions/detector-defaults.md.
 */
import type { AutoencoderDescription, FeatureSpace } from '../autoencoders/index.js'
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

const noiseRange = [0.05, 1.5] as const
const scoreLevels = [0.1, 0.2, 0.4, 0.8] as const

/**
 * Plans a fit. Options that are given win over the plan.
 *
 * @param space features of the table
 * @param data the rows to learn from
 * @throws HG_USAGE when a width or a number of epochs is not a whole number of at least 1
 */
export function planFor(space: FeatureSpace, data: TrainingData, options: FitOptions): Plan {
  const { kind = 'denoising', batchSize = planDefaults.batchSize, epochs, seed = 0 } = options
  const hidden = options.hidden ?? defaultHidden(space, kind)
  const latent = options.latent ?? (kind === 'denoising' ? 256 : defaultCode(space))
  checkCounts({ batchSize, latent, ...(epochs !== undefined && { epochs }) })
  hidden.forEach((width, i) => checkCounts({ [`hidden[${i}]`]: width }))
  const network = { hidden, latent, activation: 'relu' as const, readsMask: data.mask !== undefined }
  const stepsPerEpoch = Math.ceil(data.training.length / batchSize)
  return {
    autoencoder:
      kind === 'denoising'
        ? {
            kind,
            space,
            options: { ...network, noiseRange, hiddenShare: 0.1, scoreLevels, drawsPerLevel: 2 },
          }
        : { kind, space, options: network },
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

/** One wide layer around the wide code of the denoising kind; two that narrow toward the code otherwise. */
function defaultHidden({ width }: FeatureSpace, kind: FitOptions['kind']): readonly number[] {
  if (kind !== 'undercomplete') return [256]
  const first = Math.min(256, Math.max(32, 2 * width))
  return [first, Math.max(16, Math.round(first / 2))]
}

/** About the square root of the number of features, the rule of thumb for tables. */
function defaultCode({ width }: FeatureSpace): number {
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
