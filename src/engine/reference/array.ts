/**
 * The arrays of the reference interpreter: plain lists of numbers (or strings) with a shape, row-major. Numbers are
 * float64 whatever the graph says; truth values are 0 and 1.
 */

/** Elements are all numbers or all strings. */
export interface NdArray {
  readonly shape: readonly number[]
  readonly data: readonly (number | string)[]
}

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

/** The elements as numbers; strings would be a mistake of the caller. */
export const numbersOf = (x: NdArray): readonly number[] => x.data as readonly number[]

/** Position of every element, in order: `[0, 0]`, `[0, 1]`, … */
export function* positionsOf(shape: readonly number[]): Generator<readonly number[]> {
  const size = sizeOf(shape)
  for (let flat = 0; flat < size; flat++) yield positionAt(flat, shape)
}

/** The position of a flat index. */
export function positionAt(flat: number, shape: readonly number[]): number[] {
  const position = new Array<number>(shape.length)
  let rest = flat
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis] = rest % shape[axis]!
    rest = Math.floor(rest / shape[axis]!)
  }
  return position
}

/** The flat index of a position; axes of size 1 repeat, and missing leading axes too, as broadcasting has it. */
export function flatAt(position: readonly number[], shape: readonly number[]): number {
  const skipped = position.length - shape.length
  let flat = 0
  shape.forEach((dim, axis) => (flat = flat * dim + (dim === 1 ? 0 : position[axis + skipped]!)))
  return flat
}

/** An array made element by element. */
export function build(
  shape: readonly number[],
  element: (position: readonly number[]) => number | string,
): NdArray {
  return { shape, data: Array.from(positionsOf(shape), element) }
}

/** The element at a position, with broadcasting. */
export const at = (x: NdArray, position: readonly number[]): number | string =>
  x.data[flatAt(position, x.shape)]!

/** The number at a position, with broadcasting. */
export const numberAt = (x: NdArray, position: readonly number[]): number => at(x, position) as number

/** The shape of arrays broadcast together. */
export function broadcast(...shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, i) => {
    const dims = shapes.map((shape) => shape[shape.length - rank + i] ?? 1)
    return dims.find((dim) => dim !== 1) ?? 1
  })
}
