/**
 * Columns of a table as tokens: a number stretches a vector of its column, a category picks one; and tokens as columns
 * again. Images and series are grid-tokens.ts's.
 *
 * Gorishniy et al. (2021), "Revisiting deep learning models for tabular data", section 3.3 (the feature tokenizer; the
 * biases there are the learned positions of attention.ts).
 */
import {
  add,
  concat,
  constant,
  floats,
  gemm,
  mul,
  reduceSum,
  reshape,
  slice,
  sub,
  unsqueeze,
  type Value,
} from '../../graph/index.js'
import type { LayerContext, Parameter } from '../../layers/index.js'
import { allKnown, featuresFrom, type FeatureSpace } from '../feature-space.js'
import type { TokenOptions, Tokens } from './grid-tokens.js'

/** Tokens of a space without a grid: one for each column. */
export function tableTokens(space: FeatureSpace, { width, readsMask, outputs }: TokenOptions): Tokens {
  const count = space.columns.length
  const blocks = Array.from({ length: Math.ceil(outputs / space.width) }, (_, i) => `decoder.tokens.${i}`)
  const hidden = vectors('encoder.hidden', count, width)
  const embedding = vectors('encoder.tokens', space.width, width)
  return {
    count,
    encoderParameters: [embedding, ...(readsMask ? [hidden] : [])],
    decoderParameters: blocks.flatMap((name) => [
      vectors(name, space.width, width),
      { name: `${name}.bias`, shape: [space.width], initializer: { kind: 'zeros' }, decay: false },
    ]),
    embed: ({ features, mask }, context) => {
      const seen = embedded(space, features, context.weight(embedding.name))
      if (!readsMask) return seen
      const absent = unsqueeze(sub(1, mask ?? allKnown(space, features)), [2])
      return add(seen, mul(absent, context.weight(hidden.name)))
    },
    read: (tokens, context) =>
      featuresFrom(
        concat(
          blocks.map((name) => readOut(space, tokens, name, context)),
          1,
        ),
        0,
        outputs,
      ),
  }
}

/** A vector for each of some things. */
const vectors = (name: string, count: number, width: number): Parameter => ({
  name: `${name}.weight`,
  shape: [count, width],
  initializer: { kind: 'normal', deviation: 1 / Math.sqrt(width) },
  decay: true,
})

/** `[batch, width]` features to `[batch, columns, width]`: the vectors of a column's features, times its features. */
function embedded(space: FeatureSpace, features: Value, weight: Value): Value {
  const { numericCount, columns } = space
  const [, width] = weight.shape as readonly [number, number]
  const tokens: Value[] = []
  if (numericCount > 0)
    tokens.push(
      mul(unsqueeze(featuresFrom(features, 0, numericCount), [2]), rowsFrom(weight, 0, numericCount)),
    )
  if (numericCount < space.width) {
    const categories = featuresFrom(features, numericCount, space.width)
    const picked = gemm(categories, columnBlocks(space, rowsFrom(weight, numericCount, space.width)))
    tokens.push(reshape(picked, [-1, columns.length - numericCount, width]))
  }
  return concat(tokens, 1)
}

/** `[batch, columns, width]` to `[batch, features]`: the products of a column's token with the vectors of its features. */
function readOut(space: FeatureSpace, tokens: Value, name: string, context: LayerContext): Value {
  const { numericCount, columns } = space
  const weight = context.weight(`${name}.weight`)
  const [, width] = weight.shape as readonly [number, number]
  const tokensFrom = (start: number, end: number): Value =>
    start === 0 && end === columns.length ? tokens : sliceTokens(tokens, start, end)
  const features: Value[] = []
  if (numericCount > 0) {
    const products = mul(tokensFrom(0, numericCount), rowsFrom(weight, 0, numericCount))
    features.push(reduceSum(products, { axes: [2] }))
  }
  if (numericCount < space.width) {
    const groups = columns.length - numericCount
    const rows = reshape(tokensFrom(numericCount, columns.length), [-1, groups * width])
    const blocks = columnBlocks(space, rowsFrom(weight, numericCount, space.width))
    features.push(gemm(rows, blocks, { transposeB: true }))
  }
  return add(concat(features, 1), context.weight(`${name}.bias`))
}

/** Rows of a matrix. */
const rowsFrom = (matrix: Value, start: number, end: number): Value =>
  start === 0 && end === matrix.shape[0] ? matrix : slice(matrix, [{ axis: 0, start, end }])

const sliceTokens = (tokens: Value, start: number, end: number): Value =>
  slice(tokens, [{ axis: 1, start, end }])

/**
 * Vectors of categories `[categories, width]` as one matrix `[categories, columns · width]` that is zero outside the
 * column of each: one product for all columns, however many there are.
 */
function columnBlocks({ columns, numericCount }: FeatureSpace, weight: Value): Value {
  const [categories, width] = weight.shape as readonly [number, number]
  const groups = columns.slice(numericCount)
  const belongs = new Float32Array(categories * groups.length)
  groups.forEach(({ start, width: size }, group) => {
    for (let i = 0; i < size; i++) belongs[(start - numericCount + i) * groups.length + group] = 1
  })
  const membership = constant(floats(belongs, [categories, groups.length, 1]))
  return reshape(mul(unsqueeze(weight, [1]), membership), [categories, groups.length * width])
}
