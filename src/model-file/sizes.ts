/**
 * How much a model would compute: the sum over all its values, known before it runs, because every shape is.
 *
 * A few bytes can ask for a terabyte (`Expand` to [1e6, 1e6]), and ONNX Runtime computes constant parts already while
 * it loads a file. Limits are far above what models that Hourglass writes need.
 */
import { HourglassError } from '../base/index.js'
import {
  factorsOf,
  keptSize,
  nodesInOrder,
  type Dim,
  type Graph,
  type Node,
  type Shape,
  type Tensor,
} from '../graph/index.js'

/** Most bytes that all computed values may take together: those that grow with the rows, for one, and the rest. */
const maxBytesPerRow = 2 ** 29
const maxBytesFixed = 2 ** 31

/** A value with several symbolic dimensions grows with their product: further ones count as this many rows. */
const rowsOfFurtherSymbols = 65536

/** Longest text a model may hold as a category or label, in characters. */
const maxTextLength = 65536

/** @throws HG_MODEL_TOO_LARGE */
export function checkSizes(graph: Graph): void {
  const nodes = nodesInOrder(Object.values(graph.outputs))
  const bytesOfText = 32 + longestText(nodes)
  const sums = { perRow: 0, fixed: 0 }
  const bound = boundOf(nodes)
  for (const node of nodes) {
    if (node.op === 'Constant') continue // as large as the file's own bytes
    for (const { dtype, shape } of node.outputs) {
      const { elements, symbols } = countOf(bound(shape))
      const bytes = elements * (dtype === 'string' ? bytesOfText : 8)
      if (symbols === 0) sums.fixed += bytes
      else sums.perRow += bytes * rowsOfFurtherSymbols ** (symbols - 1)
    }
    sums.fixed += 4 * countOf(patchesOf(node)).elements
  }
  if (sums.perRow > maxBytesPerRow || sums.fixed > maxBytesFixed) {
    throw new HourglassError('HG_MODEL_TOO_LARGE', 'model file: computes more numbers than any model needs')
  }
}

/**
 * Shapes with the symbol of TopK's counts, which show only at run time, replaced by the largest axis they are taken from.
 */
function boundOf(nodes: readonly Node[]): (shape: Shape) => Shape {
  const has = (dim: Dim): boolean => factorsOf(dim).symbols.includes(keptSize)
  const axes = nodes.flatMap((node) =>
    node.op === 'TopK'
      ? node.inputs[0]!.shape.filter((dim, i) => has(node.outputs[0]!.shape[i]!) && !has(dim))
      : [],
  )
  if (axes.length === 0) return (shape) => shape
  const weight = ({ elements, symbols }: ReturnType<typeof countOf>): number =>
    elements * rowsOfFurtherSymbols ** symbols
  const widest = axes.reduce((a, b) => (weight(countOf([b])) > weight(countOf([a])) ? b : a))
  // An input may bear the symbol as well, of a size that nothing bounds.
  const fed = nodes.some((node) => node.op === 'Input' && node.outputs[0]!.shape.some(has))
  const most = fed ? [keptSize, widest] : [widest]
  return (shape) =>
    shape.flatMap((dim) => {
      const { known, symbols } = factorsOf(dim)
      return [known, ...symbols.flatMap((symbol) => (symbol === keptSize ? most : [symbol]))]
    })
}

/**
 * What a convolution copies out, image by image, to multiply it by the kernel: every window of the larger side. Neither
 * its input nor its result says how much that is.
 */
function patchesOf(node: Node): Shape {
  if (node.op !== 'Conv' && node.op !== 'ConvTranspose') return [0]
  const [x, weight] = [node.inputs[0]!.shape, node.inputs[1]!.shape]
  const windows = node.op === 'Conv' ? node.outputs[0]!.shape : x
  return [...weight.slice(1), ...windows.slice(2)]
}

function countOf(shape: Shape): { readonly elements: number; readonly symbols: number } {
  const factors = shape.map(factorsOf)
  return {
    elements: factors.reduce((product, { known }) => product * known, 1),
    symbols: factors.reduce((count, { symbols }) => count + symbols.length, 0),
  }
}

/** @throws HG_MODEL_TOO_LARGE for a text beyond the limit */
function longestText(nodes: readonly Node[]): number {
  const longest = nodes.reduce((most, node) => Math.max(most, ...textLengths(node)), 0)
  if (longest > maxTextLength) {
    throw new HourglassError('HG_MODEL_TOO_LARGE', `model file: holds a text of ${longest} characters`)
  }
  return longest
}

/** The longest text of each list in a node. */
function textLengths(node: Node): readonly number[] {
  if (node.op === 'Input') return []
  if (node.op === 'Constant') return [longestOf(textsOf(node.tensor))]
  return Object.values(node.attributes).map((value) =>
    longestOf(Array.isArray(value) ? value : typeof value === 'string' ? [value] : []),
  )
}

const textsOf = (tensor: Tensor): readonly string[] => (tensor.dtype === 'string' ? tensor.data : [])

const longestOf = (values: readonly unknown[]): number =>
  values.reduce<number>((most, value) => (typeof value === 'string' ? Math.max(most, value.length) : most), 0)
