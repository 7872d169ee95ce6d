/**
 * Convolutions of a field on a grid in the plane with one even kernel, by Fourier transforms (fourier.ts). The field is
 * surrounded by as much emptiness, so that nothing meets itself around the edge.
 *
 *     field [height, width] ─► along y, two rows as one complex ─► along x ─► · kernel ─► back along x ─► back along y
 *
 * Strips of columns are transformed at a time, in buffers that the processor's cache holds.
 */
import { complexes, fastLength, fourierTransform, type Complex } from './fourier.js'

/** What fields are convolved with. */
export interface PlaneKernel {
  /** Its value some grid steps along both axes away; the same for −x and −y. */
  readonly at: (x: number, y: number) => number
  /** What its spectrum is multiplied by, for either axis, at a frequency in turns a step, 0 to ½. */
  readonly filter: (turns: number) => number
}

/** Columns transformed together. */
const lanes = 8

/** Convolution of fields of one size. */
export interface PlaneConvolution {
  readonly height: number
  readonly width: number
  /** Σ kernel(place − other) · field(other), written over the field `[height, width]`. */
  readonly apply: (field: Float64Array) => void
}

/** The convolution for fields of at least some size: its own size is the largest that costs as much. */
export function planeConvolution(
  least: { height: number; width: number },
  kernel: PlaneKernel,
): PlaneConvolution {
  const rows = fastLength(least.height) // complex ones: two rows of the field and its emptiness are one
  const columns = fastLength(2 * least.width)
  const [height, width] = [rows, columns / 2]
  const vertical = verticalTransform(rows)
  const across = fourierTransform(columns, lanes)
  const frequencies = rows + 1
  const factors = spectrumOf(kernel, rows, columns)
  const spectrum = complexes(width * frequencies)
  const apply = (field: Float64Array): void => {
    vertical.forward(field, height, width, spectrum)
    for (let first = 0; first < frequencies; first += lanes) {
      const count = Math.min(lanes, frequencies - first)
      load(spectrum, first, frequencies, count, width, across.input)
      clear(across.input, width * lanes)
      const turned = across.forward()
      multiply(turned, factors, first, frequencies, count, across.input)
      store(across.backward(), first, frequencies, count, width, spectrum)
    }
    vertical.backward(spectrum, height, width, field)
  }
  return { height, width, apply }
}

/** The kernel's spectrum, `[columns, rows + 1]`, filtered, over what backward transforms leave to divide by. */
function spectrumOf({ at, filter }: PlaneKernel, rows: number, columns: number): Float64Array {
  const height = 2 * rows
  const field = new Float64Array(height * columns)
  const around = (i: number, length: number): number => Math.min(i, length - i)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < columns; x++) field[y * columns + x] = at(around(x, columns), around(y, height))
  const frequencies = rows + 1
  const spectrum = complexes(columns * frequencies)
  verticalTransform(rows).forward(field, height, columns, spectrum)
  const across = fourierTransform(columns, lanes)
  const factors = new Float64Array(columns * frequencies)
  const byRow = Float64Array.from({ length: frequencies }, (_, k) => filter(k / height) / rows)
  const byColumn = Float64Array.from(
    { length: columns },
    (_, k) => filter(around(k, columns) / columns) / columns,
  )
  for (let first = 0; first < frequencies; first += lanes) {
    const count = Math.min(lanes, frequencies - first)
    load(spectrum, first, frequencies, count, columns, across.input)
    const { re } = across.forward() // an even kernel has a real spectrum
    for (let k = 0; k < columns; k++)
      for (let lane = 0; lane < count; lane++)
        factors[k * frequencies + first + lane] = re[k * lanes + lane]! * byColumn[k]! * byRow[first + lane]!
  }
  return factors
}

/** Transforms along y of real fields, two rows as the parts of one complex row. */
function verticalTransform(rows: number) {
  const along = fourierTransform(rows, lanes)
  const frequencies = rows + 1
  const angles = Float64Array.from({ length: frequencies }, (_, k) => (-Math.PI * k) / rows)
  const [cos, sin] = [angles.map(Math.cos), angles.map(Math.sin)]

  /** From a field `[height, width]` to `[width, rows + 1]`. */
  const forward = (field: Float64Array, height: number, width: number, spectrum: Complex): void => {
    const { re, im } = along.input
    for (let first = 0; first < width; first += lanes) {
      const count = Math.min(lanes, width - first)
      clear(along.input, (height >> 1) * lanes)
      for (let y = 0; y < height; y++) {
        const part = y % 2 === 0 ? re : im
        const to = (y >> 1) * lanes
        const from = y * width + first
        for (let lane = 0; lane < count; lane++) part[to + lane] = field[from + lane]!
      }
      const turned = along.forward()
      for (let k = 0; k < frequencies; k++) {
        const here = (k % rows) * lanes
        const there = ((rows - k) % rows) * lanes
        const c = cos[k]!
        const s = sin[k]!
        for (let lane = 0; lane < count; lane++) {
          const ax = turned.re[here + lane]!
          const ay = turned.im[here + lane]!
          const bx = turned.re[there + lane]!
          const by = -turned.im[there + lane]!
          const oddX = (ay - by) / 2
          const oddY = (bx - ax) / 2
          const to = (first + lane) * frequencies + k
          spectrum.re[to] = (ax + bx) / 2 + c * oddX - s * oddY
          spectrum.im[to] = (ay + by) / 2 + c * oddY + s * oddX
        }
      }
    }
  }

  /** Back again, times `rows`. */
  const backward = (spectrum: Complex, height: number, width: number, field: Float64Array): void => {
    for (let first = 0; first < width; first += lanes) {
      const count = Math.min(lanes, width - first)
      for (let k = 0; k < rows; k++) {
        const c = cos[k]!
        const s = -sin[k]!
        for (let lane = 0; lane < count; lane++) {
          const at = (first + lane) * frequencies
          const ax = spectrum.re[at + k]!
          const ay = spectrum.im[at + k]!
          const bx = spectrum.re[at + rows - k]!
          const by = -spectrum.im[at + rows - k]!
          const lessX = (ax - bx) / 2
          const lessY = (ay - by) / 2
          along.input.re[k * lanes + lane] = (ax + bx) / 2 - (c * lessY + s * lessX)
          along.input.im[k * lanes + lane] = (ay + by) / 2 + (c * lessX - s * lessY)
        }
      }
      const { re, im } = along.backward()
      for (let y = 0; y < height; y++) {
        const part = y % 2 === 0 ? re : im
        const from = (y >> 1) * lanes
        const to = y * width + first
        for (let lane = 0; lane < count; lane++) field[to + lane] = part[from + lane]!
      }
    }
  }
  return { forward, backward }
}

/** Reads `count` neighbouring columns of a matrix of some rows into the lanes. */
function load(
  from: Complex,
  first: number,
  columns: number,
  count: number,
  rows: number,
  into: Complex,
): void {
  for (let row = 0; row < rows; row++) {
    const [source, target] = [row * columns + first, row * lanes]
    for (let lane = 0; lane < count; lane++) {
      into.re[target + lane] = from.re[source + lane]!
      into.im[target + lane] = from.im[source + lane]!
    }
  }
}

function store(
  from: Complex,
  first: number,
  columns: number,
  count: number,
  rows: number,
  into: Complex,
): void {
  for (let row = 0; row < rows; row++) {
    const [source, target] = [row * lanes, row * columns + first]
    for (let lane = 0; lane < count; lane++) {
      into.re[target + lane] = from.re[source + lane]!
      into.im[target + lane] = from.im[source + lane]!
    }
  }
}

/** Nothing from a place on. */
function clear({ re, im }: Complex, from: number): void {
  re.fill(0, from)
  im.fill(0, from)
}

function multiply(
  from: Complex,
  factors: Float64Array,
  first: number,
  columns: number,
  count: number,
  into: Complex,
): void {
  const rows = factors.length / columns
  for (let row = 0; row < rows; row++) {
    for (let lane = 0; lane < count; lane++) {
      const at = row * lanes + lane
      const factor = factors[row * columns + first + lane]!
      into.re[at] = from.re[at]! * factor
      into.im[at] = from.im[at]! * factor
    }
  }
}
