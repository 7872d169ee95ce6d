/** Tables without their noise: what a cell is told from, what is found of its noise, and what passes through. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { tableFromColumns, type Cell, type Table } from '../data/index.js'
import { interpret } from '../engine/index.js'
import { constant, graph, tensor, type Value } from '../graph/index.js'
import { initialValues } from '../layers/index.js'
import { cellNetwork } from './cell-network.js'
import { areNeighboursAlike, noiseOfCells, trimmedMeanSquare } from './cell-noise.js'
import { cellRows, windowsOver, type CellGrid } from './cell-windows.js'
import { denoiseTable } from './node.js'
import type { TableDenoisingOptions } from './table-denoiser.js'

const normals = (count: number, purpose: string): Float64Array => {
  const stream = randomFor(0, purpose)
  return Float64Array.from({ length: count }, () => stream.normal())
}

const rows = 800
const waves = [0, 1, 2].map((k) =>
  Float64Array.from({ length: rows }, (_, t) => 10 + 3 * Math.sin(t / 12 + k)),
)
const noises = waves.map((_, k) => normals(rows, `noise ${k}`))
const noisyWaves = waves.map((wave, k) =>
  Float64Array.from(wave, (value, t) => Number((value + noises[k]![t]!).toFixed(2))),
)

const readings = (more: Readonly<Record<string, ArrayLike<Cell>>> = {}): Table =>
  tableFromColumns({
    id: Array.from({ length: rows }, (_, i) => `r${i}`),
    site: Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? 'north' : 'south')),
    a: noisyWaves[0]!,
    b: noisyWaves[1]!,
    c: noisyWaves[2]!,
    ...more,
  })

const quick: TableDenoisingOptions = { steps: 120, threads: 1 }
const brief: TableDenoisingOptions = { steps: 5, threads: 1, strength: 1 }
const valuesOf = (table: Table, name: string): Float64Array => {
  const column = table.columns.find((other) => other.name === name)
  return column?.storage === 'number' ? column.values : new Float64Array()
}
const errorOf = (values: Float64Array, clean: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value, i) => sum + (value - clean[i]!) ** 2, 0) / clean.length)

describe('the network of cells', () => {
  const shape = { columns: 2, width: 8, blocks: 2, inTime: true }
  const network = cellNetwork(shape)
  const weights = Object.fromEntries(
    network.parameters.map(({ name, shape: size }) => [
      name,
      initialValues({ kind: 'normal', deviation: 0.3 }, size, randomFor(0, name)),
    ]),
  )
  const tell = (cells: Float32Array, seen: Float32Array, length: number): number[] => {
    const value = (data: Float32Array): Value => constant(tensor('float32', [1, length, 2], data))
    const told = network.tell(value(cells), value(seen), {
      weight: (name) => {
        const { shape: size } = network.parameters.find((one) => one.name === name)!
        return constant(tensor('float32', size, weights[name]!))
      },
    })
    const { told: result } = interpret(graph({ told }, { name: 'tell' }), {})
    return Array.from(result!.data as Float32Array)
  }

  it('does not see a hidden cell, and nothing beyond its reach', () => {
    const length = 24
    const cells = Float32Array.from(normals(2 * length, 'cells'))
    const seen = new Float32Array(2 * length).fill(1)
    seen[21] = 0
    const told = tell(cells, seen, length)
    const other = cells.slice()
    other[21] = 99
    expect(tell(other, seen, length)).toEqual(told)
    other[22] = 99 // row 11, seen
    const changed = tell(other, seen, length).map((value, i) => value !== told[i])
    const [first, last] = [Math.floor(changed.indexOf(true) / 2), Math.floor(changed.lastIndexOf(true) / 2)]
    expect([first, last]).toEqual([11 - network.reach, 11 + network.reach])
  })
})

describe('windows', () => {
  const grid: CellGrid = {
    rows: 10,
    columns: [Float32Array.from({ length: 10 }, (_, i) => (i === 2 ? NaN : i + 1))],
    starts: Int32Array.of(0, 4, 10),
  }

  it('lie side by side, and stay within their series', () => {
    expect(windowsOver(grid, 4).map(({ start }) => start)).toEqual([0, 4, 8])
    const { features, source, heldOut } = cellRows(grid, { length: 6, batchSize: 2, seed: 0 })
    expect(features.length).toBe((2 + heldOut) * 18)
    for (let step = 0; step < 20; step++) {
      source.fill(step, features)
      const [cells, known, counted] = [
        features.subarray(0, 6),
        features.subarray(6, 12),
        features.subarray(12, 18),
      ]
      const seen = Array.from(cells).filter((_, i) => known[i] === 1)
      expect(seen.every((cell) => cell <= 4) || seen.every((cell) => cell > 4)).toBe(true)
      expect(seen).not.toContain(3)
      expect(counted.every((count, i) => count <= known[i]!)).toBe(true)
    }
  })

  it('keep cells apart that are never learnt from', () => {
    const wide = { rows: 500, columns: [new Float32Array(500).fill(1)], starts: Int32Array.of(0, 500) }
    const { features, source, heldOut } = cellRows(wide, { length: 500, batchSize: 1, seed: 0 })
    source.fill(0, features)
    expect(heldOut).toBe(1)
    const share = features.subarray(3 * 500 + 1000).reduce((sum, count) => sum + count, 0) / 500
    expect(share).toBeGreaterThan(0.02)
    expect(share).toBeLessThan(0.15)
  })
})

describe('noise', () => {
  const count = 4000
  const wave = Float32Array.from({ length: count }, (_, i) => Math.SQRT2 * Math.sin(i / 20))
  const cells = Float32Array.from(normals(count, 'read'), (noise, i) => wave[i]! + 0.5 * noise)
  const grid: CellGrid = { rows: count, columns: [cells], starts: Int32Array.of(0, count) }

  it('is bounded by what differs from row to row, whatever is told', () => {
    const perfect = noiseOfCells(grid, 0, { told: wave, inTime: true })
    expect(Math.sqrt(perfect.noise)).toBeCloseTo(0.5, 1)
    expect(perfect.weight).toBeCloseTo(0.2, 1)
    const poor = noiseOfCells(grid, 0, { told: wave.map((value) => value * 0.5), inTime: true })
    expect(Math.sqrt(poor.noise)).toBeCloseTo(0.5, 1)
    expect(poor.weight).toBeGreaterThan(0.6)
  })

  it('is what was stated where it was, and unknown cells leave a column alone', () => {
    const stated = noiseOfCells(grid, 0, { told: new Float32Array(count), inTime: false, stated: 0.25 })
    expect(stated.weight).toBeCloseTo(1 - 0.25 / 1.25, 1) // the cells' own variance is 1 + 0.25
    expect(noiseOfCells(grid, 0, { told: new Float32Array(count), inTime: false })).toMatchObject({
      told: 0,
      weight: 1,
    })
  })

  it('does not follow a few far cells', () => {
    const far = cells.map((cell, i) => (i % 100 === 0 ? 1000 : cell))
    expect(Math.sqrt(trimmedMeanSquare(far)) / Math.sqrt(trimmedMeanSquare(cells))).toBeLessThan(1.1)
  })

  it('tells an order from none', () => {
    expect(areNeighboursAlike([cells])).toBe(true)
    expect(areNeighboursAlike([Float32Array.from(normals(count, 'none'))])).toBe(false)
  })
})

describe('denoiseTable', () => {
  it('takes the noise from a series, and everything else through', async () => {
    const table = readings()
    const found = await denoiseTable(table, { ...quick, steps: 300 })
    expect([found.order, found.series, found.columns.map(({ name }) => name)]).toEqual([
      'time',
      1,
      ['a', 'b', 'c'],
    ])
    expect(found.table.columns.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name))
    expect(found.table.columns.slice(0, 2)).toEqual(table.columns.slice(0, 2))
    for (const [k, { name, noise, kept, told }] of found.columns.entries()) {
      const values = valuesOf(found.table, name)
      expect(errorOf(values, waves[k]!)).toBeLessThan(0.8 * errorOf(noisyWaves[k]!, waves[k]!))
      expect(Math.abs(noise - 1)).toBeLessThan(0.2)
      expect(kept).toBeLessThan(0.8)
      expect(told).toBeGreaterThan(0.4)
      expect(values.every((value) => Number(value.toFixed(2)) === value)).toBe(true)
    }
    const [one, same] = [await denoiseTable(table, brief), await denoiseTable(table, brief)]
    expect(same.table).toEqual(one.table)
    expect((await denoiseTable(table, { ...brief, seed: 1 })).table).not.toEqual(one.table)
  })

  it('fills missing cells only when it is asked to', async () => {
    const holed = noisyWaves[0]!.map((value, i) => (i % 10 === 3 ? NaN : value))
    const kept = await denoiseTable(readings({ a: holed }), { ...quick, steps: 60 })
    expect(valuesOf(kept.table, 'a').filter((value) => Number.isNaN(value)).length).toBe(80)
    const filled = await denoiseTable(readings({ a: holed }), { ...quick, missing: 'fill' })
    expect(filled.columns[0]).toMatchObject({ name: 'a', filled: 80 })
    expect(errorOf(valuesOf(filled.table, 'a'), waves[0]!)).toBeLessThan(1)
  })

  it('tells cells of rows in no order from other columns', async () => {
    const hidden = normals(rows, 'hidden')
    const columns = [0, 1, 2, 3].map((k) =>
      hidden.map((value, i) => value + 0.5 * normals(rows, `own ${k}`)[i]!),
    )
    const table = tableFromColumns(Object.fromEntries(columns.map((values, k) => [`c${k}`, values])))
    const found = await denoiseTable(table, { ...quick, steps: 300, strength: 0.5 })
    expect(found.order).toBe('none')
    for (const [k, { name, noise }] of found.columns.entries()) {
      expect(noise).toBeCloseTo(0.5, 5)
      expect(errorOf(valuesOf(found.table, name), hidden)).toBeLessThan(0.85 * errorOf(columns[k]!, hidden))
    }
  })

  it('keeps series apart, and leaves columns as it is told', async () => {
    const engine = Array.from({ length: rows }, (_, i) => (i < 300 ? 'x' : 'y'))
    const found = await denoiseTable(readings({ engine }), {
      ...quick,
      steps: 5,
      group: 'engine',
      ignore: ['b'],
      strength: { a: 0.5 },
    })
    expect([found.series, found.columns.map(({ name }) => name)]).toEqual([2, ['a', 'c']])
    expect(valuesOf(found.table, 'b')).toEqual(noisyWaves[1])
    expect(found.columns[0]!.noise).toBeCloseTo(0.5, 5)
  })

  it.each([
    [
      'too few rows',
      tableFromColumns({ a: [1, 2, 3], b: [2, 1, 2] }),
      {},
      'HG_TABLE_TOO_SMALL',
      /20 rows or more .* got 3/,
    ],
    [
      'no numbers',
      tableFromColumns({ a: Array.from({ length: 30 }, (_, i) => 'xyz'[i % 3]!) }),
      {},
      'HG_TABLE_TOO_SMALL',
      /no column of numbers/,
    ],
    [
      'one column in no order',
      tableFromColumns({ a: normals(50, 'one') }),
      { order: 'none' },
      'HG_TABLE_TOO_SMALL',
      /two columns/,
    ],
    ['an unknown group', readings(), { group: 'unit' }, 'HG_COLUMN_MISSING', /no column "unit"/],
    [
      'a strength of a text',
      readings(),
      { strength: { site: 1 } },
      'HG_USAGE',
      /"site" .* holds no measurements/,
    ],
    ['a negative strength', readings(), { strength: -1 }, 'HG_USAGE', /at least 0/],
  ] as const)('refuses %s', async (_, table, options, code, message) => {
    await expect(denoiseTable(table, { ...quick, ...options })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })
})
