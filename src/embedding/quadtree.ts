/**
 * The repulsion of t-SNE between all pairs of points in the plane, by a quadtree: points that are far away push as one from
 * where their middle lies. Barnes & Hut (1986); van der Maaten (2014), "Accelerating t-SNE using tree-based algorithms".
 *
 * What counts is memory: a hundred nodes are met for every point. So the tree, once made, is written out in the order of a
 * walk through it, four numbers a node, with the place where the walk goes on when a node's children are skipped; and points
 * are taken along a space-filling curve, so that one meets the nodes that the one before has met.
 */

/** Levels of the tree: points nearer than 2⁻²⁰ of the extent share a leaf. */
const mostLevels = 20

/** Iterations for which one order of the points is good enough. */
const orderEvery = 10

/** A tree over `n` points, made again for each set of places. */
export function quadtree(n: number) {
  let capacity = 4 * n + 64
  // While it is made: the first of four children (0: none), the number of points, the sums of their places.
  let firstChild = new Int32Array(capacity)
  let held = new Float64Array(capacity)
  let sumX = new Float64Array(capacity)
  let sumY = new Float64Array(capacity)
  // When it is made: middle x, middle y, points, and the squared distance beyond which it stands for its points.
  let walk = new Float64Array(4 * capacity)
  let skip = new Int32Array(capacity)
  const stack = new Int32Array(4 * mostLevels + 8)
  const levels = new Float64Array(4 * mostLevels + 8)
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const keys = new Float64Array(n)
  let [nodes, made] = [0, 0]

  const grow = (): void => {
    capacity *= 2
    firstChild = larger(firstChild, capacity)
    held = larger(held, capacity)
    sumX = larger(sumX, capacity)
    sumY = larger(sumY, capacity)
    walk = new Float64Array(4 * capacity)
    skip = new Int32Array(capacity)
  }

  /** Four empty children in a row. */
  const newChildren = (): number => {
    if (nodes + 4 > capacity) grow()
    const first = nodes
    nodes += 4
    firstChild.fill(0, first, nodes)
    held.fill(0, first, nodes)
    sumX.fill(0, first, nodes)
    sumY.fill(0, first, nodes)
    return first
  }

  /**
   * Adds a point to every node on its way down. A node that holds one point is a leaf; it is opened when a second one comes,
   * which sends its point, whose place is the node's sum as long as it is alone, one level down.
   */
  const insert = (x: number, y: number, { left, top, size }: Extent): void => {
    let [node, half, centerX, centerY] = [0, size / 2, left + size / 2, top + size / 2]
    for (let level = 0; ; level++) {
      const before = held[node]!
      if (before === 1 && level < mostLevels) {
        const first = newChildren()
        const child = first + Number(sumX[node]! >= centerX) + 2 * Number(sumY[node]! >= centerY)
        firstChild[node] = first
        held[child] = 1
        sumX[child] = sumX[node]!
        sumY[child] = sumY[node]!
      }
      held[node] = before + 1
      sumX[node]! += x
      sumY[node]! += y
      if (before === 0 || level === mostLevels) return
      const [right, low] = [x >= centerX, y >= centerY]
      half /= 2
      centerX += right ? half : -half
      centerY += low ? half : -half
      node = firstChild[node]! + Number(right) + 2 * Number(low)
    }
  }

  /** Writes the tree in the order of a walk, and returns how many nodes there are in it. */
  const writeOut = (size: number, theta: number): number => {
    let [written, top] = [0, 0]
    const open = (node: number, level: number): void => {
      stack[top] = node
      levels[top++] = level
    }
    open(0, 0)
    // A closing entry (−1 − place) comes off the stack when all that lies below a node is written.
    while (top > 0) {
      const node = stack[--top]!
      if (node < 0) {
        skip[-1 - node] = written
        continue
      }
      const level = levels[top]!
      const points = held[node]!
      const first = firstChild[node]!
      const side = size / 2 ** level / theta
      walk[4 * written] = sumX[node]! / points
      walk[4 * written + 1] = sumY[node]! / points
      walk[4 * written + 2] = points
      walk[4 * written + 3] = first === 0 ? -1 : side * side
      open(-1 - written, 0)
      written++
      if (first === 0) continue
      for (let child = first + 3; child >= first; child--) if (held[child]! > 0) open(child, level + 1)
    }
    return written
  }

  const sortAlongCurve = (places: Float64Array, { left, top, size }: Extent): void => {
    const unit = 1023 / size
    for (let i = 0; i < n; i++) {
      const [x, y] = [(places[2 * i]! - left) * unit, (places[2 * i + 1]! - top) * unit]
      keys[i] = (spread(x) + 2 * spread(y)) * 2 ** 30 + i
    }
    keys.sort()
    for (let i = 0; i < n; i++) order[i] = keys[i]! % 2 ** 30
  }

  /**
   * Repulsion at every place: Σⱼ q²ᵢⱼ (yᵢ − yⱼ) with q = 1 / (1 + ‖yᵢ − yⱼ‖²). A node stands for its points when it looks
   * smaller than `theta`: its size over its distance.
   *
   * @param places `[n, 2]`
   * @param theta above 0, at most 1; smaller is more exact
   * @param forces `[n, 2]`, written
   * @returns Z = Σ_{i ≠ j} qᵢⱼ
   */
  const repulsion = (places: Float64Array, theta: number, forces: Float64Array): number => {
    const extent = extentOf(places)
    if (made++ % orderEvery === 0) sortAlongCurve(places, extent)
    nodes = 0
    newChildren() // the first of them is the root
    for (const i of order) insert(places[2 * i]!, places[2 * i + 1]!, extent)
    const end = writeOut(extent.size, theta)
    let total = 0
    for (const i of order) {
      const [x, y] = [places[2 * i]!, places[2 * i + 1]!]
      let [forceX, forceY, node] = [0, 0, 0]
      while (node < end) {
        const at = 4 * node
        const dx = x - walk[at]!
        const dy = y - walk[at + 1]!
        const squared = dx * dx + dy * dy
        if (squared <= walk[at + 3]!) {
          node++
          continue
        }
        const q = 1 / (1 + squared)
        const weight = walk[at + 2]! * q
        total += weight
        forceX += weight * q * dx
        forceY += weight * q * dy
        node = skip[node]!
      }
      forces[2 * i] = forceX
      forces[2 * i + 1] = forceY
    }
    return total - n // every point met itself once, at distance 0
  }
  return { repulsion }
}

interface Extent {
  readonly left: number
  readonly top: number
  readonly size: number
}

function extentOf(places: Float64Array): Extent {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < places.length; i += 2) {
    left = Math.min(left, places[i]!)
    right = Math.max(right, places[i]!)
    top = Math.min(top, places[i + 1]!)
    bottom = Math.max(bottom, places[i + 1]!)
  }
  return { left, top, size: Math.max(right - left, bottom - top, 1e-9) * (1 + 1e-9) }
}

/** The bits of a number below 1,024 with a zero between each two. */
function spread(value: number): number {
  let bits = value & 1023
  bits = (bits | (bits << 8)) & 0x00ff00ff
  bits = (bits | (bits << 4)) & 0x0f0f0f0f
  bits = (bits | (bits << 2)) & 0x33333333
  return (bits | (bits << 1)) & 0x55555555
}

function larger<A extends Int32Array | Float64Array>(array: A, length: number): A {
  const longer = new (array.constructor as new (length: number) => A)(length)
  longer.set(array)
  return longer
}
