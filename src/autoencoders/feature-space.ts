/**
 * The space that dense autoencoders learn in: one row of features for each row of a table, and how reconstruction
 * errors are measured in it, column by column.
 *
 * Errors are negative log-likelihoods in nats up to a constant, so columns of different types compare: a numeric
 * column counts ½(x − x̂)² (a Gaussian of variance 1, the variance of the scaled column), a categorical one the
 * cross-entropy −log p̂(x). How raw columns become features lives in src/data.
 */
import type { Grid } from '../base/index.js'
import {
  add,
  concat,
  constant,
  div,
  exp,
  floats,
  log,
  matmul,
  mul,
  slice,
  split,
  sub,
  tanh,
  tensor,
  type TensorOf,
  type Value,
} from '../graph/index.js'

/** One column of the table and the features that stand for it. */
export interface FeatureColumn {
  readonly name: string
  /** First feature of the column. */
  readonly start: number
  /** Number of features: 1 for a number, the number of categories otherwise. */
  readonly width: number
}

/** Numeric columns come first, one feature each; then one group of features for each categorical column. */
export interface FeatureSpace {
  /** Number of features. */
  readonly width: number
  /** Number of numeric columns, which are features 0 … numericCount − 1. */
  readonly numericCount: number
  /** Columns in the order of their features. */
  readonly columns: readonly FeatureColumn[]
  /** Set when all features are numeric and lie on a grid. */
  readonly grid?: Grid
}

/** Error of numbers, element by element: target and prediction to nats. */
export type NumericError = (target: Value, prediction: Value) => Value

/** ½(x − x̂)²: a Gaussian of variance 1. */
export const squaredError: NumericError = (target, prediction) => {
  const difference = sub(prediction, target)
  return mul(mul(difference, difference), 0.5)
}

/** A batch as a network sees it. */
export interface FeatureBatch {
  /** `[batch, width]` float32; features of missing cells are 0. */
  readonly features: Value
  /** `[batch, columns]` float32, 1 where the cell is known; absent when every cell is. */
  readonly mask?: Value
  /** A row that goes with each row, where the training data have such pairs. */
  readonly partner?: FeatureBatch
  /** `[batch, n]`, what else is to be reached at each row, where the training data say so. */
  readonly target?: Value
}

/** Bound of the logits: e¹⁵ ≈ 3·10⁶, so that sums of exponentials need no shift and p̂ stays above 10⁻¹³. */
const logitBound = 15

/** Numeric reconstruction and bounded logits out of a decoder's raw `[batch, width]` output. */
export function boundLogits(space: FeatureSpace, raw: Value): Value {
  const { numericCount, width } = space
  if (numericCount === width) return raw
  const logits = mul(tanh(mul(featuresFrom(raw, numericCount, width), 1 / logitBound)), logitBound)
  return numericCount === 0
    ? logits
    : concat([featuresFrom(raw, 0, numericCount), logits], raw.shape.length - 1)
}

/**
 * Reconstruction error of every column.
 *
 * @param target `[…, width]` features, one-hot in categorical groups
 * @param reconstruction `[…, width]`, numbers and bounded logits
 * @param numericError error of numbers (default `squaredError`)
 * @returns `[…, columns]` in nats, in the order of the columns; not masked
 */
export function columnErrors(
  space: FeatureSpace,
  target: Value,
  reconstruction: Value,
  numericError: NumericError = squaredError,
): Value {
  const { numericCount, width } = space
  const errors: Value[] = []
  if (numericCount > 0) {
    const numbersOf = (features: Value): Value =>
      featuresFrom(features, 0, numericCount === width ? undefined : numericCount)
    errors.push(numericError(numbersOf(target), numbersOf(reconstruction)))
  }
  if (numericCount < width) {
    errors.push(
      crossEntropies(
        space,
        featuresFrom(target, numericCount, width),
        featuresFrom(reconstruction, numericCount, width),
      ),
    )
  }
  return concat(errors, reconstruction.shape.length - 1)
}

/**
 * Probabilities of every category, groups side by side; numeric features pass unchanged.
 *
 * @param reconstruction `[…, width]`, numbers and bounded logits
 */
export function probabilities(space: FeatureSpace, reconstruction: Value): Value {
  const { numericCount, width } = space
  if (numericCount === width) return reconstruction
  const powers = exp(featuresFrom(reconstruction, numericCount, width))
  const groups = groupMatrix(space)
  const totals = matmul(matmul(powers, constant(groups)), constant(transposed(groups)))
  const shares = div(powers, totals)
  return numericCount === 0
    ? shares
    : concat([featuresFrom(reconstruction, 0, numericCount), shares], reconstruction.shape.length - 1)
}

/** The mask of a batch in which every cell is known, `[batch, columns]`. */
export function allKnown({ columns }: FeatureSpace, features: Value): Value {
  return everyRow(features, floats(new Float32Array(columns.length).fill(1), [1, columns.length]))
}

/**
 * A row of constants in every row of a batch.
 *
 * @param like `[batch, …]`, whose rows are counted
 * @param row `[1, n]`
 * @returns `[batch, n]`
 */
export function everyRow(like: Value, row: TensorOf<'float32'>): Value {
  return add(mul(slice(like, [{ axis: 1, start: 0, end: 1 }]), 0), constant(row))
}

/**
 * A mask over columns as a mask over features.
 *
 * @param mask `[…, columns]`
 * @returns `[…, width]`
 */
export function overFeatures({ columns, width, numericCount }: FeatureSpace, mask: Value): Value {
  if (numericCount === width) return mask
  const membership = new Float32Array(columns.length * width)
  columns.forEach(({ start, width: size }, column) => {
    membership.fill(1, column * width + start, column * width + start + size)
  })
  return matmul(mask, constant(floats(membership, [columns.length, width])))
}

/** log Σ exp(l) − l[x] for every group at once: two products with the group matrix instead of a node a column. */
function crossEntropies(space: FeatureSpace, oneHot: Value, logits: Value): Value {
  const groups = constant(groupMatrix(space))
  return sub(log(matmul(exp(logits), groups)), matmul(mul(logits, oneHot), groups))
}

/** `[categorical features, groups]`, 1 where the feature belongs to the group. */
function groupMatrix({ columns, numericCount, width }: FeatureSpace) {
  const groups = columns.slice(numericCount)
  const matrix = new Float32Array((width - numericCount) * groups.length)
  groups.forEach(({ start, width: size }, group) => {
    for (let i = 0; i < size; i++) matrix[(start - numericCount + i) * groups.length + group] = 1
  })
  return tensor('float32', [width - numericCount, groups.length], matrix)
}

function transposed(matrix: ReturnType<typeof groupMatrix>): ReturnType<typeof groupMatrix> {
  const [rows, columns] = matrix.shape as [number, number]
  return tensor(
    'float32',
    [columns, rows],
    Float32Array.from(matrix.data, (_, i) => matrix.data[(i % rows) * columns + Math.floor(i / rows)]!),
  )
}

/** Features from `start` to before `end` along the last axis. */
export function featuresFrom(x: Value, start: number, end: number | undefined): Value {
  if (start === 0 && (end === undefined || end === x.shape.at(-1))) return x
  return slice(x, [{ axis: x.shape.length - 1, start, ...(end !== undefined && { end }) }])
}

/** Changes the numeric features `[…, numericCount]` of `[…, width]`, leaves the others. */
export function onNumbers(
  { numericCount, width }: FeatureSpace,
  features: Value,
  change: (numbers: Value) => Value,
): Value {
  if (numericCount === 0) return features
  if (numericCount === width) return change(features)
  const [numbers, rest] = split(
    features,
    [numericCount, width - numericCount],
    features.shape.length - 1,
  ) as [Value, Value]
  return concat([change(numbers), rest], features.shape.length - 1)
}
