/** Images and series on their way to features: which columns are read, how they are scaled, graph against plain twin. */
import { describe, expect, it } from 'vitest'
import { gridSize, type Grid } from '../src/base/index.js'
import {
  fitPreprocessing,
  preprocessingGraph,
  readColumns,
  scale,
  scalingChoices,
  tableFeeds,
  tableFromColumns,
  unscale,
  windowsOf,
  type Scaling,
  type Table,
} from '../src/data/index.js'
import { preprocessRows } from '../src/data/preprocess-rows.js'
import { nodeEngine } from '../src/engine/node.js'
import { graph } from '../src/graph/index.js'

const rows = 40
const imageGrid: Grid = { kind: 'image', height: 3, width: 4, channels: 1 }

/** Images with a black first row, one pixel of two values, and gaps. */
const images: Table = tableFromColumns({
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, pixel) => [
      `p${pixel}`,
      Array.from({ length: rows }, (_, row) =>
        pixel < 4 ? 0 : pixel === 4 ? row % 2 : row % 13 === pixel ? null : (row * 37 * pixel) % 256,
      ),
    ]),
  ),
  name: Array.from({ length: rows }, (_, row) => `file ${row}.png`),
})
const series = windowsOf(
  tableFromColumns({
    small: Array.from({ length: rows }, (_, row) => Math.sin(row)),
    large: Array.from({ length: rows }, (_, row) => 1000 + 300 * Math.cos(3 * row)),
  }),
  { window: 6 },
)
const fitted = (table: Table, grid: Grid | undefined, scaling?: (typeof scalingChoices)[number]) =>
  fitPreprocessing(table, readColumns(table, {}, grid), { grid, scaling })
const scalingsOf = (...of: Parameters<typeof fitted>): readonly Scaling[] =>
  fitted(...of).layout.columns.map(({ scaling }) => scaling!)
const known = (table: Table, columns: readonly number[]): number[] =>
  columns.flatMap((i) => {
    const column = table.columns[i]!
    return column.storage === 'string' ? [] : [...column.values].filter((x) => !Number.isNaN(x))
  })

describe('columns on a grid', () => {
  it('are all read as numbers, black borders and two-valued pixels too; what is no number is left out', () => {
    const readings = readColumns(images, {}, imageGrid)
    expect(readings.slice(0, 12).every(({ kind, used }) => kind === 'numeric' && used)).toBe(true)
    expect(readings[12]).toMatchObject({
      used: false,
      reason: 'left out: not a pixel, as it holds no numbers',
    })
    expect(readColumns(images).filter(({ used }) => used)).toHaveLength(8)
    expect(fitted(images, imageGrid).layout).toMatchObject({ width: 12, numericCount: 12, grid: imageGrid })
  })

  it('are as many as the grid has places', () => {
    expect(() => readColumns(images, {}, { ...imageGrid, width: 5 })).toThrow(
      /images of 3×5 pixels need 15 numeric columns, and memory has 12; correct the size$/,
    )
    expect(() => readColumns(images, {}, { ...imageGrid, width: 3 })).toThrow(/need 9 .* has 12; .*--ignore/)
    expect(
      readColumns(images, { p0: 'ignore', p4: 'ignore', p8: 'ignore' }, { ...imageGrid, width: 3 }),
    ).toHaveLength(13)
    expect(() => readColumns(images, { p4: 'categorical' }, imageGrid)).toThrow(/"p4" cannot be categorical/)
  })
})

describe('scaling on a grid', () => {
  it('is one for all pixels of an image', () => {
    const scalings = scalingsOf(images, imageGrid)
    expect(new Set(scalings.map((each) => JSON.stringify(each))).size).toBe(1)
    const values = known(
      images,
      Array.from({ length: 12 }, (_, i) => i),
    ).map((x) => scale(x, scalings[0]!))
    const mean = values.reduce((a, b) => a + b) / values.length
    expect(mean).toBeCloseTo(0, 10)
    expect(values.reduce((a, b) => a + b * b, 0) / values.length).toBeCloseTo(1, 10)
  })

  it('is one for each channel of a series', () => {
    const scalings = scalingsOf(series, series.grid)
    expect(new Set(scalings.map((each) => JSON.stringify(each))).size).toBe(2)
    expect(scalings[0]).toEqual(scalings[10])
    expect(scalings[0]!.unit).toBeLessThan(1)
    expect(scalings[1]!.unit).toBeGreaterThan(100)
  })

  it('takes the whole range to 0 … 1: of all pixels, of a channel, of a column', () => {
    expect(
      scalingsOf(images, imageGrid, 'range').every(
        ({ center, unit }) => center === 0 && unit === Math.max(...known(images, [5, 6, 7, 8, 9, 10, 11])),
      ),
    ).toBe(true)
    const [small, large] = scalingsOf(series, series.grid, 'range')
    for (const [scaling, channel] of [
      [small!, 0],
      [large!, 1],
    ] as const) {
      const scaled = known(series, [10 + channel]).map((x) => scale(x, scaling))
      expect([Math.min(...scaled), Math.max(...scaled)]).toEqual([0, 1])
    }
    const own = scalingsOf(tableFromColumns({ a: [2, 4, 8, 3], b: [-1, 0, 1, 5] }), undefined, 'range')
    expect(own.map(({ center, unit }) => [center, unit])).toEqual([
      [2, 6],
      [-1, 6],
    ])
  })

  it('leaves counts as they are', () => {
    const counts = tableFromColumns({
      a: [0, 3, 7, 2],
      b: [9, 0, 0, 4],
      when: [1, 2, 3, 5].map((x) => new Date(x * 1e9)),
    })
    const { layout } = fitted(counts, undefined, 'none')
    expect(layout.columns.map(({ scaling }) => scaling!.unit)).toEqual([1, 1, expect.closeTo(1.479e9, -7)])
    expect([...preprocessRows(counts, { layout }).features.subarray(0, 2)]).toEqual([0, 9])
  })

  it.each(
    scalingChoices.flatMap((scaling) => [
      ['images', images, imageGrid, scaling] as const,
      ['series', series, series.grid, scaling] as const,
    ]),
  )('gives %s the features of the plain twin, and back (%4$s)', async (_, table, grid, scaling) => {
    const preprocessing = fitted(table, grid, scaling)
    const plain = preprocessRows(table, preprocessing)
    const { inputs, features, mask } = preprocessingGraph(preprocessing)
    const program = await nodeEngine.compile(graph({ features, mask }, { inputs }))
    const found = await program.run(tableFeeds(table, preprocessing, 0, rows).feeds)
    await program.dispose()
    const width = gridSize(grid!)
    expect(found['mask']!.data).toEqual(Float32Array.from(plain.mask))
    plain.features.forEach((expected, i) => {
      const actual = Number(found['features']!.data[i])
      expect(Math.abs(actual - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)))
      if (plain.mask[i] === 0) return
      const raw = known(table, [i % width])
      const back = unscale(actual, preprocessing.layout.columns[i % width]!.scaling!)
      expect(Math.min(...raw.map((x) => Math.abs(x - back)))).toBeLessThan(1e-3)
    })
  })
})
