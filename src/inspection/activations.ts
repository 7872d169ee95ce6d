/** What a layer gives over some rows, in numbers: its spread, the units that are dead, the ones at their bounds. */
import type { Tensor, Value } from '../graph/index.js'

/** Numbers of one layer's output over some rows. */
export interface ActivationSummary {
  /** Shape of one row's output. */
  readonly shape: readonly number[]
  /** Operator that gave the output, such as `Relu`: tells the activation function. */
  readonly operator: string
  readonly mean: number
  readonly deviation: number
  readonly least: number
  readonly most: number
  /** Share of outputs that are exactly zero, 0 to 1. */
  readonly zeroShare: number
  /** Units that gave the same number for every row: nothing passes through them. */
  readonly deadUnits: number
  /** Share of outputs within 5 % of a bound of a bounded activation (sigmoid, tanh), 0 to 1; 0 for others. */
  readonly saturatedShare: number
  /** Units: numbers that the layer gives for one row. */
  readonly units: number
}

const bounds: Readonly<Record<string, readonly [number, number]>> = { Sigmoid: [0, 1], Tanh: [-1, 1] }

/** Share of the range beside a bound that counts as saturated (Rifai et al. 2011 use 0.05 for sigmoid units). */
const edge = 0.05

/** Summarises one layer's output `[rows, …]`; `value` is where it stands in the graph. */
export function summarise(output: Tensor, value: Value): ActivationSummary {
  const data = output.data as Float32Array
  const [rows = 0, ...shape] = output.shape
  const units = rows === 0 ? 0 : data.length / rows
  const operator = value.node.op
  const mean = average(data, (x) => x)
  return {
    shape,
    operator,
    units,
    mean,
    deviation: Math.sqrt(average(data, (x) => (x - mean) ** 2)),
    least: data.reduce((a, b) => Math.min(a, b), Infinity),
    most: data.reduce((a, b) => Math.max(a, b), -Infinity),
    zeroShare: average(data, (x) => (x === 0 ? 1 : 0)),
    deadUnits: rows < 2 ? 0 : deadUnits(data, rows, units),
    saturatedShare: saturatedShare(data, bounds[operator]),
  }
}

function average(data: Float32Array, of: (x: number) => number): number {
  let sum = 0
  for (const x of data) sum += of(x)
  return data.length === 0 ? 0 : sum / data.length
}

function deadUnits(data: Float32Array, rows: number, units: number): number {
  let dead = 0
  for (let unit = 0; unit < units; unit++) {
    let row = 1
    while (row < rows && data[row * units + unit] === data[unit]) row++
    if (row === rows) dead++
  }
  return dead
}

function saturatedShare(data: Float32Array, range: readonly [number, number] | undefined): number {
  if (range === undefined) return 0
  const [low, high] = range
  const margin = edge * (high - low)
  return average(data, (x) => (x < low + margin || x > high - margin ? 1 : 0))
}
