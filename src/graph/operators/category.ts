/** Operators that read and write categories: strings to codes, codes to one-hot vectors, codes back to strings. */
import { HourglassError } from '../../base/index.js'
import { sameShape } from '../tensor.js'
import type { Attributes, TensorType } from '../value.js'
import {
  constantIntegers,
  expectSizes,
  expectType,
  frontAxis,
  numberAttribute,
  required,
  shapeError,
  type Operator,
} from './operator.js'

/** Whether the attributes are these three and nothing else, with a value for each key. */
function isDictionary(attributes: Attributes, keys: string, values: string, otherwise: string): boolean {
  const [from, to] = [attributes[keys], attributes[values]]
  const set = Object.keys(attributes).filter((name) => attributes[name] !== undefined)
  return (
    set.length === 3 &&
    attributes[otherwise] !== undefined &&
    Array.isArray(from) &&
    Array.isArray(to) &&
    from.length === to.length
  )
}

export const categoryOperators = {
  /** One-hot vectors along a new axis; an index outside the depth gives a row of `values[0]`. */
  OneHot: {
    domain: '',
    arity: [3, 3],
    attributes: { axis: 'int' },
    infer: (inputs, attributes): readonly TensorType[] => {
      const [indices, depth, values] = [0, 1, 2].map((i) => required('OneHot', inputs, i))
      expectType('OneHot', indices!, 'int64')
      const sizes = constantIntegers('OneHot', 'depth', depth!)
      expectSizes('OneHot', 'depth', sizes)
      if (sizes.length !== 1) throw shapeError('OneHot', 'one depth', depth!.shape)
      if (!sameShape(values!.shape, [2])) throw shapeError('OneHot', 'an off and an on value', values!.shape)
      const rank = indices!.shape.length + 1
      const axis = frontAxis('OneHot', numberAttribute(attributes, 'axis', -1), rank)
      return [
        {
          dtype: values!.dtype,
          shape: [...indices!.shape.slice(0, axis), ...sizes, ...indices!.shape.slice(axis)],
        },
      ]
    },
  },

  /** A dictionary look-up with a default: strings to int64, or int64 to strings (ai.onnx.ml 2). */
  LabelEncoder: {
    domain: 'ai.onnx.ml',
    arity: [1, 1],
    attributes: {
      keys_strings: 'strings',
      values_int64s: 'ints',
      default_int64: 'int',
      keys_int64s: 'ints',
      values_strings: 'strings',
      default_string: 'string',
    },
    infer: (inputs, attributes): readonly TensorType[] => {
      const x = required('LabelEncoder', inputs, 0)
      if (isDictionary(attributes, 'keys_strings', 'values_int64s', 'default_int64')) {
        expectType('LabelEncoder', x, 'string')
        return [{ dtype: 'int64', shape: x.shape }]
      }
      if (isDictionary(attributes, 'keys_int64s', 'values_strings', 'default_string')) {
        expectType('LabelEncoder', x, 'int64')
        return [{ dtype: 'string', shape: x.shape }]
      }
      throw new HourglassError(
        'HG_GRAPH_INVALID',
        'LabelEncoder: needs as many keys as values and a default, strings to int64 or back',
      )
    },
  },
} as const satisfies Record<string, Operator>
