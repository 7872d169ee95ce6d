/**
 * Decoder directions of a sparse code: what each unit adds to the output, the row of the decoder's first matrix that it
 * is multiplied with; and how a code without hidden layers starts.
 */
import { slice, transpose, type Value } from '../graph/index.js'
import type { LayerContext, Parameter } from '../layers/index.js'
import type { EncoderDecoderOptions } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'

/** `[latent, …]`, a direction in each row. */
export type Directions = (context: LayerContext) => Value

/** The directions of a network; undefined where the code enters its decoder through no matrix. */
export function decoderDirections(
  { width }: FeatureSpace,
  { latent, hidden, tied = false }: EncoderDecoderOptions,
  parameters: readonly Parameter[],
): Directions | undefined {
  if (tied) {
    // The decoder reads the encoder's last matrix, of which rows for masks are left out.
    const name = `encoder.${hidden.length}.weight`
    const rows = hidden.length === 0 ? width : hidden.at(-1)!
    return ({ weight }) => transpose(slice(weight(name), [{ axis: 0, start: 0, end: rows }]))
  }
  const name = parameters.find(
    ({ name, shape }) => name.startsWith('decoder.') && shape.length === 2 && shape[0] === latent,
  )?.name
  return name === undefined ? undefined : ({ weight }) => weight(name)
}

const [encoderWeight, decoderWeight] = ['encoder.0.weight', 'decoder.0.weight']

/**
 * Parameters without hidden layers, with decoder directions of length 1 and an encoder that starts as their transpose,
 * which makes fewer units die (Gao et al. 2024, appendix A.1). An encoder that reads more than the features has another
 * shape, and starts as usual; with tied weights there is but one matrix.
 */
export function startingTransposed(parameters: readonly Parameter[]): readonly Parameter[] {
  const shapeOf = (wanted: string): readonly number[] =>
    parameters.find(({ name }) => name === wanted)?.shape ?? []
  const [encoder, decoder] = [shapeOf(encoderWeight), shapeOf(decoderWeight)]
  const mirrored = decoder.length === 0 || (encoder[0] === decoder[1] && encoder[1] === decoder[0])
  return parameters.map((parameter) => {
    if (parameter.name === decoderWeight)
      return { ...parameter, initializer: { kind: 'unitVectors', along: 'rows' } }
    if (parameter.name !== encoderWeight || !mirrored) return parameter
    return {
      ...parameter,
      initializer: { kind: 'unitVectors', along: 'columns' },
      stream: decoderWeight,
    }
  })
}
