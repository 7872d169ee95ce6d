/** Reference kernels of the operators on categories. */
import { build, numberAt, numbersOf } from './array.js'
import { axisIn, type Kernel } from './kernel.js'

export const categoryKernels = {
  OneHot: ([indices, depth, values], context) => {
    const size = numbersOf(depth!)[0]!
    const axis = axisIn(context, -1, indices!.shape.length + 1)
    const [off, on] = values!.data
    return build([...indices!.shape.slice(0, axis), size, ...indices!.shape.slice(axis)], (position) => {
      const index = numberAt(indices!, position.toSpliced(axis, 1))
      return (index < 0 ? index + size : index) === position[axis] ? on! : off!
    })
  },
  LabelEncoder: ([x], { attributes }) => {
    const encodes = attributes['keys_strings'] !== undefined
    const keys = (encodes ? attributes['keys_strings'] : attributes['keys_int64s']) as readonly (
      string | number
    )[]
    const values = (encodes ? attributes['values_int64s'] : attributes['values_strings']) as readonly (
      string | number
    )[]
    const otherwise = encodes
      ? (attributes['default_int64'] ?? -1)
      : (attributes['default_string'] ?? '_Unused')
    const known = new Map(keys.map((key, i) => [key, values[i]!]))
    return { shape: x!.shape, data: x!.data.map((key) => known.get(key) ?? (otherwise as string | number)) }
  },
} as const satisfies Record<string, Kernel>
