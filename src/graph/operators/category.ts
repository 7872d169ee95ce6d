/** Operators that read and write categories: strings to codes, codes to one-hot vectors, codes back to strings. */
import { HourglassError } from '../../base/index.js'
import type { TensorType } from '../value.js'
import {
  constantIntegers,
  expectType,
  frontAxis,
  numberAttribute,
  required,
  type Operator,
} from './operator.js'

export const categoryOperators = {
  /** One-hot vectors along a new axis; an index outside the depth gives a row of `values[0]`. */
  OneHot: {
    domain: '',
    arity: [3, 3],
    attributes: { axis: 'int' },
    infer: (inputs, attributes): readonly TensorType[] => {
      const [indices, depth, values] = [0, 1, 2].map((i) => required('OneHot', inputs, i))
      expectType('OneHot', indices!, 'int64')
      const [size] = constantIntegers('OneHot', 'depth', depth!)
      const rank = indices!.shape.length + 1
      const axis = frontAxis('OneHot', numberAttribute(attributes, 'axis', -1), rank)
      return [
        {
          dtype: values!.dtype,
          shape: [...indices!.shape.slice(0, axis), size!, ...indices!.shape.slice(axis)],
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
      if (attributes['keys_strings'] !== undefined && attributes['values_int64s'] !== undefined) {
        expectType('LabelEncoder', x, 'string')
        return [{ dtype: 'int64', shape: x.shape }]
      }
      if (attributes['keys_int64s'] !== undefined && attributes['values_strings'] !== undefined) {
        expectType('LabelEncoder', x, 'int64')
        return [{ dtype: 'string', shape: x.shape }]
      }
      throw new HourglassError(
        'HG_GRAPH_INVALID',
        'LabelEncoder: needs keys and values, strings to int64 or back',
      )
    },
  },
} as const satisfies Record<string, Operator>
