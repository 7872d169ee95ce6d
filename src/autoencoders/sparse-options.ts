/** Options of the sparse kind: their ranges and defaults, which belongs to which method, and what is said of bad ones. */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import type { Finding, Measured } from './autoencoder.js'
import { encoderDecoderOptions } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'
import { selectedActivations } from './sparse-methods.js'

/** Ways to make a code sparse; see sparse-methods.ts. */
export const sparseMethods = ['l1', 'kl', 'topK', 'batchTopK', 'jumpRelu'] as const

export type SparseMethodName = (typeof sparseMethods)[number]

export const sparseOptions = z.strictObject({
  ...encoderDecoderOptions,
  method: z.enum(sparseMethods).optional().describe('how the code is made sparse (default topK)'),
  k: z
    .int()
    .min(1)
    .optional()
    .describe(
      'topK, batchTopK: active units per row (default a quarter of the narrower of code and features)',
    ),
  inferenceFactor: z
    .number()
    .min(1)
    .optional()
    .describe('topK: active units at inference as a multiple of k (default 1)'),
  codeActivation: z
    .enum(selectedActivations)
    .optional()
    .describe('topK, batchTopK: activation before the selection (default relu)'),
  penalty: z
    .number()
    .positive()
    .optional()
    .describe('l1, kl, jumpRelu: weight of the sparsity penalty against ½‖x − x̂‖² (default 0.3; kl 1)'),
  targetActivation: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('kl: mean activation that units are drawn to (default 0.05)'),
  bandwidth: z
    .number()
    .positive()
    .optional()
    .describe('jumpRelu: width of the window around a threshold in which activations move it (default 0.5)'),
  initialThreshold: z
    .number()
    .positive()
    .optional()
    .describe('jumpRelu: thresholds before training (default 0.5)'),
  revival: z
    .number()
    .min(0)
    .optional()
    .describe('weight of the loss that revives dead units, 0 for none (default 1/32; not for kl)'),
  revivalUnits: z
    .int()
    .min(1)
    .optional()
    .describe('dead units per row that the reviving loss teaches (default half the features)'),
  deadAfter: z
    .int()
    .min(1)
    .optional()
    .describe('rows without activity after which a unit counts as dead (default 10000)'),
})

/** Options of the sparse kind. */
export type SparseOptions = Readonly<z.input<typeof sparseOptions>>

/** Options with every default in its place. */
export interface ResolvedSparse {
  readonly method: SparseMethodName
  readonly latent: number
  readonly k: number
  /** Active units of a row at inference. */
  readonly inferenceUnits: number
  readonly codeActivation: (typeof selectedActivations)[number]
  readonly penalty: number
  readonly targetActivation: number
  readonly bandwidth: number
  readonly initialThreshold: number
  readonly revival: number
  readonly revivalUnits: number
  readonly deadAfter: number
}

/** The methods that an option belongs to; options that are not here belong to all. */
const methodsOf: Readonly<Partial<Record<keyof SparseOptions, readonly SparseMethodName[]>>> = {
  k: ['topK', 'batchTopK'],
  inferenceFactor: ['topK'],
  codeActivation: ['topK', 'batchTopK'],
  penalty: ['l1', 'kl', 'jumpRelu'],
  targetActivation: ['kl'],
  bandwidth: ['jumpRelu'],
  initialThreshold: ['jumpRelu'],
  revival: ['l1', 'topK', 'batchTopK', 'jumpRelu'],
  revivalUnits: ['l1', 'topK', 'batchTopK', 'jumpRelu'],
}

/** Puts defaults in. @throws HG_USAGE when options contradict one another */
export function resolveSparse({ width }: FeatureSpace, options: SparseOptions): ResolvedSparse {
  const { latent, method = 'topK' } = options
  expectOwnOptions(method, options)
  const k = options.k ?? Math.max(1, Math.round(Math.min(latent, width) / 4))
  const { inferenceFactor = 1, revivalUnits = Math.min(latent, Math.ceil(width / 2)) } = options
  const inferenceUnits = Math.round(k * inferenceFactor)
  expectAtMost('k', k, latent, `take a k of at most ${latent}, or a wider code (latent)`)
  expectAtMost('inferenceFactor · k', inferenceUnits, latent, 'take a smaller factor or k, or a wider code')
  expectAtMost('revivalUnits', revivalUnits, latent, 'take fewer, or a wider code (latent)')
  return {
    method,
    latent,
    k,
    inferenceUnits,
    codeActivation: options.codeActivation ?? 'relu',
    penalty: options.penalty ?? (method === 'kl' ? 1 : 0.3),
    targetActivation: options.targetActivation ?? 0.05,
    bandwidth: options.bandwidth ?? 0.5,
    initialThreshold: options.initialThreshold ?? 0.5,
    revival: options.revival ?? (method === 'kl' ? 0 : 1 / 32),
    revivalUnits,
    deadAfter: options.deadAfter ?? 10_000,
  }
}

function expectOwnOptions(method: SparseMethodName, options: SparseOptions): void {
  for (const [option, methods] of Object.entries(methodsOf)) {
    if (options[option as keyof SparseOptions] === undefined || methods.includes(method)) continue
    throw new HourglassError(
      'HG_USAGE',
      `sparse: option ${option} belongs to the method ${methods.join(', ')}, got method ${method}; leave it out, or choose its method`,
    )
  }
}

function expectAtMost(what: string, got: number, most: number, remedy: string): void {
  if (got <= most) return
  throw new HourglassError(
    'HG_USAGE',
    `sparse: ${what} must be at most ${most}, the width of the code, got ${got}; ${remedy}`,
  )
}

/** What is doubtful before training: as many active units as features can copy anything. */
export function sparseWarnings(
  { width }: FeatureSpace,
  { method, k, latent }: ResolvedSparse,
): readonly Finding[] {
  if (!['topK', 'batchTopK'].includes(method) || k < width || latent < width) return []
  return [
    {
      code: 'HG_CODE_TOO_WIDE',
      message:
        `sparse: ${k} active units for ${width} features, and nothing keeps the network from copying: it can give back ` +
        `anomalies and noise as well as the rest. Take a k well below ${width}`,
    },
  ]
}

/** Below this share of living units, or this number of active ones in a row, a code is hardly used. */
const [leastLive, leastActive] = [0.5, 0.01]

/** What is wrong with a trained code, by the means of its last steps. */
export function sparseDiagnosis(
  options: ResolvedSparse,
  { l0 = Infinity, live = 1 }: Measured,
): readonly Finding[] {
  if (l0 >= leastActive && live >= leastLive) return []
  const what =
    l0 < leastActive
      ? 'no unit of the code is active, every row gets the same reconstruction'
      : `${Math.round((1 - live) * 100)} % of the code's ${options.latent} units are dead: not active in the last ${options.deadAfter} rows`
  return [{ code: 'HG_CODE_DEAD', message: `sparse: ${what}. ${remedyFor(options, l0 < leastActive)}` }]
}

function remedyFor({ method, penalty, k, revival }: ResolvedSparse, empty: boolean): string {
  const narrower = 'or a narrower code (latent)'
  switch (method) {
    case 'kl':
      return `Lower the penalty (now ${penalty}), raise targetActivation, ${narrower}`
    case 'l1':
    case 'jumpRelu':
      return `Lower the penalty (now ${penalty})${empty ? '' : `, raise revival (now ${revival}), ${narrower}`}`
    case 'topK':
    case 'batchTopK':
      return `Raise ${empty ? 'the learning rate or ' : `revival (now ${revival}), `}k (now ${k}), train longer, ${narrower}`
  }
}
