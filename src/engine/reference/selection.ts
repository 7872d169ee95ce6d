/** Reference kernels of the operators that pick and place single elements along an axis. */
import { HourglassError } from '../../base/index.js'
import { build, flatAt, numberAt, numbersOf, positionsOf, type NdArray } from './array.js'
import { axisIn, placeIn, type Kernel } from './kernel.js'

/** Indices along the axis in the order of their elements, of equal ones the first first. */
function ranked(x: NdArray, axis: number, position: readonly number[], largest: boolean): readonly number[] {
  const valueAt = (place: number): number => numberAt(x, position.with(axis, place))
  return [...Array(x.shape[axis]).keys()].sort((a, b) =>
    largest ? valueAt(b) - valueAt(a) || a - b : valueAt(a) - valueAt(b) || a - b,
  )
}

function topK(x: NdArray, k: number, axis: number, largest: boolean): readonly [NdArray, NdArray] {
  if (k < 0 || k > x.shape[axis]!)
    throw new HourglassError('HG_ENGINE', `reference: TopK: ${k} elements of an axis of ${x.shape[axis]}`)
  const orders = new Map<string, readonly number[]>()
  const orderAt = (position: readonly number[]): readonly number[] => {
    const line = position.with(axis, 0).join()
    const known = orders.get(line) ?? ranked(x, axis, position, largest)
    orders.set(line, known)
    return known
  }
  const indices = build(x.shape.with(axis, k), (position) => orderAt(position)[position[axis]!]!)
  return [gathered('TopK', x, indices, axis), indices]
}

/** Where an element of the indices points. */
function targetOf(op: string, data: NdArray, indices: NdArray, axis: number, position: readonly number[]) {
  const place = placeIn(op, indices.data[flatAt(position, indices.shape)] as number, data.shape[axis]!)
  return position.with(axis, place)
}

const gathered = (op: string, data: NdArray, indices: NdArray, axis: number): NdArray =>
  build(indices.shape, (position) => numberAt(data, targetOf(op, data, indices, axis, position)))

function scattered(
  data: NdArray,
  indices: NdArray,
  updates: NdArray,
  { axis, add }: { axis: number; add: boolean },
): NdArray {
  const result = [...numbersOf(data)]
  for (const position of positionsOf(indices.shape)) {
    const flat = flatAt(targetOf('ScatterElements', data, indices, axis, position), data.shape)
    const update = numberAt(updates, position)
    result[flat] = add ? result[flat]! + update : update
  }
  return { shape: data.shape, data: result }
}

export const selectionKernels = {
  TopK: ([x, k], context) =>
    topK(
      x!,
      numbersOf(k!)[0]!,
      axisIn(context, -1, x!.shape.length),
      Number(context.attributes['largest'] ?? 1) === 1,
    ),
  GatherElements: ([data, indices], context) =>
    gathered('GatherElements', data!, indices!, axisIn(context, 0, data!.shape.length)),
  ScatterElements: ([data, indices, updates], context) =>
    scattered(data!, indices!, updates!, {
      axis: axisIn(context, 0, data!.shape.length),
      add: context.attributes['reduction'] === 'add',
    }),
} as const satisfies Record<string, Kernel>
