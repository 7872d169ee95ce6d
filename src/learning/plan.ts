/**
 * How large a network is and how long it trains, from the shape of the data.
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
import type { ScalingChoice } from '../data/index.js'
import { defaultTraining, type TrainingData, type TrainingOptions } from '../training/index.js'
import { countFacts } from './count-facts.js'
import type { LearningOptions } from './options.js'

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
export function planFor(space: FeatureSpace, data: TrainingData, options: LearningOptions): Plan {
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
    ...dataFacts(space, options, data),
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
      pretrainSteps: options.pretrainSteps ?? 0,
      warmupSteps: 100,
      evaluateEvery: Math.max(50, Math.min(stepsPerEpoch, 250)),
      patience: 10,
      seed,
      threads: options.threads ?? 0,
    },
  }
}

/** How numbers are scaled: as asked, else as the kind needs them; undefined leaves it to the data room. */
export function scalingFor({ kind, options = {}, scaling }: LearningOptions): ScalingChoice | undefined {
  if (scaling !== undefined) return scaling
  if (kind === 'count') return 'none'
  return 'loss' in options && options.loss === 'bernoulli' ? 'range' : undefined
}

/** A description with those of the options that the kind knows; unknown ones of the user stay, to be complained about. */
function describe(
  space: FeatureSpace,
  kind: AutoencoderKind,
  { readsMask, ...options }: Readonly<Record<string, unknown>>,
): AutoencoderDescription {
  const known = readsMask === true && 'readsMask' in optionsOf(kind) ? { readsMask } : {}
  return { kind, space, options: { ...known, ...options } } as AutoencoderDescription
}

type Widths = Pick<LearningOptions, 'hidden' | 'latent'>

/**
 * Widths that suit a kind, where they are not layers that narrow toward a narrow code: a wide code for the kinds that
 * noise, hidden cells, sparsity or a penalty keep from copying, channels where features lie on a grid.
 */
const widthsOf: Readonly<Partial<Record<AutoencoderKind, (space: FeatureSpace) => Widths>>> = {
  denoising: () => ({ hidden: [256], latent: 256 }),
  masked: () => ({ hidden: [256], latent: 256 }),
  sparse: ({ width }) => ({ hidden: [], latent: Math.max(64, Math.min(1024, 4 * width)) }),
  // As many symbols as a narrow code has numbers, each an entry of four numbers.
  vectorQuantised: (space) => ({ hidden: narrowing(space), latent: 4 * narrowCode(space) }),
  contractive: ({ width }) => ({ hidden: [], latent: Math.max(32, Math.min(256, 2 * width)) }),
  convolutional: () => ({ hidden: [32, 64] }),
  sequence: () => ({ hidden: [32, 32] }),
}

const suggested = (space: FeatureSpace, kind: AutoencoderKind): Widths => ({
  hidden: narrowing(space),
  latent: narrowCode(space),
  ...widthsOf[kind]?.(space),
})

/** What some options need to know of the data: the decomposition of β-TC estimates a density over all of its rows. */
function dataFacts(
  space: FeatureSpace,
  { kind, options = {} }: LearningOptions,
  data: TrainingData,
): Readonly<Record<string, unknown>> {
  if (kind === 'count') return countFacts(space, data)
  return 'decomposition' in options ? { rows: data.training.length } : {}
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
