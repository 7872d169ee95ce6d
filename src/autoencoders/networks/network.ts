/**
 * What a network is: the layers of an encoder and of a decoder, before anybody says what code and output mean. dense.ts
 * and the files beside it make them, index.ts is the table.
 */
import { z } from 'zod'
import type { Value } from '../../graph/index.js'
import { activationNames, type LayerContext, type Parameter } from '../../layers/index.js'
import type { FeatureBatch } from '../feature-space.js'

/** How encoder and decoder are built; see the table in index.ts. */
export const networkNames = ['dense', 'convolutional', 'temporal', 'recurrent', 'attention'] as const

export type NetworkName = (typeof networkNames)[number]

const width = z.int().min(1)

/** Options of every network. */
export const networkOptions = {
  network: z.enum(networkNames).optional().describe('layers of encoder and decoder (default dense)'),
  hidden: z
    .array(width)
    .readonly()
    .describe(
      'widths between input and code, mirrored by the decoder: units, or channels of a convolutional network',
    ),
  latent: width.describe('width of the code'),
  activation: z.enum(activationNames).optional().describe('activation of hidden layers (default relu)'),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe('share of hidden units dropped while training (default 0)'),
  readsMask: z
    .boolean()
    .optional()
    .describe('whether the encoder is told which cells are known (default false)'),
  codeActivation: z
    .enum(activationNames)
    .optional()
    .describe('activation of the code (default: what suits the kind)'),
  outputActivation: z
    .enum(activationNames)
    .optional()
    .describe('activation of the output of a dense network over numbers alone (default linear)'),
  tied: z
    .boolean()
    .optional()
    .describe(
      "whether the decoder of a dense network uses the encoder's matrices, transposed (default: what suits the kind)",
    ),
}

/** Options of every network, as a user gives them. */
export type NetworkOptions = Readonly<z.input<z.ZodObject<typeof networkOptions>>>

/** What a kind asks of its network besides what users choose. */
export interface NetworkShape {
  /** Numbers the encoder gives for each row (default `latent`). */
  readonly codes?: number
  /** Numbers the decoder gives for each row. */
  readonly outputs: number
  /** Numbers that the encoder reads besides features and masks (default 0). */
  readonly extraInputs?: number
  /** Activation of the code (default `linear`). */
  readonly codeActivation?: NonNullable<NetworkOptions['activation']>
}

/** Layers of an encoder and a decoder. */
export interface Network {
  /** Widths from the input over the latent to the output. */
  readonly widths: readonly number[]
  readonly parameters: readonly Parameter[]
  /**
   * @param extra `[batch, extraInputs]`
   * @returns `[batch, codes]`
   */
  readonly encode: (batch: FeatureBatch, context: LayerContext, extra?: Value) => Value
  /** `[batch, latent]` to `[batch, outputs]` */
  readonly decode: (latent: Value, context: LayerContext) => Value
}
