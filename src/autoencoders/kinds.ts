/**
 * The table of kinds, and the one way from a plain description of an autoencoder to the autoencoder itself. A
 * description is JSON: it crosses into worker threads and lies in checkpoints and model files.
 */
import type { z } from 'zod'
import { HourglassError } from '../base/index.js'
import { adversarial, adversarialOptions } from './adversarial.js'
import type { Autoencoder } from './autoencoder.js'
import { contractive, contractiveOptions } from './contractive.js'
import { convolutional, convolutionalOptions } from './convolutional.js'
import { count, countOptions } from './count.js'
import { denoisingOptions } from './denoising-options.js'
import { denoising } from './denoising.js'
import { ensemble, ensembleOptions } from './ensemble.js'
import type { FeatureSpace } from './feature-space.js'
import { masked, maskedOptions } from './masked.js'
import { robust, robustOptions } from './robust.js'
import { sequence, sequenceOptions } from './sequence.js'
import { sparse, sparseOptions } from './sparse.js'
import { undercomplete, undercompleteOptions } from './undercomplete.js'
import { variational, variationalOptions } from './variational.js'
import { wasserstein, wassersteinOptions } from './wasserstein.js'
import { vectorQuantised, vectorQuantisedOptions } from './vector-quantised.js'

interface Kind<Schema extends z.ZodType> {
  /** One line for help and docs. */
  readonly summary: string
  readonly options: Schema
  readonly create: (space: FeatureSpace, options: z.output<Schema>) => Autoencoder
}

const kind = <Schema extends z.ZodType>(
  summary: string,
  options: Schema,
  create: Kind<Schema>['create'],
): Kind<Schema> => ({ summary, options, create })

/** Every kind: what it is, its options, and the function that makes it. */
export const kinds = {
  undercomplete: kind('a code narrower than the data', undercompleteOptions, undercomplete),
  contractive: kind('a code that changes only where the data does', contractiveOptions, contractive),
  denoising: kind('gives the clean row back from a corrupted one', denoisingOptions, denoising),
  ensemble: kind('many small autoencoders in one graph, and their mean', ensembleOptions, ensemble),
  robust: kind('learns from rows of which some are wrong', robustOptions, robust),
  count: kind('counts with their own likelihood, whatever the total of a row', countOptions, count),
  masked: kind('predicts hidden cells from the others', maskedOptions, masked),
  convolutional: kind(
    'a narrow code of images, by layers that look at neighbouring pixels',
    convolutionalOptions,
    convolutional,
  ),
  sequence: kind(
    'a narrow code of windows of a series, by layers that know the order of time',
    sequenceOptions,
    sequence,
  ),
  sparse: kind('a wide code of which few units are active', sparseOptions, sparse),
  vectorQuantised: kind('a code of discrete symbols', vectorQuantisedOptions, vectorQuantised),
  variational: kind(
    'codes are distributions, near a prior that rows can be drawn from',
    variationalOptions,
    variational,
  ),
  wasserstein: kind(
    'codes together distributed like a prior, by a distance of samples',
    wassersteinOptions,
    wasserstein,
  ),
  adversarial: kind(
    'codes together distributed like a prior, by a second network that tells them apart',
    adversarialOptions,
    adversarial,
  ),
} as const

/** Names of the kinds. */
export type AutoencoderKind = keyof typeof kinds

/** Options of each kind, as users give them. */
export type KindOptions = { readonly [K in AutoencoderKind]: z.input<(typeof kinds)[K]['options']> }

/** A kind, the space it works in, and its options. */
export type AutoencoderDescription = {
  [K in AutoencoderKind]: { readonly kind: K; readonly space: FeatureSpace; readonly options: KindOptions[K] }
}[AutoencoderKind]

export const autoencoderKinds = Object.keys(kinds) as AutoencoderKind[]

/**
 * Makes the autoencoder that a description stands for; one that is made already is returned as it is.
 *
 * @throws HG_USAGE when there is no such kind or option, or an option is outside its range
 */
export function createAutoencoder(description: AutoencoderDescription | Autoencoder): Autoencoder {
  if ('objective' in description) return description
  const { kind: name, space, options } = description
  if (!Object.hasOwn(kinds, name)) {
    throw new HourglassError(
      'HG_USAGE',
      `kind: there is no "${name}"; there are ${autoencoderKinds.join(', ')}`,
    )
  }
  const entry: Kind<z.ZodType> = kinds[name]
  const parsed = entry.options.safeParse(options)
  if (!parsed.success) throw new HourglassError('HG_USAGE', `${name}: ${complaint(name, parsed.error)}`)
  return entry.create(space, parsed.data)
}

/** The first thing that is wrong with some options, in words. */
function complaint(name: AutoencoderKind, { issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'options are not valid'
  if (issue.code === 'unrecognized_keys') {
    return `there is no option ${issue.keys.join(', ')}; there are ${Object.keys(optionsOf(name)).join(', ')}`
  }
  return `option ${issue.path.join('.')}: ${issue.message}`
}

/** The options of a kind by name, for help and docs. */
export function optionsOf(name: AutoencoderKind): Readonly<Record<string, z.ZodType>> {
  return kinds[name].options.shape
}
