/**
 * The topological regulariser of Moor, Horn, Rieck & Borgwardt (2020), "Topological autoencoders": the distances at which
 * clusters of the data merge should be those at which clusters of the map merge, and the other way round.
 *
 *     loss = ½ Σ over the minimum spanning tree of the data (Aˣ − Aᶻ)²  +  ½ Σ over that of the map (Aᶻ − Aˣ)²
 *
 * with A the distances between rows over their mean. In the paper a program finds the trees outside the network. Here the
 * graph finds them: an edge belongs to a minimum spanning tree just when no path between its ends has shorter edges only,
 * and the largest edge of the best path (the minimax path) comes out of a few rounds of min-max products.
 */
import {
  add,
  cast,
  constant,
  div,
  gather,
  greater,
  and,
  integers,
  lessOrEqual,
  matmul,
  maximum,
  minimum,
  mul,
  reduceMean,
  reduceMin,
  reduceSum,
  reduceSumSquare,
  shapeOf,
  sqrt,
  square,
  stopGradient,
  sub,
  transpose,
  unsqueeze,
  type Value,
} from '../graph/index.js'

/** Rows of a batch that trees are made of: products of min and max take the cube of it. */
export const treeRows = 48

/**
 * The regulariser over the first rows of a batch.
 *
 * @param data `[batch, width]`
 * @param map `[batch, dims]`
 * @param rows how many rows trees are made of (default 48)
 * @returns `[]`
 */
export function topologicalLoss(data: Value, map: Value, rows = treeRows): Value {
  const [x, z] = [distances(firstRows(data, rows)), distances(firstRows(map, rows))]
  const difference = square(sub(x, z))
  const along = (tree: Value): Value => reduceSum(mul(difference, tree))
  // Every edge stands in the matrix twice, which is what the halves are for.
  return mul(add(along(spanningTree(x)), along(spanningTree(z))), 0.25)
}

/** The first rows; of a smaller batch the last one several times, which adds nothing to a tree. */
function firstRows(x: Value, rows: number): Value {
  const wanted = constant(integers(Array.from({ length: rows }, (_, i) => i)))
  const last = sub(gather(shapeOf(x), constant(integers([0]))), constant(integers([1])))
  return gather(x, minimum(wanted, last))
}

/** `[rows, width]` to distances over their mean, `[rows, rows]`. */
function distances(x: Value): Value {
  const lengths = reduceSumSquare(x, { axes: [1], keepDims: true })
  const squared = sub(add(lengths, transpose(lengths)), mul(matmul(x, transpose(x)), 2))
  const all = sqrt(maximum(squared, 1e-12))
  return div(all, add(reduceMean(all), 1e-12))
}

/** 1 for the edges of the minimum spanning tree, both ways; a constant to gradients. @param all `[rows, rows]` */
export function spanningTree(all: Value): Value {
  const fixed = stopGradient(all)
  let best = fixed
  for (let length = 1; length < (all.shape[0] as number); length *= 2) {
    const through = maximum(unsqueeze(best, [2]), unsqueeze(best, [0])) // [from, over, to]
    best = minimum(best, reduceMin(through, { axes: [1] }))
  }
  return cast(and(lessOrEqual(fixed, best), greater(fixed, 1e-5)), 'float32')
}
