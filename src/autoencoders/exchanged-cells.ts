/**
 * Cells with another value in their place: another category, an extreme number, or what stands in the same column of
 * another row. Both fresh corruptions (training-corruptions.ts) and fixed ones (corruptions.ts) are made of these.
 */
import {
  add,
  cast,
  concat,
  constant,
  equal,
  floats,
  gather,
  greaterOrEqual,
  integers,
  matmul,
  mul,
  sameShape,
  slice,
  sub,
  type Value,
} from '../graph/index.js'
import type { LayerContext, Parameter } from '../layers/index.js'
import {
  allKnown,
  featuresFrom,
  overFeatures,
  type FeatureBatch,
  type FeatureSpace,
} from './feature-space.js'

/** Lowest and highest number that salt and pepper put into a cell. */
export type Extremes = readonly [low: number, high: number]

/**
 * Exchanges cells.
 *
 * @param features `[…, width]`
 * @param cells `[…, columns]`, 1 where a cell is exchanged, else 0
 * @param values `[…, width]`, what stands there instead
 */
export function exchange(space: FeatureSpace, features: Value, cells: Value, values: Value): Value {
  return add(features, mul(overFeatures(space, cells), sub(values, features)))
}

/**
 * Other values for every column: given numbers, and categories some places further on.
 *
 * @param features `[…, width]`
 * @param numbers `[…, numericCount]`, or the same for every row
 * @param offsets `[…, categorical columns]`, whole numbers from 0 to one less than the number of categories
 * @returns `[…, width]`
 */
export function otherValues(space: FeatureSpace, features: Value, numbers: Value, offsets: Value): Value {
  const { numericCount, width } = space
  if (numericCount === width) return numbers
  const categories = categoriesFurtherOn(space, featuresFrom(features, numericCount, width), offsets)
  if (numericCount === 0) return categories
  const alike = sameShape(numbers.shape.slice(0, -1), categories.shape.slice(0, -1))
  const forEachRow = alike ? numbers : add(numbers, mul(featuresFrom(features, 0, 1), 0))
  return concat([forEachRow, categories], features.shape.length - 1)
}

/** One-hot groups turned by their offsets. A missing cell counts as the first category; its features are 0 later on. */
function categoriesFurtherOn(
  { columns, numericCount, width }: FeatureSpace,
  oneHot: Value,
  offsets: Value,
): Value {
  const groups = columns.slice(numericCount)
  const features = width - numericCount
  const places = new Float32Array(features)
  const placeIn = new Float32Array(features * groups.length)
  const groupOf = new Float32Array(groups.length * features)
  groups.forEach(({ start, width: size }, group) => {
    for (let place = 0; place < size; place++) {
      const feature = start - numericCount + place
      places[feature] = place
      placeIn[feature * groups.length + group] = place
      groupOf[group * features + feature] = 1
    }
  })
  const sizes = constant(floats(groups.map(({ width: size }) => size)))
  const moved = add(matmul(oneHot, constant(floats(placeIn, [features, groups.length]))), offsets)
  const turned = sub(moved, mul(cast(greaterOrEqual(moved, sizes), 'float32'), sizes))
  const spread = matmul(turned, constant(floats(groupOf, [groups.length, features])))
  return cast(equal(spread, constant(floats(places))), 'float32')
}

/** Names of the bank's buffers. */
const bank = { features: 'donors.features', known: 'donors.known' } as const

/**
 * Buffers that keep the features of some rows seen in training, so that a trained model can put true values into cells
 * when it scores. Empty at first: an unknown cell is never given away.
 */
export const donorBank = ({ width, columns }: FeatureSpace, rows: number): readonly Parameter[] => [
  { name: bank.features, shape: [rows, width], initializer: { kind: 'zeros' }, decay: false, buffer: true },
  {
    name: bank.known,
    shape: [rows, columns.length],
    initializer: { kind: 'zeros' },
    decay: false,
    buffer: true,
  },
]

/** The bank with its oldest row replaced by the first row of a batch, which is a random one. */
export function donorUpdates(
  space: FeatureSpace,
  { features, mask }: FeatureBatch,
  { weight }: LayerContext,
): Readonly<Record<string, Value>> {
  const next = (name: string, rows: Value): Value => {
    const first = gather(rows, constant(integers([0])))
    const kept = weight(name)
    return kept.shape[0] === 1 ? first : concat([slice(kept, [{ axis: 0, start: 1 }]), first], 0)
  }
  return {
    [bank.features]: next(bank.features, features),
    [bank.known]: next(bank.known, mask ?? allKnown(space, features)),
  }
}

/** The rows of the bank, `[rows, width]`, and their masks, `[rows, columns]`. */
export const donorsOf = ({ weight }: LayerContext): { readonly features: Value; readonly known: Value } => ({
  features: weight(bank.features),
  known: weight(bank.known),
})
