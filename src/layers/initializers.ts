/**
 * First values of parameters, as plain records (so that a network can be described as JSON) and one function
 * that draws them.
 */
import { HourglassError, type Random } from '../base/index.js'
import { formatShape, sizeOf } from '../graph/index.js'

/**
 * How a parameter starts.
 * - `zeros`: biases.
 * - `constant`: every element `value`.
 * - `values`: the numbers given, in the order of the parameter's elements; for transferred or prescribed weights.
 * - `normal`: N(0, deviation²).
 * - `uniform`: U(±limit).
 * - `heNormal`: N(0, 2/fanIn), for rectifiers (He et al. 2015, eq. 10); `heUniform`: U(±√(6/fanIn)), as wide.
 * - `glorotNormal`: N(0, 2/(fanIn+fanOut)) and `glorotUniform`: U(±√(6/(fanIn+fanOut))), for tanh, sigmoid and linear
 *   layers (Glorot & Bengio 2010, eq. 12 and 16).
 * - `fanInUniform`: U(±√(1/fanIn)), PyTorch's default for its Linear layers.
 * - `orthogonal`: `gain` (default 1) times a random matrix whose rows or columns, whichever are fewer, are orthonormal
 *   (Saxe et al. 2014), for recurrent weights and deep linear stacks. A parameter of more than two axes is taken as a
 *   matrix of its first axis by all others.
 * - `unitVectors`: the rows (or columns) of a matrix are random directions of length 1, drawn one after the other: from
 *   the same stream, columns give the transpose of rows.
 */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'values'; readonly values: readonly number[] }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'heNormal'; readonly fanIn: number }
  | { readonly kind: 'heUniform'; readonly fanIn: number }
  | { readonly kind: 'glorotNormal'; readonly fanIn: number; readonly fanOut: number }
  | { readonly kind: 'glorotUniform'; readonly fanIn: number; readonly fanOut: number }
  | { readonly kind: 'fanInUniform'; readonly fanIn: number }
  | { readonly kind: 'orthogonal'; readonly gain?: number }
  | { readonly kind: 'unitVectors'; readonly along: 'rows' | 'columns' }

/**
 * Draws first values.
 *
 * @param shape of the parameter; a number n stands for `[n]`
 * @param random stream that the values are drawn from; `zeros`, `constant` and `values` draw nothing
 * @returns one number for each element, row-major
 * @throws HG_SHAPE_MISMATCH when `values` has another number of elements than the parameter
 */
export function initialValues(
  initializer: Initializer,
  shape: number | readonly number[],
  random: Random,
): Float32Array {
  const dims = typeof shape === 'number' ? [shape] : shape
  if (initializer.kind === 'values') return givenValues(initializer.values, dims)
  if (initializer.kind === 'orthogonal') return orthogonal(dims, initializer.gain ?? 1, random)
  if (initializer.kind === 'unitVectors') return unitVectors(dims, initializer.along, random)
  return new Float32Array(sizeOf(dims)).map(sampler(initializer, random))
}

/** The kinds whose elements are drawn one by one. */
type Elementwise = Exclude<Initializer, { readonly kind: 'values' | 'orthogonal' | 'unitVectors' }>

function sampler(initializer: Elementwise, random: Random): () => number {
  const uniform = (limit: number) => () => limit * (2 * random.uniform() - 1)
  const normal = (deviation: number) => () => deviation * random.normal()
  switch (initializer.kind) {
    case 'zeros':
      return () => 0
    case 'constant':
      return () => initializer.value
    case 'normal':
      return normal(initializer.deviation)
    case 'uniform':
      return uniform(initializer.limit)
    case 'heNormal':
      return normal(Math.sqrt(2 / initializer.fanIn))
    case 'heUniform':
      return uniform(Math.sqrt(6 / initializer.fanIn))
    case 'glorotNormal':
      return normal(Math.sqrt(2 / (initializer.fanIn + initializer.fanOut)))
    case 'glorotUniform':
      return uniform(Math.sqrt(6 / (initializer.fanIn + initializer.fanOut)))
    case 'fanInUniform':
      return uniform(Math.sqrt(1 / initializer.fanIn))
  }
}

function givenValues(values: readonly number[], shape: readonly number[]): Float32Array {
  if (values.length === sizeOf(shape)) return Float32Array.from(values)
  throw new HourglassError(
    'HG_SHAPE_MISMATCH',
    `initialValues: a parameter of shape ${formatShape(shape)} needs ${sizeOf(shape)} values, got ${values.length}`,
  )
}

/**
 * Orthonormal vectors of the longer side's length, as many as the shorter side has. They are the Q of a QR decomposition
 * of a Gaussian matrix; since R then has a positive diagonal, Q is uniform over all such matrices (Mezzadri 2007).
 */
function orthogonal(shape: readonly number[], gain: number, random: Random): Float32Array {
  const rows = shape[0] ?? 1
  const columns = sizeOf(shape.slice(1))
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows]
  const vectors = orthonormal(count, length, random)
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    return gain * (rows <= columns ? vectors[row]![column]! : vectors[column]![row]!)
  })
}

/** Modified Gram-Schmidt on normal vectors, in float64 (Björck 1967). */
function orthonormal(count: number, length: number, random: Random): readonly Float64Array[] {
  const vectors = Array.from({ length: count }, () => new Float64Array(length).map(() => random.normal()))
  vectors.forEach((vector, i) => {
    const norm = Math.sqrt(dot(vector, vector))
    vector.forEach((value, k) => (vector[k] = value / norm))
    for (const other of vectors.slice(i + 1)) {
      const share = dot(vector, other)
      for (let k = 0; k < length; k++) other[k]! -= share * vector[k]!
    }
  })
  return vectors
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}

/** Normal vectors divided by their length: uniform on the sphere. */
function unitVectors(shape: readonly number[], along: 'rows' | 'columns', random: Random): Float32Array {
  const rows = shape[0] ?? 1
  const columns = sizeOf(shape.slice(1))
  const [count, length] = along === 'rows' ? [rows, columns] : [columns, rows]
  const found = new Float32Array(rows * columns)
  for (let i = 0; i < count; i++) {
    const vector = new Float64Array(length).map(() => random.normal())
    const norm = Math.sqrt(dot(vector, vector))
    vector.forEach((value, k) => (found[along === 'rows' ? i * columns + k : k * columns + i] = value / norm))
  }
  return found
}
