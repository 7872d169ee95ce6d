/** Reference kernels of the operators that move elements. */
import {
  at,
  broadcast,
  build,
  flatAt,
  numberAt,
  numbersOf,
  positionsOf,
  sizeOf,
  type NdArray,
} from './array.js'
import { axisIn, placeIn, type Kernel, type KernelContext } from './kernel.js'

const front = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

function reshaped(x: NdArray, target: readonly number[]): NdArray {
  const shape = target.map((dim, axis) => (dim === 0 ? x.shape[axis]! : dim))
  const open = shape.indexOf(-1)
  if (open >= 0) {
    const rest = sizeOf(shape.filter((_, axis) => axis !== open))
    shape[open] = rest === 0 ? 0 : x.data.length / rest
  }
  return { shape, data: x.data }
}

/** Which piece an element along the joined axis comes from. */
function concatenated(inputs: readonly NdArray[], axis: number): NdArray {
  const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0)
  return build(
    inputs[0]!.shape.map((dim, i) => (i === axis ? total : dim)),
    (position) => {
      let rest = position[axis]!
      const piece = inputs.find(({ shape }) => {
        if (rest < shape[axis]!) return true
        rest -= shape[axis]!
        return false
      })!
      return at(piece, position.with(axis, rest))
    },
  )
}

/** One axis of a slice with NumPy's meaning: the positions it keeps. */
function kept(dim: number, start: number, end: number, step: number): readonly number[] {
  const [low, high] = step > 0 ? [0, dim] : [-1, dim - 1]
  const clamp = (position: number): number =>
    Math.min(Math.max(position < 0 ? position + dim : position, low), high)
  const positions: number[] = []
  const last = clamp(end)
  for (let position = clamp(start); step > 0 ? position < last : position > last; position += step)
    positions.push(position)
  return positions
}

function sliced(x: NdArray, [starts, ends, axes, steps]: readonly (readonly number[])[]): NdArray {
  const ranges = x.shape.map((dim, axis) => {
    const i = axes!.findIndex((named) => front(named, x.shape.length) === axis)
    return i < 0 ? [...Array(dim).keys()] : kept(dim, starts![i]!, ends![i]!, steps![i]!)
  })
  return build(
    ranges.map((range) => range.length),
    (position) =>
      at(
        x,
        position.map((p, axis) => ranges[axis]![p]!),
      ),
  )
}

function padded(x: NdArray, pads: readonly number[], fill: number | string): NdArray {
  const rank = x.shape.length
  return build(
    x.shape.map((dim, axis) => dim + pads[axis]! + pads[axis + rank]!),
    (position) => {
      const source = position.map((p, axis) => p - pads[axis]!)
      return source.every((p, axis) => p >= 0 && p < x.shape[axis]!) ? at(x, source) : fill
    },
  )
}

function split(x: NdArray, sizes: readonly number[], axis: number): readonly NdArray[] {
  let start = 0
  return sizes.map((size) => {
    const piece = sliced(x, [[start], [start + size], [axis], [1]])
    start += size
    return piece
  })
}

function gathered(x: NdArray, indices: NdArray, axis: number): NdArray {
  const rank = indices.shape.length
  return build([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], (position) => {
    const index = numberAt(indices, position.slice(axis, axis + rank))
    const chosen = placeIn('Gather', index, x.shape[axis]!)
    return at(x, [...position.slice(0, axis), chosen, ...position.slice(axis + rank)])
  })
}

function scattered(data: NdArray, indices: NdArray, updates: NdArray, add: boolean): NdArray {
  const result = [...numbersOf(data)]
  const depth = indices.shape.at(-1)!
  const places = indices.shape.slice(0, -1)
  const inner = [...positionsOf(data.shape.slice(depth))]
  for (const place of positionsOf(places)) {
    const target = Array.from({ length: depth }, (_, i) =>
      placeIn('ScatterND', numberAt(indices, [...place, i]), data.shape[i]!),
    )
    for (const rest of inner) {
      const flat = flatAt([...target, ...rest], data.shape)
      const update = numberAt(updates, [...place, ...rest])
      result[flat] = add ? result[flat]! + update : update
    }
  }
  return { shape: data.shape, data: result }
}

/** A shape without, or with more, axes of size 1. */
const restamped = (x: NdArray, shape: readonly number[]): NdArray => ({ shape, data: x.data })

function unsqueezed(x: NdArray, axes: readonly number[]): NdArray {
  const rank = x.shape.length + axes.length
  const added = new Set(axes.map((axis) => front(axis, rank)))
  const rest = [...x.shape]
  return restamped(
    x,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift()!)),
  )
}

function squeezed(x: NdArray, axes: readonly number[]): NdArray {
  const removed = new Set(axes.map((axis) => front(axis, x.shape.length)))
  return restamped(
    x,
    x.shape.filter((_, axis) => !removed.has(axis)),
  )
}

function transposed(x: NdArray, { attributes }: KernelContext): NdArray {
  const order = (attributes['perm'] as readonly number[] | undefined) ?? [...x.shape.keys()].reverse()
  return build(
    order.map((axis) => x.shape[axis]!),
    (position) =>
      at(
        x,
        x.shape.map((_, axis) => position[order.indexOf(axis)]!),
      ),
  )
}

export const shapeKernels = {
  Concat: (inputs, context) => concatenated(inputs, axisIn(context, 0, inputs[0]!.shape.length)),
  Expand: ([x, shape]) => build(broadcast(x!.shape, numbersOf(shape!)), (position) => at(x!, position)),
  Gather: ([x, indices], context) => gathered(x!, indices!, axisIn(context, 0, x!.shape.length)),
  Pad: ([x, pads, fill]) => padded(x!, numbersOf(pads!), fill?.data[0] ?? 0),
  Reshape: ([x, shape]) => reshaped(x!, numbersOf(shape!)),
  ScatterND: ([data, indices, updates], { attributes }) =>
    scattered(data!, indices!, updates!, attributes['reduction'] === 'add'),
  Shape: ([x]) => ({ shape: [x!.shape.length], data: x!.shape }),
  Slice: ([x, ...ranges]) => sliced(x!, ranges.map(numbersOf)),
  Split: ([x, sizes], context) => split(x!, numbersOf(sizes!), axisIn(context, 0, x!.shape.length)),
  Squeeze: ([x, axes]) => squeezed(x!, numbersOf(axes!)),
  Transpose: ([x], context) => transposed(x!, context),
  Unsqueeze: ([x, axes]) => unsqueezed(x!, numbersOf(axes!)),
} as const satisfies Record<string, Kernel>
