/** What a quantiser is: from groups of numbers to the entries of a codebook; codebook-ema.ts and scalar-quantizer.ts are. */
import type { Value } from '../graph/index.js'
import type { LayerContext, Parameter } from '../layers/index.js'

/** Vectors as entries of a codebook. */
export interface Quantized {
  /** `[n, codeWidth]`, entries exactly. */
  readonly entries: Value
  /** `[n]` int64 */
  readonly indices: Value
}

/** The same in training. */
export interface QuantizedInTraining {
  /** `[n, codeWidth]`: the entries, with the slopes that the encoder is to follow. */
  readonly output: Value
  /** `[n]`, what is added to the loss, before its weight. */
  readonly commitment?: Value
  /** `[]` each */
  readonly metrics: Readonly<Record<string, Value>>
  /** Next values of buffers. */
  readonly updates: Readonly<Record<string, Value>>
}

/** From vectors to entries of a codebook. */
export interface Quantizer {
  /** Entries in the codebook. */
  readonly size: number
  readonly parameters: readonly Parameter[]
  /** @param vectors `[n, codeWidth]` */
  readonly quantize: (vectors: Value, context: LayerContext) => Quantized
  readonly train: (vectors: Value, context: LayerContext) => QuantizedInTraining
}
