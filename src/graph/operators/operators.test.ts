/** What each family of operators infers, and what it refuses. That values are right is tested in src/engine. */
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../test/support/errors.js'
import { apply, applyOne } from '../apply.js'
import { operatorNames } from '../operator-names.js'
import * as ops from '../ops.js'
import { floats, integers, type DType, type Shape } from '../tensor.js'
import { constant, input, type Value } from '../value.js'
import { operators } from './index.js'
import { factorsOf, productOf, quotientOf } from './operator.js'

const value = (shape: Shape, dtype: DType = 'float32'): Value => input('x', dtype, shape)
const ints = (...values: readonly number[]): Value => constant(integers(values))
const x = value(['batch', 4])

/** A row of a table of cases: what is made, and its type or the code of the error. */
type Case = readonly [name: string, make: () => Value, expected: readonly [DType, Shape] | string]

function check(cases: readonly Case[]): void {
  it.each(cases)('%s', (_, make, expected) => {
    if (typeof expected === 'string') expect(codeOf(make)).toBe(expected)
    else expect([make().dtype, make().shape]).toEqual(expected)
  })
}

const badShape = 'HG_SHAPE_MISMATCH'
const badType = 'HG_DTYPE_MISMATCH'
const badGraph = 'HG_GRAPH_INVALID'

it('has a row for every name', () => {
  expect(Object.keys(operators).sort()).toEqual([...operatorNames].sort())
})

describe('elementwise', () => {
  check([
    ['unary keeps type and shape', () => ops.tanh(x), ['float32', ['batch', 4]]],
    ['IsNaN gives bool', () => ops.isNaN(value(['batch'], 'float64')), ['bool', ['batch']]],
    ['Exp of integers', () => ops.exp(value([2], 'int64')), badType],
    ['Not of numbers', () => ops.not(x), badType],
    ['row broadcasts over the batch', () => ops.add(x, value([4])), ['float32', ['batch', 4]]],
    ['scalar broadcasts', () => ops.mul(2, x), ['float32', ['batch', 4]]],
    [
      'column and row make a matrix',
      () => ops.sub(value(['batch', 1]), value([1, 5])),
      ['float32', ['batch', 5]],
    ],
    ['two symbols do not broadcast', () => ops.add(value(['a']), value(['b'])), badShape],
    ['a symbol does not broadcast with 3', () => ops.add(value(['a']), value([3])), badShape],
    ['a size of 0 broadcasts with 1', () => ops.add(value([0, 4]), value([1, 4])), ['float32', [0, 4]]],
    ['two types', () => ops.add(x, value(['batch', 4], 'float64')), badType],
    ['comparison gives bool', () => ops.less(x, 0), ['bool', ['batch', 4]]],
    ['integer division', () => ops.div(value([2], 'int32'), value([2], 'int32')), badType],
    [
      'Where broadcasts three ways',
      () => ops.where(value(['batch', 1], 'bool'), value([4]), 0),
      ['float32', ['batch', 4]],
    ],
    ['Where on a float condition', () => ops.where(x, x, x), badType],
    ['Cast', () => ops.cast(x, 'int64'), ['int64', ['batch', 4]]],
    ['Cast without a type', () => applyOne('Cast', [x]), badGraph],
    ['Cast to an unknown type', () => applyOne('Cast', [x], { to: 'float16' }), badGraph],
    ['too few inputs', () => applyOne('Add', [x]), badGraph],
    ['a missing input', () => applyOne('Add', [x, undefined]), badGraph],
  ])
})

describe('matrix products', () => {
  check([
    ['MatMul', () => ops.matmul(x, value([4, 2])), ['float32', ['batch', 2]]],
    [
      'MatMul of stacks',
      () => ops.matmul(value(['n', 1, 2, 3]), value([5, 3, 4])),
      ['float32', ['n', 5, 2, 4]],
    ],
    ['MatMul with other inner sizes', () => ops.matmul(x, value([3, 2])), badShape],
    ['MatMul of a vector', () => ops.matmul(value([4]), value([4, 2])), badShape],
    ['MatMul of integers', () => ops.matmul(value([2, 2], 'int32'), value([2, 2], 'int32')), badType],
    ['Gemm, first transposed', () => ops.gemm(x, x, { transposeA: true }), ['float32', [4, 4]]],
    ['Gemm, second transposed', () => ops.gemm(x, x, { transposeB: true }), ['float32', ['batch', 'batch']]],
    ['Gemm with a bias', () => ops.gemm(x, value([4, 2]), { bias: value([2]) }), ['float32', ['batch', 2]]],
    [
      'Gemm with a bias too large',
      () => ops.gemm(x, value([4, 2]), { bias: value([7, 'batch', 2]) }),
      badShape,
    ],
    ['Gemm of stacks', () => ops.gemm(value([1, 2, 2]), value([2, 2])), badShape],
  ])
})

describe('convolutions', () => {
  const [signal, image] = [value(['batch', 3, 8]), value(['batch', 3, 8, 7])]
  const kernel = value([5, 3, 4, 3])
  const steps = { strides: [2, 1], pads: [1, 0, 1, 2], dilations: [1, 2] }
  check([
    ['Conv', () => ops.conv(signal, value([5, 3, 3])), ['float32', ['batch', 5, 6]]],
    ['Conv of images', () => ops.conv(image, kernel, steps), ['float32', ['batch', 5, 4, 5]]],
    ['Conv over as many channels as rows', () => ops.conv(value([2, 'n', 4]), value([3, 'n', 4])), badShape],
    ['Conv over no channels', () => ops.conv(value([2, 0, 4]), value([3, 0, 4])), badShape],
    ['Conv for other channels', () => ops.conv(image, value([5, 2, 3, 3])), badShape],
    ['Conv of an image by a signal', () => ops.conv(image, value([5, 3, 3])), badShape],
    ['Conv of rows', () => ops.conv(x, x), badShape],
    ['Conv by a kernel too large', () => ops.conv(signal, value([5, 3, 9])), badShape],
    ['Conv of an unknown length', () => ops.conv(value([1, 3, 'n']), value([5, 3, 3])), badShape],
    ['Conv of no length', () => ops.conv(value([1, 3, 0]), value([5, 3, 3]), { pads: [3, 3] }), badShape],
    ['Conv with another bias', () => ops.conv(image, kernel, { bias: value([3]) }), badShape],
    ['Conv of integers', () => ops.conv(value([1, 3, 8], 'int32'), value([5, 3, 3], 'int32')), badType],
    ['Conv of two types', () => ops.conv(signal, value([5, 3, 3], 'float64')), badType],
    ['Conv with a stride too many', () => ops.conv(signal, value([5, 3, 3]), { strides: [2, 2] }), badGraph],
    ['Conv with a stride of 0', () => ops.conv(signal, value([5, 3, 3]), { strides: [0] }), badGraph],
    ['Conv with a negative pad', () => ops.conv(signal, value([5, 3, 3]), { pads: [-1, 0] }), badGraph],
    [
      'Conv with steps beyond all sense',
      () => ops.conv(signal, value([5, 3, 1]), { dilations: [2 ** 40] }),
      badGraph,
    ],
    [
      'Conv with another kernel_shape',
      () => applyOne('Conv', [image, kernel], { kernel_shape: [3, 3] }),
      badShape,
    ],
    [
      'ConvTranspose',
      () => ops.convTranspose(value(['batch', 5, 4, 5]), kernel, { ...steps, outputPadding: [1, 0] }),
      ['float32', ['batch', 3, 9, 7]],
    ],
    ['ConvTranspose for other channels', () => ops.convTranspose(image, kernel), badShape],
    [
      'ConvTranspose with more at the end than a stride',
      () => ops.convTranspose(signal, value([3, 1, 2]), { strides: [2], outputPadding: [2] }),
      badShape,
    ],
    [
      'ConvTranspose to nothing',
      () => ops.convTranspose(signal, value([3, 1, 1]), { pads: [4, 4] }),
      badShape,
    ],
  ])
})

describe('reductions', () => {
  check([
    ['over all axes', () => ops.reduceSum(x), ['float32', []]],
    ['over the batch', () => ops.reduceMean(x, { axes: [0] }), ['float32', [4]]],
    [
      'from the back, kept',
      () => ops.reduceMax(x, { axes: [-1], keepDims: true }),
      ['float32', ['batch', 1]],
    ],
    ['over an axis that is not there', () => ops.reduceSum(x, { axes: [2] }), badShape],
    ['over an axis twice', () => ops.reduceSum(x, { axes: [1, -1] }), badShape],
    ['over no axis, which ONNX reads as all', () => ops.reduceSum(x, { axes: [] }), badShape],
    ['over axes known only at run time', () => applyOne('ReduceSum', [x, value([1], 'int64')]), badGraph],
    ['ArgMax', () => ops.argMax(x), ['int64', ['batch']]],
    ['ArgMax, kept', () => applyOne('ArgMax', [x], { axis: 1 }), ['int64', ['batch', 1]]],
    ['Softmax', () => ops.softmax(x), ['float32', ['batch', 4]]],
    ['Softmax of a scalar', () => ops.softmax(value([])), badShape],
  ])
})

describe('joining and cutting', () => {
  check([
    ['Concat', () => ops.concat([x, value(['batch', 3])], 1), ['float32', ['batch', 7]]],
    ['Concat of one symbol with another', () => ops.concat([value(['a']), value(['b'])], 0), badShape],
    ['Concat without an axis', () => applyOne('Concat', [x]), badGraph],
    ['Concat with another size elsewhere', () => ops.concat([x, value(['b', 3])], 1), badShape],
    ['Slice', () => ops.slice(x, [{ axis: 1, start: 1, end: -1 }]), ['float32', ['batch', 2]]],
    [
      'Slice backwards',
      () => ops.slice(x, [{ axis: 1, start: 3, end: 0, step: -2 }]),
      ['float32', ['batch', 2]],
    ],
    ['Slice to nothing', () => ops.slice(x, [{ axis: 1, start: 9 }]), ['float32', ['batch', 0]]],
    ['Slice of a whole batch', () => ops.slice(x, [{ axis: 0, start: 0 }]), ['float32', ['batch', 4]]],
    ['Slice within the batch', () => ops.slice(x, [{ axis: 0, start: 1 }]), badShape],
    ['Slice of no range', () => ops.slice(x, []), ['float32', ['batch', 4]]],
    ['Slice with a step of 0', () => ops.slice(x, [{ axis: 1, start: 0, step: 0 }]), badShape],
    [
      'Slice with a start too many',
      () => applyOne('Slice', [x, ints(0, 0), ints(1), ints(1), ints(1)]),
      badShape,
    ],
    ['Split', () => ops.split(x, [3, 1], 1)[1]!, ['float32', ['batch', 1]]],
    ['Split into too much', () => ops.split(x, [3, 2], 1)[1]!, badShape],
    ['Split into a negative size', () => ops.split(x, [5, -1], 1)[1]!, badShape],
    ['Pad', () => ops.pad(x, [0, 1], [0, 2]), ['float32', ['batch', 7]]],
    ['Pad of the batch', () => ops.pad(x, [1, 0], [0, 0]), badShape],
    ['Pad by less than nothing', () => ops.pad(x, [0, -1], [0, 0]), badShape],
    ['Pad with too few', () => ops.pad(x, [1], [1]), badShape],
    ['Pad by reflection', () => applyOne('Pad', [x, ints(0, 1, 0, 1)], { mode: 'reflect' }), badGraph],
  ])
})

describe('rearranging', () => {
  check([
    ['Reshape, batch copied', () => ops.reshape(x, [0, 2, 2]), ['float32', ['batch', 2, 2]]],
    ['Reshape, batch inferred', () => ops.reshape(x, [-1, 2]), ['float32', ['2*batch', 2]]],
    ['Reshape there and back', () => ops.reshape(ops.reshape(x, [-1]), [-1, 4]), ['float32', ['batch', 4]]],
    ['Reshape to a size that does not fit', () => ops.reshape(x, [-1, 3]), badShape],
    ['Reshape to a fixed batch', () => ops.reshape(x, [2, 4]), badShape],
    ['Reshape with two open sizes', () => ops.reshape(x, [-1, -1]), badShape],
    ['Reshape to a negative size', () => ops.reshape(x, [-2, -2]), badShape],
    ['Reshape copying an axis that is not there', () => ops.reshape(value([2]), [0, 0]), badShape],
    ['Reshape like another', () => ops.reshapeLike(ops.reshape(x, [-1]), x), ['float32', ['batch', 4]]],
    ['Transpose', () => ops.transpose(value(['batch', 2, 3])), ['float32', [3, 2, 'batch']]],
    [
      'Transpose by a permutation',
      () => ops.transpose(value(['n', 2, 3]), [0, 2, 1]),
      ['float32', ['n', 3, 2]],
    ],
    ['Transpose by none', () => ops.transpose(x, [0, 0]), badShape],
    ['Unsqueeze', () => ops.unsqueeze(x, [0, -1]), ['float32', [1, 'batch', 4, 1]]],
    ['Unsqueeze twice in one place', () => ops.unsqueeze(x, [0, 0]), badShape],
    ['Squeeze', () => ops.squeeze(value([1, 'n', 1]), [0, 2]), ['float32', ['n']]],
    ['Squeeze of a batch', () => ops.squeeze(x, [0]), badShape],
    ['Expand', () => ops.expand(value([1, 4]), [3, 1, 4]), ['float32', [3, 1, 4]]],
    ['Expand like another', () => ops.expandLike(value([4]), x), ['float32', ['batch', 4]]],
    ['Expand to a negative size', () => ops.expand(x, [-1, 4]), badShape],
    ['Shape', () => ops.shapeOf(x), ['int64', [2]]],
    ['Gather of rows', () => ops.gather(value([9, 4]), value(['batch'], 'int64')), ['float32', ['batch', 4]]],
    ['Gather of columns', () => ops.gather(x, ints(3, 0), 1), ['float32', ['batch', 2]]],
    ['Gather at floats', () => ops.gather(x, x), badType],
    [
      'ScatterND',
      () => ops.scatterAdd(value([9, 4]), value(['batch', 1], 'int64'), value(['batch', 4])),
      ['float32', [9, 4]],
    ],
    [
      'ScatterND with updates of another shape',
      () => ops.scatterAdd(value([9, 4]), value(['batch', 1], 'int64'), value(['batch', 3])),
      badShape,
    ],
    [
      'ScatterND deeper than the data',
      () => ops.scatterAdd(value([9]), value(['batch', 2], 'int64'), value(['batch'])),
      badShape,
    ],
  ])
})

describe('elements picked and placed', () => {
  const places = value(['batch', 2], 'int64')
  check([
    ['TopK', () => ops.topK(x, 3).values, ['float32', ['batch', 3]]],
    ['TopK gives places', () => ops.topK(x, 3).indices, ['int64', ['batch', 3]]],
    ['TopK of a batch', () => ops.topK(x, 3, 0).values, ['float32', [3, 4]]],
    [
      'TopK of a count known at run time',
      () => ops.topK(x, value([1], 'int64')).values,
      ['float32', ['batch', 'topk']],
    ],
    ['TopK of more than there are', () => ops.topK(x, 5).values, badShape],
    ['TopK of less than none', () => ops.topK(x, -1).values, badShape],
    ['TopK of two counts', () => ops.topK(x, ints(1, 2)).values, badShape],
    ['TopK of a count of another type', () => ops.topK(x, value([1], 'int32')).values, badType],
    [
      'TopK by a direction that is none',
      () => applyOne('TopK', [x, ints(1)], { axis: 0, largest: 2 }),
      badGraph,
    ],
    ['TopK of rows that may be missing', () => applyOne('TopK', [x, ints(1)], { axis: 1 }), badShape],
    ['TopK of rows that are', () => applyOne('TopK', [value([0, 4]), ints(1)], { axis: 1 }), badShape],
    ['topK along an axis that is not there', () => ops.topK(x, 1, 2).values, badShape],
    ['TopK along an axis that is not there', () => applyOne('TopK', [x, ints(1)], { axis: 7 }), badShape],
    ['GatherElements', () => ops.gatherElements(x, places, 1), ['float32', ['batch', 2]]],
    ['GatherElements of other rows', () => ops.gatherElements(x, value(['n', 2], 'int64'), 1), badShape],
    [
      'GatherElements of more rows',
      () => ops.gatherElements(value([2, 4]), value([3, 1], 'int64'), 1),
      badShape,
    ],
    ['GatherElements of a list', () => ops.gatherElements(x, value([2], 'int64'), 1), badShape],
    ['GatherElements at floats', () => ops.gatherElements(x, x, 1), badType],
    [
      'ScatterElements',
      () => ops.scatterElementsAdd(x, places, value(['batch', 2]), 1),
      ['float32', ['batch', 4]],
    ],
    ['ScatterElements of too much', () => ops.scatterElementsAdd(x, places, x, 1), badShape],
    ['ScatterElements of another type', () => ops.scatterElementsAdd(x, places, places, 1), badType],
    [
      'ScatterElements that multiplies',
      () => applyOne('ScatterElements', [x, places, value(['batch', 2])], { reduction: 'mul', axis: 1 }),
      badGraph,
    ],
  ])
})

describe('categories', () => {
  const code = value(['batch'], 'int64')
  check([
    ['OneHot', () => ops.oneHot(code, 5), ['float32', ['batch', 5]]],
    ['OneHot of floats', () => ops.oneHot(value(['batch']), 5), badType],
    ['OneHot of a negative depth', () => ops.oneHot(code, -5), badShape],
    [
      'OneHot with three values',
      () => applyOne('OneHot', [code, ints(2), constant(floats([0, 1, 2]))]),
      badShape,
    ],
    [
      'codes of strings',
      () => ops.encodeLabels(value(['batch', 1], 'string'), ['a'], [0], -1),
      ['int64', ['batch', 1]],
    ],
    ['strings of codes', () => ops.decodeLabels(code, ['a'], '?'), ['string', ['batch']]],
    ['codes of numbers', () => ops.encodeLabels(code, ['a'], [0], -1), badType],
    ['more keys than codes', () => ops.encodeLabels(value([1], 'string'), ['a', 'b'], [0], -1), badGraph],
    [
      'a dictionary without default',
      () => applyOne('LabelEncoder', [code], { keys_int64s: [1], values_strings: [''] }),
      badGraph,
    ],
  ])
})

it('gives every output of a node its own type', () => {
  const pieces = apply('Split', [x, ints(1, 3)], { axis: 1 })
  expect(pieces.map(({ output, shape }) => [output, shape])).toEqual([
    [0, ['batch', 1]],
    [1, ['batch', 3]],
  ])
})

it('multiplies and divides dimensions', () => {
  expect(productOf([2, 'batch', 3])).toBe('6*batch')
  expect(productOf(['b', 2, 'a'])).toBe(productOf(['2*a', 'b']))
  expect(productOf(['batch', 0])).toBe(0)
  expect(quotientOf('6*batch', 2)).toBe('3*batch')
  expect(quotientOf('6*batch', 'batch')).toBe(6)
  expect(quotientOf('6*batch', 4)).toBeUndefined()
  expect(quotientOf('batch', 'rows')).toBeUndefined()
  expect(factorsOf('Infinity*1e9')).toEqual({ known: 1, symbols: ['Infinity', '1e9'] })
})
