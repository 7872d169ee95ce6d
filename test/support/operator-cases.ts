/**
 * Cases for every operator: small expressions over float64 inputs, for ordinary, broadcast, one-element and zero-row
 * shapes. The batteries of this room run over them; a new operator without a case fails the battery.
 *
 * Inputs stay away from kinks, where a finite difference measures nothing.
 */
import * as g from '../../src/graph/index.js'
import type { OperatorName, Value } from '../../src/graph/index.js'

/** One expression over inputs of given shapes. */
export interface OperatorCase {
  readonly op: OperatorName
  readonly what: string
  readonly shapes: readonly (readonly number[])[]
  readonly make: (inputs: readonly Value[]) => Value
  /** Range of the inputs (default −2 to 2). */
  readonly range?: readonly [number, number]
  /** False where the result has no slope. */
  readonly differentiable?: boolean
}

const shapes: Readonly<Record<string, readonly number[]>> = {
  ordinary: [3, 4],
  'one element': [1],
  scalar: [],
  'zero rows': [0, 3],
}

const pairs: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  ordinary: [
    [3, 4],
    [3, 4],
  ],
  'row broadcast': [[3, 4], [4]],
  'column broadcast': [
    [3, 1],
    [3, 4],
  ],
  'both broadcast': [
    [3, 1],
    [1, 4],
  ],
  'scalar broadcast': [[2, 3], []],
  'one element': [[1], [1]],
  'zero rows': [[0, 3], [3]],
  'rank 3': [
    [2, 3, 2],
    [3, 1],
  ],
}

type Unary = (x: Value) => Value
type Binary = (a: Value, b: Value) => Value

const unary = (op: OperatorName, f: Unary, more: Partial<OperatorCase> = {}): OperatorCase[] =>
  Object.entries(shapes).map(([what, shape]) => ({
    op,
    what,
    shapes: [shape],
    make: ([x]) => f(x!),
    ...more,
  }))

const binary = (op: OperatorName, f: Binary, more: Partial<OperatorCase> = {}): OperatorCase[] =>
  Object.entries(pairs).map(([what, both]) => ({
    op,
    what,
    shapes: both,
    make: ([a, b]) => f(a!, b!),
    ...more,
  }))

const one = (
  op: OperatorName,
  what: string,
  inputShapes: readonly (readonly number[])[],
  make: OperatorCase['make'],
  more: Partial<OperatorCase> = {},
): OperatorCase => ({ op, what, shapes: inputShapes, make, ...more })

const positive = { range: [0.3, 3] as const }
const noSlope = { differentiable: false }

/** A truth value as a number, so that every case ends in float64. */
const counted = (x: Value): Value => g.cast(x, 'float64')

const reductions = (op: OperatorName, f: (x: Value, options?: g.ReduceOptions) => Value): OperatorCase[] => [
  one(op, 'all axes', [[3, 4]], ([x]) => f(x!)),
  one(op, 'rows', [[3, 4]], ([x]) => f(x!, { axes: [1] })),
  one(op, 'columns kept', [[3, 4]], ([x]) => f(x!, { axes: [0], keepDims: true })),
  one(op, 'negative axis', [[2, 3, 2]], ([x]) => f(x!, { axes: [-2] })),
  one(op, 'two axes', [[2, 3, 2]], ([x]) => f(x!, { axes: [0, 2] })),
  one(op, 'one element', [[1]], ([x]) => f(x!)),
  one(op, 'rows of none', [[0, 3]], ([x]) => f(x!, { axes: [1] })),
]

const gemms: readonly g.GemmOptions[] = [
  {},
  { alpha: 0.7 },
  { transposeA: true, alpha: -2 },
  { transposeB: true, alpha: 1.3 },
  { transposeA: true, transposeB: true, alpha: 0.5 },
]

const gemmCases = gemms.flatMap((options) => {
  const a = options.transposeA === true ? [2, 3] : [3, 2]
  const b = options.transposeB === true ? [4, 2] : [2, 4]
  return [[4], [3, 1], [3, 4], []].map((bias) =>
    one('Gemm', `${JSON.stringify(options)} bias [${bias.join()}]`, [a, b, bias], ([x, y, c]) =>
      g.gemm(x!, y!, { ...options, beta: 1.5, bias: c! }),
    ),
  )
})

/** Convolutions by what is special about them: the shapes of input and weight, and the options. */
const convolutions: Readonly<Record<string, readonly [number[], number[], g.ConvolutionOptions]>> = {
  'in one dimension': [[4, 2, 5], [3, 2, 3], {}],
  'of steps that leave a rest': [[2, 1, 8], [2, 1, 3], { strides: [3], pads: [1, 0] }],
  dilated: [[1, 2, 7], [1, 2, 2], { dilations: [3], strides: [2], pads: [0, 2] }],
  'padded by more than the kernel': [[1, 1, 2], [1, 1, 1], { pads: [2, 1], strides: [2] }],
  'in two dimensions': [[3, 2, 4, 3], [2, 2, 3, 2], { pads: [1, 0, 1, 1] }],
  'in two dimensions, different along each': [
    [1, 1, 6, 5],
    [2, 1, 2, 3],
    { strides: [2, 1], dilations: [1, 2], pads: [0, 1, 1, 0] },
  ],
  'of one element': [[1, 1, 1, 1], [1, 1, 1, 1], {}],
  'of no rows': [[0, 2, 4], [1, 2, 3], {}],
}

/** Transposed ones; here the weight counts inputs first. */
const transposedConvolutions: Readonly<
  Record<string, readonly [number[], number[], g.TransposedConvolutionOptions]>
> = {
  'in one dimension': [[2, 2, 3], [2, 1, 3], {}],
  'of strides, with a rest': [[2, 1, 3], [1, 2, 2], { strides: [3], outputPadding: [2], pads: [1, 0] }],
  dilated: [[1, 2, 3], [2, 1, 2], { dilations: [2], strides: [3], outputPadding: [2] }],
  'in two dimensions': [[3, 2, 2, 3], [2, 1, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  'in two dimensions, different along each': [
    [1, 1, 3, 2],
    [1, 2, 2, 3],
    { strides: [1, 3], dilations: [2, 1], pads: [1, 0, 0, 2], outputPadding: [0, 1] },
  ],
  'of no rows': [[0, 2, 3], [2, 1, 3], { strides: [2] }],
}

const convolutionCases = [
  ...Object.entries(convolutions).flatMap(([what, [x, weight, options]]) => [
    one('Conv', what, [x, weight], ([a, b]) => g.conv(a!, b!, options)),
    one('Conv', `${what}, with a bias`, [x, weight, weight.slice(0, 1)], ([a, b, bias]) =>
      g.conv(a!, b!, { ...options, bias: bias! }),
    ),
  ]),
  ...Object.entries(transposedConvolutions).flatMap(([what, [x, weight, options]]) => [
    one('ConvTranspose', what, [x, weight], ([a, b]) => g.convTranspose(a!, b!, options)),
    one('ConvTranspose', `${what}, with a bias`, [x, weight, weight.slice(1, 2)], ([a, b, bias]) =>
      g.convTranspose(a!, b!, { ...options, bias: bias! }),
    ),
  ]),
]

const indices = (values: readonly number[], shape?: readonly number[]): Value =>
  g.constant(g.integers(values, shape))

/** Start, end and step over an axis of seven, within it and beyond. */
const slices: readonly (readonly [number, number, number])[] = [
  [0, 7, 2],
  [1, 99, 3],
  [-99, -1, 4],
  [6, -99, -1],
  [99, -99, -2],
  [5, 1, -3],
  [-2, 0, -1],
  [3, 3, 2],
  [1, 5, -1],
]

export const operatorCases: readonly OperatorCase[] = [
  ...unary('Abs', g.abs),
  ...unary('Ceil', g.ceil),
  ...unary('Erf', g.erf),
  ...unary('Exp', g.exp),
  ...unary('Floor', g.floor),
  ...unary('Identity', g.identity),
  ...unary('IsNaN', (x) => counted(g.isNaN(x)), noSlope),
  ...unary('LeakyRelu', (x) => g.leakyRelu(x, 0.2)),
  ...unary('Log', g.log, positive),
  ...unary('Neg', g.neg),
  ...unary('Not', (x) => counted(g.not(g.greater(x, 0))), noSlope),
  ...unary('Reciprocal', g.reciprocal, positive),
  ...unary('Relu', g.relu),
  ...unary('Sigmoid', g.sigmoid),
  ...unary('Sign', g.sign),
  ...unary('Softplus', g.softplus),
  ...unary('Sqrt', g.sqrt, positive),
  // Of a step function, since a finite difference sees what a stopped gradient does not.
  ...unary('StopGradient', (x) => g.mul(x, g.stopGradient(g.floor(x)))),
  ...unary('Tanh', g.tanh),

  ...binary('Add', g.add),
  one('Add', 'a value with itself', [[3]], ([x]) => g.add(x!, x!)),
  ...binary('Sub', g.sub),
  ...binary('Mul', g.mul),
  one('Mul', 'a square', [[3, 2]], ([x]) => g.mul(x!, x!)),
  ...binary('Div', g.div, positive),
  ...binary('Pow', g.pow, positive),
  ...[0, 1, 2, 3, 0.5].map((exponent) =>
    one('Pow', `to the constant ${exponent}`, [[3, 2]], ([x]) => g.pow(x!, exponent), positive),
  ),
  ...binary('Min', g.minimum),
  ...binary('Max', g.maximum),
  one('Max', 'with a constant first', [[3, 4]], ([x]) => g.maximum(0.3, x!)),
  ...binary('And', (a, b) => counted(g.and(g.greater(a, 0), g.greater(b, 0))), noSlope),
  ...binary('Or', (a, b) => counted(g.or(g.greater(a, 0), g.greater(b, 0))), noSlope),
  ...binary('Equal', (a, b) => counted(g.equal(a, b)), noSlope),
  ...binary('Greater', (a, b) => counted(g.greater(a, b)), noSlope),
  ...binary('GreaterOrEqual', (a, b) => counted(g.greaterOrEqual(a, b)), noSlope),
  ...binary('Less', (a, b) => counted(g.less(a, b)), noSlope),
  ...binary('LessOrEqual', (a, b) => counted(g.lessOrEqual(a, b)), noSlope),
  ...binary('Where', (a, b) => g.where(g.greater(a, 0), a, b)),
  ...unary('Cast', (x) => g.cast(g.cast(x, 'float32'), 'float64')),

  one(
    'MatMul',
    'matrices',
    [
      [3, 2],
      [2, 4],
    ],
    ([a, b]) => g.matmul(a!, b!),
  ),
  one(
    'MatMul',
    'stacks',
    [
      [2, 3, 2],
      [2, 2, 4],
    ],
    ([a, b]) => g.matmul(a!, b!),
  ),
  one(
    'MatMul',
    'a stack and a matrix',
    [
      [2, 3, 2],
      [2, 4],
    ],
    ([a, b]) => g.matmul(a!, b!),
  ),
  one(
    'MatMul',
    'broadcast stacks',
    [
      [3, 1, 2, 2],
      [2, 2, 1],
    ],
    ([a, b]) => g.matmul(a!, b!),
  ),
  one(
    'MatMul',
    'one element',
    [
      [1, 1],
      [1, 1],
    ],
    ([a, b]) => g.matmul(a!, b!),
  ),
  one(
    'MatMul',
    'zero rows',
    [
      [0, 2],
      [2, 3],
    ],
    ([a, b]) => g.matmul(a!, b!),
  ),
  one(
    'MatMul',
    'a stack without rows and a matrix',
    [
      [2, 0, 3],
      [3, 2],
    ],
    ([a, b]) => g.matmul(a!, b!),
  ),
  ...gemmCases,
  one(
    'Gemm',
    'one weight used twice',
    [
      [3, 2],
      [2, 2],
    ],
    ([a, b]) => g.gemm(g.tanh(g.gemm(a!, b!)), b!),
  ),
  one('Gemm', 'zero rows', [[0, 2], [2, 3], [3]], ([a, b, c]) => g.gemm(a!, b!, { bias: c! })),

  ...convolutionCases,
  one(
    'Conv',
    'by a weight that is computed',
    [
      [2, 1, 4],
      [3, 1, 2],
    ],
    ([x, w]) => g.convTranspose(g.tanh(g.conv(x!, w!)), g.mul(w!, 2)),
  ),

  ...reductions('ReduceSum', g.reduceSum),
  ...reductions('ReduceMean', g.reduceMean),
  ...reductions('ReduceMax', g.reduceMax),
  ...reductions('ReduceMin', g.reduceMin),
  ...reductions('ReduceSumSquare', g.reduceSumSquare),
  one('Softmax', 'last axis', [[3, 4]], ([x]) => g.softmax(x!)),
  one('Softmax', 'first axis', [[3, 4]], ([x]) => g.softmax(x!, 0)),
  one('Softmax', 'zero rows', [[0, 4]], ([x]) => g.softmax(x!)),
  one('LogSoftmax', 'last axis', [[3, 4]], ([x]) => g.logSoftmax(x!)),
  one('LogSoftmax', 'middle axis', [[2, 3, 2]], ([x]) => g.logSoftmax(x!, 1)),
  one('ArgMax', 'rows', [[3, 4]], ([x]) => counted(g.argMax(x!, 1)), noSlope),

  one(
    'Concat',
    'columns',
    [
      [3, 2],
      [3, 1],
    ],
    ([a, b]) => g.concat([a!, b!], 1),
  ),
  one(
    'Concat',
    'rows, one of them empty',
    [
      [0, 2],
      [2, 2],
    ],
    ([a, b]) => g.concat([a!, b!], 0),
  ),
  one(
    'Expand',
    'a row like others',
    [
      [1, 3],
      [4, 3],
    ],
    ([x, like]) => g.mul(g.expandLike(x!, like!), like!),
  ),
  one('Expand', 'rows', [[1, 3]], ([x]) => g.expand(x!, [4, 3])),
  one(
    'Expand',
    'like another',
    [
      [3, 1],
      [2, 3, 4],
    ],
    ([x, like]) => g.add(g.expandLike(x!, like!), like!),
  ),
  one('Gather', 'rows, repeated', [[4, 2]], ([x]) => g.gather(x!, indices([2, 0, 2]))),
  one('Gather', 'columns', [[2, 3, 2]], ([x]) => g.gather(x!, indices([1, 1, 0, 2]), 1)),
  one('Gather', 'a matrix of positions', [[4, 2]], ([x]) => g.gather(x!, indices([1, 3, 3, 0], [2, 2]))),
  one('Gather', 'no rows', [[4, 2]], ([x]) => g.gather(x!, indices([]))),
  one('Gather', 'one position', [[4, 2]], ([x]) => g.gather(x!, indices([3], []))),
  one('Gather', 'from the end', [[2, 3]], ([x]) => g.gather(x!, indices([-1, -3, 2]), -1)),
  one('Pad', 'filled with a value', [[2, 3], []], ([x, fill]) =>
    g.applyOne('Pad', [x!, indices([1, 0, 0, 2]), fill!], { mode: 'constant' }),
  ),
  one('Pad', 'columns', [[3, 2]], ([x]) => g.pad(x!, [0, 2], [0, 1])),
  one('Pad', 'both axes', [[2, 3]], ([x]) => g.pad(x!, [1, 0], [0, 2])),
  one('Reshape', 'with an open dimension', [[3, 4]], ([x]) => g.reshape(x!, [2, -1])),
  one(
    'Reshape',
    'like another',
    [
      [3, 4],
      [2, 6],
    ],
    ([x, like]) => g.mul(g.reshapeLike(x!, like!), like!),
  ),
  one('Reshape', 'no columns', [[2, 0]], ([x]) => g.reshape(x!, [-1, 2])),
  one('Reshape', 'zero rows', [[0, 4]], ([x]) => g.reshape(x!, [0, 2, 2])),
  one(
    'ScatterND',
    'added rows',
    [
      [4, 2],
      [3, 2],
    ],
    ([x, updates]) => g.scatterAdd(x!, indices([1, 1, 3], [3, 1]), updates!),
  ),
  one(
    'ScatterND',
    'replaced rows',
    [
      [4, 2],
      [2, 2],
    ],
    ([x, updates]) => g.applyOne('ScatterND', [x!, indices([2, 0], [2, 1]), updates!]),
  ),
  one('Shape', 'of a value', [[3, 4]], ([x]) => counted(g.shapeOf(x!)), noSlope),
  one('Slice', 'rows and columns', [[4, 5]], ([x]) =>
    g.slice(x!, [
      { axis: 0, start: 1, end: 3 },
      { axis: 1, start: -3 },
    ]),
  ),
  ...slices.map(([start, end, step]) =>
    one('Slice', `${start}:${end}:${step}`, [[2, 7, 3]], ([x]) =>
      g.slice(x!, [{ axis: 1, start, end, step }]),
    ),
  ),
  one('Slice', 'steps on two axes', [[5, 6]], ([x]) =>
    g.slice(x!, [
      { axis: 0, start: 1, step: 2 },
      { axis: -1, start: -1, end: 0, step: -2 },
    ]),
  ),
  one('Slice', 'steps without rows', [[5, 0]], ([x]) => g.slice(x!, [{ axis: 0, start: 0, step: 2 }])),
  one('Slice', 'of nothing', [[4, 2]], ([x]) => g.slice(x!, [{ axis: 0, start: 3, end: 3 }])),
  one('Split', 'used in part', [[3, 5]], ([x]) => {
    const [first, , last] = g.split(x!, [1, 2, 2], 1)
    return g.mul(first!, last!)
  }),
  one('Squeeze', 'an axis', [[3, 1, 2]], ([x]) => g.squeeze(x!, [1])),
  one('Transpose', 'a matrix', [[3, 2]], ([x]) => g.transpose(x!)),
  one('Transpose', 'three axes', [[2, 3, 4]], ([x]) => g.transpose(x!, [2, 0, 1])),
  one('Unsqueeze', 'two axes', [[3, 2]], ([x]) => g.unsqueeze(x!, [0, -1])),
  one('TopK', 'of rows', [[3, 5]], ([x]) => g.topK(x!, 2).values),
  one('TopK', 'all, along columns', [[4, 2]], ([x]) => g.topK(x!, 4, 0).values),
  one('TopK', 'the smallest', [[2, 3, 4]], ([x]) =>
    g.applyOne('TopK', [x!, indices([1])], { axis: 1, largest: 0 }),
  ),
  one('TopK', 'with their places', [[3, 5]], ([x]) => {
    const { values, indices: places } = g.topK(x!, 3)
    return g.mul(values, g.cast(places, x!.dtype))
  }),
  one('TopK', 'as many as come out at run time', [[3, 5]], ([x]) => {
    const two = g.cast(g.reduceSum(g.cast(g.isNaN(x!), 'int64')), 'int64')
    return g.reduceSum(g.topK(x!, g.add(g.reshape(two, [1]), indices([2]))).values, { axes: [1] })
  }),
  one('TopK', 'none', [[3, 4]], ([x]) => g.topK(x!, 0).values),
  one('TopK', 'zero rows', [[0, 4]], ([x]) => g.topK(x!, 2).values),
  one('GatherElements', 'along rows', [[2, 4]], ([x]) =>
    g.gatherElements(x!, indices([3, 0, 3, 1, -1, 2], [2, 3]), 1),
  ),
  one('GatherElements', 'of some columns', [[3, 3]], ([x]) =>
    g.gatherElements(x!, indices([2, 0, 1, 1, 2, 2, 0, 0], [4, 2]), 0),
  ),
  one('GatherElements', 'at the places of others', [[3, 4]], ([x]) =>
    g.gatherElements(g.mul(x!, 3), g.topK(x!, 2).indices, 1),
  ),
  one('GatherElements', 'zero rows', [[0, 4]], ([x]) =>
    g.gatherElements(x!, g.topK(g.neg(x!), 1).indices, -1),
  ),
  one(
    'ScatterElements',
    'added, with repetition',
    [
      [2, 4],
      [2, 3],
    ],
    ([x, updates]) => g.scatterElementsAdd(x!, indices([3, 0, 3, 1, -1, 2], [2, 3]), updates!, 1),
  ),
  one(
    'ScatterElements',
    'replaced',
    [
      [3, 3],
      [2, 2],
    ],
    ([x, updates]) =>
      g.applyOne('ScatterElements', [x!, indices([2, 0, 1, 1], [2, 2]), updates!], { axis: 0 }),
  ),
  one(
    'ScatterElements',
    'a row where it is largest',
    [
      [3, 4],
      [3, 1],
    ],
    ([x, updates]) => g.scatterElementsAdd(x!, g.topK(x!, 1).indices, updates!, -1),
  ),
  one('OneHot', 'of positions', [[4]], ([x]) => counted(g.oneHot(g.cast(g.floor(x!), 'int64'), 3)), noSlope),
  one(
    'LabelEncoder',
    'there and back',
    [[4]],
    ([x]) => {
      const words = g.decodeLabels(g.cast(g.floor(x!), 'int64'), ['zero', 'one'], 'other')
      return counted(g.encodeLabels(words, ['one', 'other'], [1, 7], -1))
    },
    noSlope,
  ),
]
