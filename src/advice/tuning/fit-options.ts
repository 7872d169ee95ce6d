/**
 * What a configuration means: the options of a fit. Trials, the final fit and the command that reproduces it all take
 * them from here, so that what was tried is what is learned in the end.
 */
import type { AutoencoderKind } from '../../autoencoders/index.js'
import type { LearningOptions } from '../../learning/index.js'
import { codeWidthOf } from './default-space.js'
import type { Configuration } from './search-space.js'
import type { Trial } from './study.js'

/** Numbers are kept to so many digits: more would say nothing, and commands are read by people. */
const digits = 4

/** Most units of a dictionary: images would else get tens of thousands. */
const widestDictionary = 2048

/**
 * The options of a fit that a configuration of the default space stands for.
 *
 * @param width number of features
 */
export function fitOptionsOf(configuration: Configuration, width: number): LearningOptions {
  const kind = configuration['kind'] as AutoencoderKind
  const latent = latentOf(configuration, kind, width)
  const hidden = hiddenOf(configuration, kind, latent)
  const kindOptions = { ...networkChoices(configuration), ...own(configuration, kind, { width, latent }) }
  return {
    kind,
    latent,
    ...(hidden !== undefined && { hidden }),
    ...given(configuration, 'learningRate', rounded),
    ...given(configuration, 'batchSize', Number),
    ...given(configuration, 'weightDecay', rounded),
    ...(Object.keys(kindOptions).length > 0 && { options: kindOptions }),
  } // the kind checks its options when it is made
}

/**
 * The options that a trial is trained with, and a fit like it.
 *
 * @param width number of features
 * @param setup the study's seed, from which and the trial's number its own follows, and the passes of a full training
 *   where they are not left to the plan
 */
export function trialOptions(
  { configuration, number }: Pick<Trial, 'configuration' | 'number'>,
  width: number,
  { seed, epochs }: { readonly seed: number; readonly epochs: number | null | undefined },
): LearningOptions {
  return {
    ...fitOptionsOf(configuration, width),
    ...(epochs !== undefined && epochs !== null && { epochs }),
    seed: seed + number,
  }
}

const rounded = (value: string | number): number => Number(Number(value).toPrecision(digits))

/** One option under its own name, where the configuration has it. */
function given(
  configuration: Configuration,
  name: string,
  read: (value: string | number) => unknown,
  as = name,
): Readonly<Record<string, unknown>> {
  const value = configuration[name]
  return value === undefined ? {} : { [as]: read(value) }
}

function latentOf(configuration: Configuration, kind: AutoencoderKind, width: number): number {
  const of = (name: string, otherwise: number): number => Number(configuration[name] ?? otherwise)
  switch (codeWidthOf(kind)) {
    case 'wide':
      return of('latentWidth', 256)
    case 'dictionary':
      return Math.max(1, Math.min(widestDictionary, Math.round(of('latentFactor', 4) * width)))
    case 'narrow': {
      const latent = Math.max(1, Math.min(Math.max(1, width - 1), Math.round(of('latentShare', 0.5) * width)))
      return kind === 'vectorQuantised' ? 4 * latent : latent // as many symbols, each of four numbers
    }
  }
}

/** Widths of hidden layers: alike before a wide code, halving toward a narrow one; undefined leaves them to the plan. */
function hiddenOf(
  configuration: Configuration,
  kind: AutoencoderKind,
  latent: number,
): readonly number[] | undefined {
  const { layers, width, channels, stepChannels } = configuration
  if (channels !== undefined) return [Number(channels), 2 * Number(channels)]
  if (stepChannels !== undefined) return [Number(stepChannels), Number(stepChannels)]
  if (layers === undefined || width === undefined) return undefined
  const narrows = codeWidthOf(kind) === 'narrow'
  return Array.from({ length: Number(layers) }, (_, i) =>
    narrows ? Math.max(8, Math.min(Number(width), latent), Number(width) >> i) : Number(width),
  )
}

function networkChoices(configuration: Configuration): Readonly<Record<string, unknown>> {
  return { ...given(configuration, 'activation', String), ...given(configuration, 'network', String) }
}

/** The options that belong to the kind alone. */
function own(
  configuration: Configuration,
  kind: AutoencoderKind,
  { width, latent }: { readonly width: number; readonly latent: number },
): Readonly<Record<string, unknown>> {
  const take = (name: string, as: string): Readonly<Record<string, unknown>> =>
    given(configuration, name, rounded, as)
  switch (kind) {
    case 'denoising':
      return { ...noiseOf(configuration), ...take('noiseHiddenShare', 'hiddenShare') }
    case 'masked':
      return take('maskedShare', 'hiddenShare')
    case 'variational':
      return take('beta', 'beta')
    case 'sparse':
      return given(
        configuration,
        'activeShare',
        (value) => Math.max(1, Math.round(Number(value) * Math.min(latent, width))),
        'k',
      )
    case 'contractive':
      return take('contraction', 'weight')
    case 'robust':
      return { ...given(configuration, 'robustLoss', String, 'loss'), ...take('trim', 'trim') }
    case 'wasserstein':
      return take('distanceWeight', 'weight')
    case 'adversarial':
      return take('adversarialWeight', 'weight')
    case 'vectorQuantised':
      return { ...given(configuration, 'codebookSize', Number), codeWidth: 4 }
    case 'ensemble':
      return { ...given(configuration, 'members', Number), ...take('connectivity', 'connectivity') }
    case 'undercomplete':
    case 'convolutional':
    case 'sequence':
    case 'count':
      return {}
  }
}

/** The range of noise levels: from a thirtieth of the largest deviation, or from a twentieth of the cells. */
function noiseOf(configuration: Configuration): Readonly<Record<string, unknown>> {
  const { noise, noiseDeviation, noiseShare } = configuration
  if (noise === undefined) return {}
  const range =
    noise === 'gaussian' ? [Number(noiseDeviation) / 30, Number(noiseDeviation)] : [0.05, Number(noiseShare)]
  return { noise, noiseRange: range.map(rounded) }
}
