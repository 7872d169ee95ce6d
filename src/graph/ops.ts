/**
 * One function for each operator, in the field's words. Each returns a new value and checks its inputs at once,
 * so a wrong shape is reported at the line that wrote it. Formulas follow the ONNX specification (opset 18).
 *
 * Numbers are accepted where a value is expected and become scalars of the other operand's type.
 */
import { HourglassError } from '../base/index.js'
import { apply, applyOne } from './apply.js'
import { frontAxis } from './operators/operator.js'
import { integers, tensor, type DType, type Tensor } from './tensor.js'
import { constant, type Attributes, type Value } from './value.js'

/** A value, or a number that stands for a scalar of the other operand's type. */
export type Operand = Value | number

/** A scalar constant of an element type. @throws HG_DTYPE_MISMATCH for string */
export function scalar(value: number, dtype: DType = 'float32'): Value {
  return constant(scalarTensor(value, dtype))
}

function scalarTensor(value: number, dtype: DType): Tensor {
  switch (dtype) {
    case 'float32':
      return tensor(dtype, [], Float32Array.of(value))
    case 'float64':
      return tensor(dtype, [], Float64Array.of(value))
    case 'int32':
      return tensor(dtype, [], Int32Array.of(value))
    case 'int64':
      return tensor(dtype, [], BigInt64Array.of(BigInt(value)))
    case 'bool':
      return tensor(dtype, [], Uint8Array.of(value))
    case 'string':
      throw new HourglassError('HG_DTYPE_MISMATCH', 'scalar: a number cannot be a string')
  }
}

const axesOf = (axes: readonly number[]): Value => constant(integers(axes))

type Binary = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow' | 'Min' | 'Max' | Comparison
type Comparison = 'Equal' | 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual'

function binary(op: Binary, a: Operand, b: Operand): Value {
  if (typeof a !== 'number') return applyOne(op, [a, typeof b === 'number' ? scalar(b, a.dtype) : b])
  if (typeof b !== 'number') return applyOne(op, [scalar(a, b.dtype), b])
  return applyOne(op, [scalar(a), scalar(b)])
}

export const add = (a: Operand, b: Operand): Value => binary('Add', a, b)
export const sub = (a: Operand, b: Operand): Value => binary('Sub', a, b)
export const mul = (a: Operand, b: Operand): Value => binary('Mul', a, b)
export const div = (a: Operand, b: Operand): Value => binary('Div', a, b)
export const pow = (a: Operand, b: Operand): Value => binary('Pow', a, b)
/** The smaller of two, element by element. */
export const minimum = (a: Operand, b: Operand): Value => binary('Min', a, b)
/** The larger of two, element by element. */
export const maximum = (a: Operand, b: Operand): Value => binary('Max', a, b)
export const equal = (a: Operand, b: Operand): Value => binary('Equal', a, b)
export const greater = (a: Operand, b: Operand): Value => binary('Greater', a, b)
export const greaterOrEqual = (a: Operand, b: Operand): Value => binary('GreaterOrEqual', a, b)
export const less = (a: Operand, b: Operand): Value => binary('Less', a, b)
export const lessOrEqual = (a: Operand, b: Operand): Value => binary('LessOrEqual', a, b)
export const and = (a: Value, b: Value): Value => applyOne('And', [a, b])
export const or = (a: Value, b: Value): Value => applyOne('Or', [a, b])
export const not = (x: Value): Value => applyOne('Not', [x])

export const abs = (x: Value): Value => applyOne('Abs', [x])
export const ceil = (x: Value): Value => applyOne('Ceil', [x])
/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = (x: Value): Value => applyOne('Erf', [x])
export const exp = (x: Value): Value => applyOne('Exp', [x])
export const floor = (x: Value): Value => applyOne('Floor', [x])
export const identity = (x: Value): Value => applyOne('Identity', [x])
export const isNaN = (x: Value): Value => applyOne('IsNaN', [x])
export const leakyRelu = (x: Value, alpha = 0.01): Value => applyOne('LeakyRelu', [x], { alpha })
export const log = (x: Value): Value => applyOne('Log', [x])
export const neg = (x: Value): Value => applyOne('Neg', [x])
export const reciprocal = (x: Value): Value => applyOne('Reciprocal', [x])
export const relu = (x: Value): Value => applyOne('Relu', [x])
export const sigmoid = (x: Value): Value => applyOne('Sigmoid', [x])
export const sign = (x: Value): Value => applyOne('Sign', [x])
/** log(1 + eˣ). */
export const softplus = (x: Value): Value => applyOne('Softplus', [x])
export const sqrt = (x: Value): Value => applyOne('Sqrt', [x])
/** `x` itself, but a constant to `gradients`: no slope passes through (sg[·] of van den Oord et al. 2017, eq. 3). */
export const stopGradient = (x: Value): Value => applyOne('StopGradient', [x])
export const tanh = (x: Value): Value => applyOne('Tanh', [x])
export const square = (x: Value): Value => mul(x, x)

/** Element by element: `yes` where the condition holds, else `no`. */
export function where(condition: Value, yes: Operand, no: Operand): Value {
  const dtype = typeof yes === 'number' ? (typeof no === 'number' ? 'float32' : no.dtype) : yes.dtype
  const value = (operand: Operand): Value => (typeof operand === 'number' ? scalar(operand, dtype) : operand)
  return applyOne('Where', [condition, value(yes), value(no)])
}

/** Converts to another element type; bool gives 0 and 1, floats are cut toward zero for integers. */
export const cast = (x: Value, to: DType): Value => (x.dtype === to ? x : applyOne('Cast', [x], { to }))

/** `numpy.matmul` for operands of rank 2 or more. */
export const matmul = (a: Value, b: Value): Value => applyOne('MatMul', [a, b])

/** Options of `gemm`; a missing one is the ONNX default (alpha = beta = 1, nothing transposed). */
export interface GemmOptions {
  readonly bias?: Value
  readonly alpha?: number
  readonly beta?: number
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/** `alpha · op(a) · op(b) + beta · bias` for matrices; cheaper than separate Transpose and Add nodes. */
export function gemm(a: Value, b: Value, options: GemmOptions = {}): Value {
  const { bias, alpha, beta, transposeA = false, transposeB = false } = options
  return applyOne('Gemm', bias === undefined ? [a, b] : [a, b, bias], {
    ...(alpha !== undefined && { alpha }),
    ...(beta !== undefined && { beta }),
    ...(transposeA && { transA: 1 }),
    ...(transposeB && { transB: 1 }),
  })
}

/** Options of `conv`, one number a spatial axis; ONNX's defaults where one is missing. */
export interface ConvolutionOptions {
  /** `[outputs]`, added to every position. */
  readonly bias?: Value
  /** From one window to the next (default 1). */
  readonly strides?: readonly number[]
  /** Zeros around the input: all counts before, then all counts after, as `[top, left, bottom, right]` (default 0). */
  readonly pads?: readonly number[]
  /** From one element of the kernel to the next (default 1). */
  readonly dilations?: readonly number[]
}

/** Options of `convTranspose`: `pads` are cut off the result. */
export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /** Further positions at the end, below the stride, where several sizes have the same convolution (default 0). */
  readonly outputPadding?: readonly number[]
}

/** The attributes that differ from their defaults, so that equal convolutions are equal nodes. */
function convolutionAttributes(weight: Value, options: TransposedConvolutionOptions): Attributes {
  const { strides = [], pads = [], dilations = [], outputPadding = [] } = options
  const given = { strides, pads, dilations, output_padding: outputPadding }
  const defaults = { strides: 1, pads: 0, dilations: 1, output_padding: 0 }
  const set = Object.entries(given).filter(([name, list]) =>
    list.some((value) => value !== defaults[name as keyof typeof defaults]),
  )
  return { ...Object.fromEntries(set), kernel_shape: weight.shape.slice(2) as number[] }
}

/**
 * Convolution over one or two spatial axes (without turning the kernel: a cross-correlation).
 *
 * @param x `[batch, inputs, length]` or `[batch, inputs, height, width]`, all but the batch known
 * @param weight `[outputs, inputs, …kernel]`
 * @returns `[batch, outputs, …]`, each size `⌊(size + pads − dilation·(kernel − 1) − 1) / stride⌋ + 1`
 * @throws HG_SHAPE_MISMATCH when the kernel does not fit, HG_GRAPH_INVALID for options of another length
 */
export const conv = (x: Value, weight: Value, options: ConvolutionOptions = {}): Value =>
  applyOne('Conv', convolutionInputs(x, weight, options.bias), convolutionAttributes(weight, options))

/**
 * The transpose of a convolution as a linear map, which takes its results back to the sizes it came from.
 *
 * @param x `[batch, inputs, …]`
 * @param weight `[inputs, outputs, …kernel]`
 * @returns `[batch, outputs, …]`, each size `stride·(size − 1) + dilation·(kernel − 1) + 1 − pads + outputPadding`
 * @throws HG_SHAPE_MISMATCH when nothing is left, HG_GRAPH_INVALID for options of another length
 */
export const convTranspose = (x: Value, weight: Value, options: TransposedConvolutionOptions = {}): Value =>
  applyOne(
    'ConvTranspose',
    convolutionInputs(x, weight, options.bias),
    convolutionAttributes(weight, options),
  )

const convolutionInputs = (x: Value, weight: Value, bias: Value | undefined): readonly Value[] =>
  bias === undefined ? [x, weight] : [x, weight, bias]

/** Options of a reduction: all axes by default, and the reduced ones dropped. */
export interface ReduceOptions {
  readonly axes?: readonly number[]
  /** Keep reduced axes with size 1 (default false). */
  readonly keepDims?: boolean
}

type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceSumSquare'

function reduce(op: Reduction, x: Value, { axes, keepDims = false }: ReduceOptions): Value {
  return applyOne(op, axes === undefined ? [x] : [x, axesOf(axes)], { keepdims: keepDims ? 1 : 0 })
}

export const reduceSum = (x: Value, options: ReduceOptions = {}): Value => reduce('ReduceSum', x, options)
export const reduceMean = (x: Value, options: ReduceOptions = {}): Value => reduce('ReduceMean', x, options)
export const reduceMax = (x: Value, options: ReduceOptions = {}): Value => reduce('ReduceMax', x, options)
export const reduceMin = (x: Value, options: ReduceOptions = {}): Value => reduce('ReduceMin', x, options)
/** Σ x² over the axes. */
export const reduceSumSquare = (x: Value, options: ReduceOptions = {}): Value =>
  reduce('ReduceSumSquare', x, options)
export const softmax = (x: Value, axis = -1): Value => applyOne('Softmax', [x], { axis })
/** log softmax, stable for large inputs. */
export const logSoftmax = (x: Value, axis = -1): Value => applyOne('LogSoftmax', [x], { axis })
/** Index of the largest element along an axis, int64, the axis dropped. */
export const argMax = (x: Value, axis = -1): Value => applyOne('ArgMax', [x], { axis, keepdims: 0 })

/** Joins values along an axis; one value is returned as it is. */
export const concat = (values: readonly Value[], axis: number): Value =>
  values.length === 1 ? values[0]! : applyOne('Concat', values, { axis })
/** Broadcasts `x` to the shape of `like`. */
export const expandLike = (x: Value, like: Value): Value => applyOne('Expand', [x, shapeOf(like)])
/** Broadcasts `x` to a known shape. */
export const expand = (x: Value, shape: readonly number[]): Value =>
  applyOne('Expand', [x, constant(integers(shape))])
/** Rows (or slices along `axis`) of `x` at int32 or int64 indices. */
export const gather = (x: Value, indices: Value, axis = 0): Value =>
  applyOne('Gather', [x, indices], { axis })
/** Zeros around `x`; `before` and `after` have one count an axis. */
export const pad = (x: Value, before: readonly number[], after: readonly number[]): Value =>
  applyOne('Pad', [x, constant(integers([...before, ...after]))], { mode: 'constant' })
/** Target dimensions: 0 copies the input's, one −1 takes what is left. */
export const reshape = (x: Value, shape: readonly number[]): Value =>
  applyOne('Reshape', [x, constant(integers(shape))])
/** The elements of `x` in the shape of `like`. */
export const reshapeLike = (x: Value, like: Value): Value => applyOne('Reshape', [x, shapeOf(like)])
/** A copy of `data` with `updates` added at `indices` (int64, `[…, depth]`). */
export const scatterAdd = (data: Value, indices: Value, updates: Value): Value =>
  applyOne('ScatterND', [data, indices, updates], { reduction: 'add' })
/** The dimensions of a value as int64 `[rank]`. */
export const shapeOf = (x: Value): Value => applyOne('Shape', [x])

/** One axis of a `slice`; `end` defaults to the edge. */
export interface SliceRange {
  readonly axis: number
  readonly start: number
  readonly end?: number
  readonly step?: number
}

/** Largest end a slice can name; the runtime clamps it to the edge. */
const edge = 2 ** 31 - 1

/** Cuts ranges out of axes, with NumPy's meaning of negative positions. No ranges: `x` itself. */
export function slice(x: Value, ranges: readonly SliceRange[]): Value {
  if (ranges.length === 0) return x
  const column = (read: (range: SliceRange) => number): Value => constant(integers(ranges.map(read)))
  return applyOne('Slice', [
    x,
    column((range) => range.start),
    column((range) => range.end ?? edge),
    column((range) => range.axis),
    column((range) => range.step ?? 1),
  ])
}

/** Cuts an axis into consecutive pieces of the given sizes. */
export const split = (x: Value, sizes: readonly number[], axis: number): readonly Value[] =>
  apply('Split', [x, constant(integers(sizes))], { axis })
export const squeeze = (x: Value, axes: readonly number[]): Value => applyOne('Squeeze', [x, axesOf(axes)])
export const unsqueeze = (x: Value, axes: readonly number[]): Value =>
  applyOne('Unsqueeze', [x, axesOf(axes)])
/** Reorders axes; without `perm` they are reversed. */
export const transpose = (x: Value, perm?: readonly number[]): Value =>
  applyOne('Transpose', [x], perm === undefined ? {} : { perm })

/** What `topK` gives: `k` elements along the axis in descending order, and where they stood (int64). */
export interface LargestElements {
  readonly values: Value
  readonly indices: Value
}

/**
 * The `k` largest elements along an axis, largest first, the first of equal ones first.
 *
 * @param k 0 to the size of the axis; or an int64 value `[1]` computed while the graph runs, which makes the size of the
 *   axis the symbol `topk` (ONNX Runtime refuses to run when there are fewer elements)
 * @throws HG_SHAPE_MISMATCH when the axis is known to be shorter than a known `k`
 */
export function topK(x: Value, k: number | Value, axis = -1): LargestElements {
  const count = typeof k === 'number' ? constant(integers([k])) : k
  const front = frontAxis('TopK', axis, x.shape.length)
  // ONNX Runtime's TopK ends the process when there are no rows, so the axis comes first where rows may be missing.
  const safe = x.shape.slice(0, front).every((dim) => typeof dim === 'number' && dim > 0)
  const order = [front, ...x.shape.keys()].filter((a, i) => i === 0 || a !== front)
  const back = x.shape.map((_, a) => order.indexOf(a))
  const found = apply('TopK', [safe ? x : transpose(x, order), count], { axis: safe ? axis : 0 })
  const [values, indices] = found.map((value) => (safe ? value : transpose(value, back)))
  return { values: values!, indices: indices! }
}

/** Single elements along an axis: `y[i][j] = x[i][indices[i][j]]` for axis 1 of a matrix. Negative indices count back. */
export const gatherElements = (x: Value, indices: Value, axis: number): Value =>
  applyOne('GatherElements', [x, indices], { axis })

/** A copy of `data` with single elements added along an axis: `y[i][indices[i][j]] += updates[i][j]` for axis 1. */
export const scatterElementsAdd = (data: Value, indices: Value, updates: Value, axis: number): Value =>
  applyOne('ScatterElements', [data, indices, updates], { axis, reduction: 'add' })

/** One-hot float32 vectors of length `depth` on a new last axis; an index outside it gives zeros. */
export const oneHot = (indices: Value, depth: number): Value =>
  applyOne(
    'OneHot',
    [indices, constant(integers([depth], [1])), constant(tensor('float32', [2], Float32Array.of(0, 1)))],
    {
      axis: -1,
    },
  )

/** Codes of strings: `codes[i]` for `keys[i]`, `otherwise` for any other string. */
export const encodeLabels = (
  x: Value,
  keys: readonly string[],
  codes: readonly number[],
  otherwise: number,
): Value =>
  applyOne('LabelEncoder', [x], { keys_strings: keys, values_int64s: codes, default_int64: otherwise })

/** Strings of codes: `labels[i]` for code i, `otherwise` for any other. */
export const decodeLabels = (x: Value, labels: readonly string[], otherwise: string): Value =>
  applyOne('LabelEncoder', [x], {
    keys_int64s: labels.map((_, i) => i),
    values_strings: labels,
    default_string: otherwise,
  })
