/**
 * What a network of cells is trained on: some of the cells are hidden, and it is to tell them from those that are left.
 *
 *     row:   cells ‖ known ‖ counted        each [rows of a window, columns]
 *     loss = Σ over hidden, counted cells of  e² / 2s² + log s        e = cell − told, s² one number a column, learnt with it
 *
 * Noise that differs from cell to cell cannot be told from other cells, so what is learnt is the cell without its noise although
 * no clean cell is ever seen (Noise2Self, Batson & Royer 2019, eq. 2; Noise2Void, Krull et al. 2019). s weighs columns of much
 * noise and of little alike (Kendall, Gal & Cipolla 2018, eq. 5). "Counted" keeps the cells apart that the training is judged on.
 */
import {
  add,
  div,
  exp,
  less,
  cast,
  maximum,
  mul,
  reduceSum,
  reshape,
  slice,
  sub,
  type Value,
} from '../graph/index.js'
import type { Parameter } from '../layers/index.js'
import type { Learner } from '../training/index.js'
import { cellNetwork, type CellShape } from './cell-network.js'

/** Planes of a row. */
export const rowPlanes = 3

/** Width of a row of a window. */
export const windowWidth = ({ columns }: CellShape, rows: number): number => rowPlanes * columns * rows

/** The logarithm of s² moves so many times faster than other parameters: it may have to go far. */
const spreadSpeed = 10

/** log s² for each column, divided by `spreadSpeed`. */
const spreadName = 'spread'

/** The network of cells as something that can be trained, on windows of `rows` rows. */
export function cellLearner(shape: CellShape, rows: number, hiddenShare: number): Learner {
  const { columns } = shape
  const network = cellNetwork(shape)
  const width = windowWidth(shape, rows)
  const spread: Parameter = {
    name: spreadName,
    shape: [columns],
    initializer: { kind: 'zeros' },
    decay: false,
  }
  return {
    kind: `cells of ${JSON.stringify(shape)}, windows of ${rows}, ${hiddenShare} hidden`,
    space: { width, numericCount: width, columns: [] },
    parameters: [...network.parameters, spread],
    objective: ({ features }, context) => {
      const [cells, known, counted] = planesOf(features, columns, rows)
      const hidden = cast(less(context.noise.uniform(['batch', rows, columns]), hiddenShare), 'float32')
      const told = network.tell(cells, mul(known, sub(1, hidden)), context)
      const logVariance = reshape(mul(context.weight(spreadName), spreadSpeed), [1, 1, columns])
      const error = sub(told, cells)
      const each = mul(add(mul(mul(error, error), exp(mul(logVariance, -1))), logVariance), 0.5)
      const asked = mul(mul(hidden, known), counted)
      const loss = div(
        reduceSum(mul(each, asked), { axes: [1, 2] }),
        maximum(reduceSum(asked, { axes: [1, 2] }), 1),
      )
      return { loss, parts: { loss } }
    },
  }
}

function planesOf(features: Value, columns: number, rows: number): [Value, Value, Value] {
  const planes = reshape(features, [-1, rowPlanes, rows, columns])
  const plane = (i: number): Value =>
    reshape(slice(planes, [{ axis: 1, start: i, end: i + 1 }]), [-1, rows, columns])
  return [plane(0), plane(1), plane(2)]
}
