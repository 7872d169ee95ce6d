/**
 * The network that tells a cell of a table from the cells around it: columns are channels, rows are places along time.
 *
 *     cells that are seen, which they are ─► first ─► blocks, each reaching twice as far ─► the cells, all of them
 *
 *     a block is x + dense(relu(dense(x before ‖ x ‖ x after))), 1, 2, 4, … rows before and after
 *
 * which is a dilated convolution along time (van den Oord et al. 2016; Bai et al. 2018), written as one matrix product over all
 * rows: as `Conv` its backward pass took five times as long. Rows in no order go through the same network without before and
 * after. What it learns, and why a cell that it is to tell must be hidden from it, stands in cell-objective.ts.
 */
import { add, concat, mul, pad, reshape, slice, type Value } from '../graph/index.js'
import { dense, type LayerContext, type Parameter } from '../layers/index.js'

/** How a network of cells is made. */
export interface CellShape {
  /** Columns of numbers. */
  readonly columns: number
  /** Channels inside. */
  readonly width: number
  readonly blocks: number
  /** Whether rows stand in the order of time. */
  readonly inTime: boolean
}

/** A network of cells as graph. */
export interface CellNetwork {
  readonly parameters: readonly Parameter[]
  /**
   * Every cell as the seen ones tell it.
   *
   * @param cells `[batch, rows, columns]`, scaled; the number of rows is known
   * @param seen `[batch, rows, columns]`, 1 where a cell is seen, 0 where it is hidden, missing or beyond the series
   * @returns `[batch, rows, columns]`
   */
  readonly tell: (cells: Value, seen: Value, context: LayerContext) => Value
  /** Rows farther away than this have no influence. */
  readonly reach: number
}

/** A piece of the network: `[batch, rows, inputs]` to `[batch, rows, outputs]`. */
interface Step {
  readonly parameters: readonly Parameter[]
  readonly apply: (x: Value, context: LayerContext) => Value
}

/** Writes the network of a shape. */
export function cellNetwork({ columns, width, blocks, inTime }: CellShape): CellNetwork {
  const distances = Array.from({ length: blocks }, (_, i) => (inTime ? 2 ** i : 0))
  const first = around({ name: 'first', inputs: 2 * columns, outputs: width, distance: inTime ? 1 : 0 })
  const inner = distances.map((distance, i) => block(`block.${i}`, width, distance))
  const last = around({
    name: 'last',
    inputs: width,
    outputs: columns,
    distance: 0,
    initializer: { kind: 'zeros' },
  })
  return {
    parameters: [first, ...inner, last].flatMap(({ parameters }) => parameters),
    tell: (cells, seen, context) =>
      [first, ...inner, last].reduce(
        (x, step) => step.apply(x, context),
        concat([mul(cells, seen), seen], 2),
      ),
    reach: inTime ? 1 + distances.reduce((sum, distance) => sum + distance, 0) : 0,
  }
}

function block(name: string, width: number, distance: number): Step {
  const wide = around({ name: `${name}.0`, inputs: width, outputs: width, distance, activation: 'relu' })
  // Small at first, so that many blocks in a row begin near the identity (Zhang, Dauphin & Ma 2019).
  const initializer = { kind: 'normal', deviation: 0.1 / Math.sqrt(width) } as const
  const narrow = around({ name: `${name}.1`, inputs: width, outputs: width, distance: 0, initializer })
  return {
    parameters: [...wide.parameters, ...narrow.parameters],
    apply: (x, context) => add(x, narrow.apply(wide.apply(x, context), context)),
  }
}

/** A dense layer at every row, over the row and, unless the distance is 0, those so far before and after; zeros beyond. */
function around({
  distance,
  inputs,
  outputs,
  ...options
}: Parameters<typeof dense>[0] & { readonly distance: number }): Step {
  const layer = dense({ ...options, inputs: distance === 0 ? inputs : 3 * inputs, outputs })
  return {
    parameters: layer.parameters,
    apply: (x, context) => {
      const rows = Number(x.shape[1])
      const seen = distance === 0 ? x : concat(shifted(x, rows, distance), 2)
      const flat = reshape(seen, [-1, distance === 0 ? inputs : 3 * inputs])
      return reshape(layer.apply(flat, context), [-1, rows, outputs])
    },
  }
}

function shifted(x: Value, rows: number, distance: number): Value[] {
  const padded = pad(x, [0, distance, 0], [0, distance, 0])
  return [0, distance, 2 * distance].map((start) => slice(padded, [{ axis: 1, start, end: start + rows }]))
}
