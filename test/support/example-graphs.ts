/**
 * Small graphs that between them hold every operator, element type and oddity of names: what tests of the file
 * format, of the engines and of Python's checker run over.
 */
import * as g from '../../src/graph/index.js'

const batch = 'batch'

/** Convolutions of rows as signals and as images of 2 × 2. */
function convolutionOutputs(x: g.Value): Record<string, g.Value> {
  const weight = (...shape: readonly number[]): g.Value => {
    const numbers = Array.from({ length: g.sizeOf(shape) }, (_, i) => Math.cos(i * 5))
    return g.constant(g.floats(numbers, shape))
  }
  const [signal, image] = [g.reshape(x, [-1, 1, 4]), g.reshape(x, [-1, 1, 2, 2])]
  const wide = g.convTranspose(image, weight(1, 3, 2, 3), {
    bias: weight(3),
    strides: [2, 3],
    outputPadding: [1, 2],
    pads: [0, 1, 1, 0],
  })
  return {
    smooth: g.conv(signal, weight(2, 1, 3), { bias: weight(2), pads: [2, 0] }),
    apart: g.conv(signal, weight(2, 1, 2), { dilations: [2], strides: [2], pads: [1, 1] }),
    wide,
    narrow: g.conv(wide, weight(1, 3, 2, 2), { strides: [2, 1] }),
    computed: g.conv(signal, g.tanh(weight(1, 1, 3)), { pads: [1, 1] }),
    longer: g.convTranspose(signal, weight(1, 2, 2), { strides: [2] }),
  }
}

/** Operators by family, each under a symbolic batch. */
function families(): Readonly<Record<string, g.Graph>> {
  const x = g.input('x', 'float32', [batch, 4])
  const wide = g.input('wide', 'float64', [batch, 4])
  const flag = g.greater(x, 0)
  const row = g.constant(g.floats([1, -2, 3, -4]), 'row')
  const square = g.constant(
    g.floats(
      Array.from({ length: 16 }, (_, i) => (i - 7) / 8),
      [4, 4],
    ),
    'square',
  )
  const unary = [g.abs, g.ceil, g.erf, g.exp, g.floor, g.neg, g.reciprocal, g.relu, g.sigmoid, g.sign]
  const more = [
    g.softplus,
    g.tanh,
    g.stopGradient,
    g.leakyRelu,
    (v: g.Value) => g.sqrt(g.abs(v)),
    (v: g.Value) => g.log(g.exp(v)),
  ]
  const named = (prefix: string, values: readonly g.Value[]): Record<string, g.Value> =>
    Object.fromEntries(values.map((value, i) => [`${prefix}${i}`, value]))
  const binary = [
    g.add,
    g.sub,
    g.mul,
    g.div,
    g.minimum,
    g.maximum,
    g.equal,
    g.greater,
    g.greaterOrEqual,
    g.less,
  ]
  const largest = g.topK(x, 2)
  return {
    unary: g.graph(
      named(
        'y',
        [...unary, ...more].map((make) => make(x)),
      ),
    ),
    binary: g.graph({
      ...named(
        'y',
        [...binary, g.lessOrEqual].map((make) => make(x, row)),
      ),
      power: g.pow(g.abs(x), 1.5),
      logic: g.or(g.and(flag, g.not(flag)), g.isNaN(wide)),
      chosen: g.where(flag, x, 0),
      counted: g.cast(flag, 'int64'),
      double: g.mul(wide, 0.1),
    }),
    products: g.graph({
      plain: g.matmul(x, square),
      biased: g.gemm(x, square, { bias: row, alpha: 0.5, beta: 2, transposeB: true }),
      outer: g.gemm(x, x, { transposeA: true }),
      batched: g.matmul(g.unsqueeze(x, [0]), g.expand(square, [3, 4, 4])),
    }),
    convolutions: g.graph(convolutionOutputs(x)),
    reductions: g.graph({
      sum: g.reduceSum(x, { axes: [0] }),
      all: g.reduceSumSquare(x),
      mean: g.reduceMean(x, { axes: [-1], keepDims: true }),
      largest: g.reduceMax(x, { axes: [1] }),
      smallest: g.reduceMin(wide, { axes: [1] }),
      shares: g.softmax(x),
      logShares: g.logSoftmax(x),
      best: g.argMax(x),
    }),
    shapes: g.graph({
      joined: g.concat([x, g.neg(x)], 1),
      spread: g.expandLike(row, x),
      picked: g.gather(x, g.constant(g.integers([3, 0])), 1),
      padded: g.pad(x, [0, 1], [0, 2]),
      flat: g.reshape(x, [-1]),
      folded: g.reshape(x, [0, 2, 2]),
      back: g.reshapeLike(g.reshape(x, [-1]), x),
      added: g.scatterAdd(
        square,
        g.constant(g.integers([1, 1], [2, 1])),
        g.constant(g.floats([1, 1, 1, 1, 2, 2, 2, 2], [2, 4])),
      ),
      cut: g.slice(x, [{ axis: 1, start: 3, end: 0, step: -1 }]),
      ...named('piece', g.split(x, [1, 3], 1)),
      largest: largest.values,
      places: largest.indices,
      someLargest: g.topK(x, g.slice(g.shapeOf(row), [{ axis: 0, start: 0, end: 1 }])).values,
      pickedOut: g.gatherElements(x, largest.indices, 1),
      putBack: g.scatterElementsAdd(x, largest.indices, largest.values, 1),
      turned: g.transpose(x),
      size: g.shapeOf(x),
      same: g.squeeze(g.unsqueeze(x, [0]), [0]),
    }),
  }
}

/** Strings to codes, to one-hot vectors, and back, with missing numbers filled in: preprocessing as models do it. */
function preprocessing(): g.Graph {
  const color = g.input('color', 'string', [batch, 1])
  const weight = g.input('weight', 'float64', [batch, 1])
  const colors = ['red', 'grün', '青']
  const code = g.reshape(g.encodeLabels(color, colors, [0, 1, 2], -1), [-1])
  const hot = g.oneHot(code, colors.length)
  const missing = g.isNaN(weight)
  const filled = g.where(missing, 0, g.div(g.sub(weight, 71.5), 3.25))
  const known = g.cast(g.not(missing), 'float32')
  const features = g.concat([hot, g.cast(filled, 'float32'), known], 1)
  return g.graph(
    { features, again: g.unsqueeze(g.decodeLabels(g.argMax(hot), colors, '?'), [1]), missing },
    { name: 'preprocessing', inputs: [weight, color], metadata: { note: 'text ✓' } },
  )
}

/** Names and outputs that an encoder has to be careful with. */
function oddities(): g.Graph {
  const x = g.input('Add_0', 'float32', [batch, 2])
  const unused = g.input('__proto__', 'bool', [])
  const y = g.add(x, g.constant(g.floats([1, 2]), 'c0'))
  const [left, right] = g.split(g.add(y, g.scalar(1)), [1, 1], 1)
  return g.graph(
    {
      Add_1: y,
      twice: y,
      input: x,
      c1: g.constant(g.floats([-0, 0])),
      c2: g.constant(g.floats([0, -0])),
      'a b/"c"\n': right!,
      constructor: left!,
      texts: g.constant(g.tensor('string', [2], ['', '\u0000é'])),
      empty: g.constant(g.floats([], [0, 3])),
      bits: g.constant(g.tensor('bool', [3], Uint8Array.of(1, 0, 1))),
      large: g.constant(g.tensor('int64', [1], BigInt64Array.of(-(2n ** 63n)))),
    },
    { inputs: [unused] },
  )
}

/** A dense network with its weights as constants, and its gradient by hand: shapes as training has them. */
function network(): g.Graph {
  const x = g.input('x', 'float32', [batch, 3])
  const weights = g.constant(g.floats([0.5, -1, 2, 1, 0, -0.25], [3, 2]), 'encoder.weights')
  const hidden = g.relu(g.gemm(x, weights, { bias: g.constant(g.floats([0.1, 0.2]), 'encoder.bias') }))
  const output = g.gemm(hidden, weights, { transposeB: true })
  const error = g.sub(output, x)
  const upstream = g.mul(error, 2)
  const inner = g.mul(g.matmul(upstream, weights), g.cast(g.greater(hidden, 0), 'float32'))
  const gradient = g.add(
    g.gemm(x, inner, { transposeA: true }),
    g.gemm(upstream, hidden, { transposeA: true }),
  )
  return g.graph({ loss: g.reduceSumSquare(error), gradient, latent: hidden }, { name: 'network' })
}

/** Every example by name. */
export function exampleGraphs(): Readonly<Record<string, g.Graph>> {
  return { ...families(), preprocessing: preprocessing(), oddities: oddities(), network: network() }
}
