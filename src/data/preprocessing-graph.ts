/**
 * Preprocessing as graph: raw columns to features, and reconstructed features back to raw columns. Numbers of all
 * columns are handled together, in float64, so that the graph stays small however wide the table is.
 */
import {
  add,
  abs,
  argMax,
  cast,
  concat,
  constant,
  decodeLabels,
  encodeLabels,
  equal,
  exp,
  input,
  isNaN,
  log,
  maximum,
  minimum,
  mul,
  neg,
  not,
  oneHot,
  reshape,
  sign,
  slice,
  split,
  sqrt,
  sub,
  div,
  tensor,
  unsqueeze,
  where,
  squeeze,
  type Value,
} from '../graph/index.js'
import type { LayoutColumn, TablePreprocessing } from './preprocessing.js'
import { farthestBent, farthestRaw, farthestScaled, type Scaling } from './scaling.js'

/** The word for any category without a feature of its own. */
export const otherCategory = '(other)'

/** Raw columns in, features out. */
export interface PreprocessingParts {
  /** One input a column, named as the column, `[batch, 1]`: float64 (NaN = missing) or string (empty = missing). */
  readonly inputs: readonly Value[]
  /** `[batch, width]` float32; 0 where the cell is missing. */
  readonly features: Value
  /** `[batch, columns]` float32; 1 where the cell is known. */
  readonly mask: Value
}

/** Writes the way from raw columns to features. */
export function preprocessingGraph({ layout }: TablePreprocessing): PreprocessingParts {
  const inputs = layout.columns.map(({ name, kind }) =>
    input(name, kind === 'categorical' ? 'string' : 'float64', ['batch', 1]),
  )
  const blocks: { features: Value; mask: Value }[] = []
  const numbers = layout.columns.slice(0, layout.numericCount)
  if (numbers.length > 0) blocks.push(numberBlock(concat(inputs.slice(0, numbers.length), 1), numbers))
  const booleans = inputs.filter((_, i) => layout.columns[i]!.kind === 'boolean')
  if (booleans.length > 0) blocks.push(booleanBlock(concat(booleans, 1)))
  layout.columns.forEach((column, i) => {
    if (column.kind === 'categorical') blocks.push(categoryBlock(inputs[i]!, column))
  })
  return {
    inputs,
    features: concat(
      blocks.map(({ features }) => features),
      1,
    ),
    mask: concat(
      blocks.map(({ mask }) => mask),
      1,
    ),
  }
}

/**
 * Writes the way back: what stands in each cell according to a reconstruction.
 *
 * @param reconstruction `[batch, width]` float32; probabilities in the groups of truth values and categories
 * @returns `[batch, 1]` for each column: raw numbers, the probability of true, or the most likely category
 */
export function expectedGraph({ layout }: TablePreprocessing, reconstruction: Value): readonly Value[] {
  const { columns, numericCount } = layout
  const numbers = columns.slice(0, numericCount)
  const cells: Value[] = []
  if (numbers.length > 0) {
    const scaled = slice(reconstruction, [{ axis: 1, start: 0, end: numericCount }])
    const raw = unscaled(cast(scaled, 'float64'), numbers)
    cells.push(
      ...(numbers.length === 1
        ? [raw]
        : split(
            raw,
            numbers.map(() => 1),
            1,
          )),
    )
  }
  for (const { kind, start, width, categories = [] } of columns.slice(numericCount)) {
    if (kind === 'boolean') {
      cells.push(cast(slice(reconstruction, [{ axis: 1, start: start + 1, end: start + 2 }]), 'float64'))
    } else {
      const group = slice(reconstruction, [{ axis: 1, start, end: start + width }])
      cells.push(
        unsqueeze(decodeLabels(argMax(group, 1), [...categories, otherCategory], otherCategory), [1]),
      )
    }
  }
  return cells
}

/** Scaled numbers, 0 where missing. */
function numberBlock(x: Value, columns: readonly LayoutColumn[]): { features: Value; mask: Value } {
  const { center, unit, mean, deviation, bends, bent } = scalingRows(columns)
  const missing = isNaN(x)
  const u = div(sub(where(missing, center, x), center), unit)
  const s = bends ? where(bent, asinh(clip(u, farthestRaw)), u) : u
  const z = clip(bends ? div(sub(s, mean), deviation) : s, farthestScaled)
  const features = bends ? where(missing, 0, z) : z
  return { features: cast(features, 'float32'), mask: cast(not(missing), 'float32') }
}

function unscaled(z: Value, columns: readonly LayoutColumn[]): Value {
  const { center, unit, mean, deviation, bends, bent } = scalingRows(columns)
  const near = clip(z, farthestScaled)
  const s = bends ? add(mul(near, deviation), mean) : near
  const u = bends ? where(bent, sinh(clip(s, farthestBent)), s) : s
  return clip(add(mul(u, unit), center), Number.MAX_VALUE)
}

const clip = (x: Value, bound: number): Value => minimum(maximum(x, -bound), bound)

/** The scalings of columns as rows `[columns]`. */
function scalingRows(columns: readonly LayoutColumn[]) {
  const scalings = columns.map(({ scaling }) => scaling!)
  const row = (read: (scaling: Scaling) => number): Value =>
    constant(tensor('float64', [columns.length], Float64Array.from(scalings, read)))
  return {
    center: row(({ center }) => center),
    unit: row(({ unit }) => unit),
    mean: row(({ mean }) => mean),
    deviation: row(({ deviation }) => deviation),
    bends: scalings.some(({ method }) => method === 'asinh'),
    bent: constant(
      tensor(
        'bool',
        [columns.length],
        Uint8Array.from(scalings, ({ method }) => Number(method === 'asinh')),
      ),
    ),
  }
}

/** sign(u) · log(|u| + √(u² + 1)); ONNX Runtime has Asinh in float32 only. */
function asinh(u: Value): Value {
  return mul(sign(u), log(add(abs(u), sqrt(add(mul(u, u), 1)))))
}

const sinh = (s: Value): Value => mul(sub(exp(s), exp(neg(s))), 0.5)

/** Three features a column, false, true and anything else; none set where missing. */
function booleanBlock(x: Value): { features: Value; mask: Value } {
  const missing = unsqueeze(isNaN(x), [2])
  const value = unsqueeze(x, [2])
  const [isFalse, isTrue] = [cast(equal(value, 0), 'float32'), cast(equal(value, 1), 'float32')]
  const neither = sub(1, add(isFalse, isTrue))
  const features = where(missing, 0, concat([isFalse, isTrue, neither], 2))
  const columns = x.shape[1] as number
  return { features: reshape(features, [0, 3 * columns]), mask: squeeze(cast(not(missing), 'float32'), [2]) }
}

/** A one-hot group: the categories, then all others; none set where missing. */
function categoryBlock(x: Value, { categories = [], width }: LayoutColumn): { features: Value; mask: Value } {
  // A code beyond the group gives no feature at all: that is what a missing cell (an empty string) becomes.
  const codes = encodeLabels(x, ['', ...categories], [width, ...categories.keys()], width - 1)
  return {
    features: oneHot(squeeze(codes, [1]), width),
    mask: cast(not(equal(codes, width)), 'float32'),
  }
}
