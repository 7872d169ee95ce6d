/**
 * What is searched unless one is told otherwise: kinds, the shape of the network, and how it is trained, with ranges
 * around what Hourglass does by itself. What a configuration means to a fit is fit-options.ts.
 *
 *     kind ──┬── network: layers, width, activation          (kinds of hidden layers)
 *            ├── code: latentShare | latentWidth | latentFactor (narrow, wide, or a dictionary)
 *            └── options of the kind: noise, penalty, …
 *     learningRate, batchSize, weightDecay                    (all)
 */
import type { AutoencoderKind, FeatureSpace } from '../../autoencoders/index.js'
import { HourglassError } from '../../base/index.js'
import type { MetricName } from './metrics.js'
import {
  checkSpace,
  type ChoiceOption,
  type Condition,
  type SearchOption,
  type SearchSpace,
} from './search-space.js'

/** How wide a code is in each kind that can be tuned: narrower than the data, wide, or a dictionary. */
const codeOf: Readonly<Partial<Record<AutoencoderKind, 'narrow' | 'wide' | 'dictionary'>>> = {
  undercomplete: 'narrow',
  variational: 'narrow',
  robust: 'narrow',
  ensemble: 'narrow',
  wasserstein: 'narrow',
  adversarial: 'narrow',
  vectorQuantised: 'narrow',
  convolutional: 'narrow',
  sequence: 'narrow',
  denoising: 'wide',
  masked: 'wide',
  sparse: 'dictionary',
  contractive: 'dictionary',
}

/** Kinds that can be tuned. */
export const tunableKinds = Object.keys(codeOf) as readonly AutoencoderKind[]

/** How wide the code of a kind is. */
export const codeWidthOf = (kind: AutoencoderKind) => codeOf[kind] ?? 'narrow'

/**
 * Kinds that are searched by default.
 *
 * @param metric kinds of a wide code give back what they are shown, so that they are left out of `reconstruction`
 */
export function usualKinds(
  { grid }: Pick<FeatureSpace, 'grid'>,
  metric: MetricName,
): readonly AutoencoderKind[] {
  const all: readonly AutoencoderKind[] =
    grid === undefined
      ? ['denoising', 'masked', 'undercomplete', 'variational', 'sparse']
      : grid.kind === 'image'
        ? ['denoising', 'masked', 'convolutional', 'undercomplete']
        : ['denoising', 'masked', 'sequence', 'undercomplete']
  return metric === 'reconstruction' ? all.filter((kind) => codeOf[kind] === 'narrow') : all
}

/** What the default space depends on. */
export interface SpaceFacts {
  readonly space: FeatureSpace
  /** Rows that gradients come from. */
  readonly trainingRows: number
  readonly kinds: readonly AutoencoderKind[]
}

/**
 * The default space.
 *
 * @throws HG_USAGE for a kind that cannot be tuned, or not on rows like these
 */
export function defaultSpace({ space, trainingRows, kinds }: SpaceFacts): SearchSpace {
  kinds.forEach((kind) => checkKind(kind, space))
  const [first] = kinds
  if (first === undefined) throw new HourglassError('HG_USAGE', 'tune: expected at least one kind, got none')
  const only = (...some: readonly AutoencoderKind[]): Only => onlyOf(kinds, some)
  const options = [
    choice('kind', kinds, first),
    ...networkOptions(space, first, only),
    ...codeOptions(space, kinds, only),
    ...kindOptions(only),
    { name: 'learningRate', type: 'number', low: 3e-4, high: 1e-2, log: true, usual: 2e-3 } as const,
    batchSizes(trainingRows),
    { name: 'weightDecay', type: 'number', low: 1e-6, high: 0.1, log: true, usual: 1e-4 } as const,
  ].filter((option) => option !== undefined)
  const found = { options }
  checkSpace(found)
  return found
}

function checkKind(kind: AutoencoderKind, { grid }: FeatureSpace): void {
  if (codeOf[kind] === undefined) {
    throw new HourglassError(
      'HG_USAGE',
      `tune: ${kind} cannot be tuned, since its errors are not in the units of the other kinds; there are ${tunableKinds.join(', ')}`,
    )
  }
  const needed = kind === 'convolutional' ? 'image' : kind === 'sequence' ? 'series' : grid?.kind
  if (needed === grid?.kind) return
  const how = needed === 'image' ? 'images (--image HEIGHTxWIDTH)' : 'windows of a series (--window STEPS)'
  throw new HourglassError(
    'HG_USAGE',
    `tune: ${kind} needs rows that are ${how}${kind === 'sequence' && grid?.kind === 'image' ? ', or to be the only kind' : ''}; leave it out of --kind, or say so`,
  )
}

/** Gives an option that exists for some kinds its condition; undefined where none of them is searched. */
type Only = (option: SearchOption, ...and: readonly Condition[]) => SearchOption | undefined

function onlyOf(kinds: readonly AutoencoderKind[], some: readonly AutoencoderKind[]): Only {
  const among = kinds.filter((kind) => some.includes(kind))
  return (option, ...and) => {
    if (among.length === 0) return undefined
    const when = [...(among.length === kinds.length ? [] : [{ option: 'kind', among }]), ...and]
    return when.length === 0 ? option : { ...option, when }
  }
}

const choice = (
  name: string,
  choices: ChoiceOption['choices'],
  usual: ChoiceOption['choices'][number],
  ordered = false,
): SearchOption => ({ name, type: 'choice', choices, usual, ...(ordered && { ordered }) })

const share = (name: string, low: number, high: number, usual: number, log = true): SearchOption => ({
  name,
  type: 'number',
  low,
  high,
  usual,
  ...(log && { log }),
})

type ForKinds = (...some: readonly AutoencoderKind[]) => Only

/** Hidden layers of dense networks, and channels of the others. */
function networkOptions(space: FeatureSpace, first: AutoencoderKind, only: ForKinds) {
  const dense = tunableKinds.filter(
    (kind) => codeOf[kind] !== 'dictionary' && kind !== 'convolutional' && kind !== 'sequence',
  )
  const isWide = codeOf[first] === 'wide'
  const usualWidth = isWide ? 256 : Math.min(256, Math.max(32, 2 ** Math.round(Math.log2(2 * space.width))))
  return [
    only(...dense)({ name: 'layers', type: 'integer', low: 1, high: 3, usual: isWide ? 1 : 2 }),
    only(...dense)(choice('width', [32, 64, 128, 256, 512], usualWidth, true)),
    only('convolutional')(choice('channels', [8, 16, 32, 64], 32, true)),
    only('sequence')(choice('network', ['temporal', 'recurrent', 'attention'], 'temporal')),
    only('sequence')(choice('stepChannels', [16, 32, 64], 32, true)),
    only(...dense, 'convolutional', 'sequence')(choice('activation', ['relu', 'gelu', 'tanh'], 'relu')),
  ]
}

/** Widths of codes: as a share of the features, as they are, or as a multiple. */
function codeOptions({ width }: FeatureSpace, kinds: readonly AutoencoderKind[], only: ForKinds) {
  const of = (code: string): readonly AutoencoderKind[] => kinds.filter((kind) => codeOf[kind] === code)
  const least = Math.min(0.25, Math.max(1 / width, 1 / 64))
  const usual = Math.min(0.5, Math.max(least, (Math.ceil(Math.sqrt(width)) + 1) / width))
  return [
    only(...of('narrow'))(share('latentShare', least, 0.5, usual)),
    only(...of('wide'))(choice('latentWidth', [16, 32, 64, 128, 256], 256, true)),
    only(...of('dictionary'))(share('latentFactor', 1, 8, 4)),
  ]
}

/** What the kinds have of their own; usual values are those of docs/kinds.md. */
function kindOptions(only: ForKinds) {
  const denoising = only('denoising')
  const noiseIs = (...among: readonly string[]): Condition => ({ option: 'noise', among })
  return [
    denoising(choice('noise', ['gaussian', 'masking', 'swap'], 'gaussian')),
    denoising(share('noiseDeviation', 0.3, 3, 1.5), noiseIs('gaussian')),
    denoising(share('noiseShare', 0.1, 0.8, 0.5), noiseIs('masking', 'swap')),
    denoising(share('noiseHiddenShare', 0, 0.4, 0.1, false), noiseIs('gaussian', 'swap')),
    only('masked')(share('maskedShare', 0.1, 0.75, 0.25, false)),
    only('variational')(share('beta', 0.01, 4, 1)),
    only('sparse')(share('activeShare', 0.05, 0.5, 0.25)),
    only('contractive')(share('contraction', 1e-4, 1, 0.01)),
    only('robust')(choice('robustLoss', ['huber', 'correntropy'], 'huber')),
    only('robust')(share('trim', 0, 0.3, 0.1, false)),
    only('wasserstein')(share('distanceWeight', 0.1, 10, 1)),
    only('adversarial')(share('adversarialWeight', 0.01, 1, 0.1)),
    only('vectorQuantised')(choice('codebookSize', [32, 64, 128, 256, 512], 256, true)),
    only('ensemble')({ name: 'members', type: 'integer', low: 5, high: 20, usual: 10 }),
    only('ensemble')(share('connectivity', 0.3, 1, 1)),
  ]
}

/** Sizes of batches that the rows fill. */
function batchSizes(trainingRows: number): SearchOption {
  const sizes = [32, 64, 128, 256, 512]
  const filled = sizes.filter((size) => size <= trainingRows)
  const choices = filled.length === 0 ? [sizes[0]!] : filled
  return choice('batchSize', choices, choices.includes(256) ? 256 : choices.at(-1)!, true)
}
