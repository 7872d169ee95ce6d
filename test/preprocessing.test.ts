/**
 * The preprocessing graph on ONNX Runtime and on the reference interpreter, against its plain twin and against the
 * raw cells that went in.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  expectedGraph,
  fitPreprocessing,
  otherCategory,
  preprocessingGraph,
  readColumns,
  tableFeeds,
  tableFromColumns,
  type Cell,
  type Table,
  type TablePreprocessing,
} from '../src/data/index.js'
import { preprocessRows } from '../src/data/preprocess-rows.js'
import { cellText } from '../src/data/table.js'
import { referenceEngine, type Engine } from '../src/engine/index.js'
import { nodeEngine } from '../src/engine/node.js'
import { graph, input, nodesInOrder, tensor, type Tensor } from '../src/graph/index.js'

const engines: readonly Engine[] = [referenceEngine, nodeEngine]

const rows = 300
const column = (of: (row: number) => Cell): Cell[] => Array.from({ length: rows }, (_, row) => of(row))
const gaps = (row: number, cell: Cell): Cell => (row % 11 === 3 ? null : cell)

/** Every kind of column, with missing cells, a heavy tail, a rare category and a column without spread. */
const mixed = tableFromColumns({
  normal: column((row) => gaps(row, 20 + Math.sin(row * row))),
  heavy: column((row) => gaps(row, Math.exp(12 * Math.sin(row * row * 0.7)))),
  'mostly zero': column((row) => (row % 40 === 0 ? row * 1e6 : 0)),
  when: column((row) => gaps(row, new Date(1.5e12 + row * 3.6e6 + (row % 7) * 1000))),
  flag: column((row) => gaps(row, row % 3 === 0)),
  'colour, or none': column((row) =>
    gaps(row, row === 100 ? 'seen once' : ['red', 'grün', 'blue'][row % 3]!),
  ),
})

const fitted = (table: Table): TablePreprocessing => fitPreprocessing(table, readColumns(table))

/** Features and mask of a table on an engine. */
async function run(engine: Engine, table: Table, preprocessing: TablePreprocessing) {
  const { inputs, features, mask } = preprocessingGraph(preprocessing)
  const program = await engine.compile(graph({ features, mask }, { inputs }))
  const outputs = await program.run(tableFeeds(table, preprocessing, 0, table.rowCount).feeds)
  await program.dispose()
  return { features: outputs['features']!.data as Float32Array, mask: outputs['mask']!.data as Float32Array }
}

/** Raw cells that features stand for, through the graph. */
async function back(engine: Engine, features: Float32Array, preprocessing: TablePreprocessing) {
  const { width, columns } = preprocessing.layout
  const reconstruction = input('reconstruction', 'float32', ['batch', width])
  const cells = expectedGraph(preprocessing, reconstruction)
  const program = await engine.compile(graph(Object.fromEntries(cells.map((cell, i) => [`cell ${i}`, cell]))))
  const outputs = await program.run({
    reconstruction: tensor('float32', [features.length / width, width], features),
  })
  await program.dispose()
  return columns.map(({ name }, i) => [name, outputs[`cell ${i}`]!] as readonly [string, Tensor])
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i]!)),
    )
  }
}

describe.each(engines)('preprocessing on $name', (engine) => {
  it('gives the features of the plain twin', async () => {
    const preprocessing = fitted(mixed)
    expect(preprocessing.layout.columns.map(({ kind, scaling }) => [kind, scaling?.method])).toEqual([
      ['numeric', 'standard'],
      ['numeric', 'asinh'],
      ['numeric', 'asinh'],
      ['datetime', 'standard'],
      ['boolean', undefined],
      ['categorical', undefined],
    ])
    const plain = preprocessRows(mixed, preprocessing)
    const { features, mask } = await run(engine, mixed, preprocessing)
    expectClose(features, plain.features, 1e-6)
    expectClose(mask, plain.mask, 0)
  })

  it('leads back to the raw cells', async () => {
    const preprocessing = fitted(mixed)
    const { features } = await run(engine, mixed, preprocessing)
    for (const [name, { data }] of await back(engine, features, preprocessing)) {
      const raw = mixed.columns.find((candidate) => candidate.name === name)!
      const size =
        raw.storage === 'string' ? 1 : Math.max(...raw.values.filter((x) => !Number.isNaN(x)).map(Math.abs))
      for (let row = 0; row < rows; row++) {
        const text = cellText(raw, row)
        if (text === '') continue
        if (raw.storage === 'string') expect(data[row]).toBe(text === 'seen once' ? otherCategory : text)
        else expect(Math.abs(Number(data[row]) - raw.values[row]!)).toBeLessThanOrEqual(1e-5 * size)
      }
    }
  })

  it('stays finite for every number there is, and calls NaN missing', async () => {
    const preprocessing = fitted(mixed)
    const extremes = [1e308, -1e308, 1.7e308, 5e-324, Infinity, -Infinity, NaN]
    const cells = { normal: extremes, heavy: extremes, 'mostly zero': extremes, when: extremes }
    const feeds: Record<string, Tensor> = {
      ...Object.fromEntries(
        Object.entries(cells).map(([name, x]) => [
          name,
          tensor('float64', [x.length, 1], Float64Array.from(x)),
        ]),
      ),
      flag: tensor('float64', [7, 1], Float64Array.of(0, 1, NaN, 0, 1, 0, NaN)),
      'colour, or none': tensor('string', [7, 1], ['red', '', 'new', 'blue', '(other)', 'seen once', 'grün']),
    }
    const { inputs, features, mask } = preprocessingGraph(preprocessing)
    const program = await engine.compile(graph({ features, mask }, { inputs }))
    const outputs = await program.run(feeds)
    const data = outputs['features']!.data as Float32Array
    expect(data.every(Number.isFinite)).toBe(true)
    const { width } = preprocessing.layout
    expect([...data.subarray(6 * width, 6 * width + 6)]).toEqual([0, 0, 0, 0, 0, 0])
    expect([...(outputs['mask']!.data as Float32Array).subarray(36)]).toEqual([0, 0, 0, 0, 0, 1])
    for (const [, cell] of await back(
      engine,
      data.map((z) => z * 1e6),
      preprocessing,
    )) {
      if (cell.dtype === 'float64') expect(cell.data.every(Number.isFinite)).toBe(true)
    }
    await program.dispose()
  })

  it('takes any table of numbers, words and gaps', { timeout: 60_000 }, async () => {
    const cell = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -5, max: 5 }),
      fc.constant(null),
    )
    const word = fc.oneof(fc.constantFrom('a', 'b', 'NA', ' ', 'é"\n'), fc.constant(null))
    const rowOf = fc.record({ x: cell, y: cell, w: word, b: fc.option(fc.boolean()) })
    await fc.assert(
      fc.asyncProperty(fc.array(rowOf, { minLength: 2, maxLength: 30 }), async (records) => {
        const names = ['x', 'y', 'w', 'b'] as const
        const table = tableFromColumns(
          Object.fromEntries(names.map((name) => [name, records.map((row) => row[name])])),
        )
        const preprocessing = fitted(table)
        if (preprocessing.layout.width === 0) return
        const plain = preprocessRows(table, preprocessing)
        const { features, mask } = await run(engine, table, preprocessing)
        expectClose(features, plain.features, 2e-6)
        expectClose(mask, plain.mask, 0)
      }),
      { numRuns: 40 },
    )
  })
})

describe('preprocessing', () => {
  it('is plain data', () => {
    const preprocessing = fitted(mixed)
    expect(JSON.parse(JSON.stringify(preprocessing))).toEqual(preprocessing)
  })

  it('needs few nodes beside its inputs, however many numbers there are', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `n${i}`)
    const wide = tableFromColumns(
      Object.fromEntries(
        names.map((name, i) => [name, column((row) => Math.sin(row * (i + 1)) ** (1 + 2 * (i % 3)))]),
      ),
    )
    const { features, mask } = preprocessingGraph(fitted(wide))
    const operators = nodesInOrder([features, mask]).filter(({ op }) => op !== 'Input' && op !== 'Constant')
    expect(operators.length).toBeLessThan(40)
  })

  it('finds columns by name, whatever else the table has, and parses text where numbers are needed', () => {
    const preprocessing = fitted(
      tableFromColumns({ x: column((row) => row % 10), c: column((row) => 'ab'[row % 2]!) }),
    )
    const other: Table = {
      source: 'new.csv',
      rowCount: 2,
      notes: [],
      columns: [
        { name: 'extra', storage: 'number', values: Float64Array.of(1, 2) },
        { name: 'c', storage: 'string', categories: ['a', 'new'], codes: Int32Array.of(0, 1) },
        { name: 'x', storage: 'string', categories: ['1.5'], codes: Int32Array.of(0, -1) },
      ],
    }
    const { feeds, notes } = tableFeeds(other, preprocessing, 0, 2)
    expect(feeds['x']).toMatchObject({ dtype: 'float64', shape: [2, 1], data: Float64Array.of(1.5, NaN) })
    expect(feeds['c']).toMatchObject({ dtype: 'string', data: ['a', 'new'] })
    expect(notes).toEqual(['c: 1 cell holds a category that is rare or new to the model, such as "new"'])
  })

  it('says which columns are missing, and which cell is no number', () => {
    const preprocessing = fitted(mixed)
    const none = tableFromColumns({ heavy: ['1', 'x'] })
    expect(() => tableFeeds(none, preprocessing, 0, 1)).toThrow(
      /5 columns.*"normal", "mostly zero", "when", "flag", "colour, or none"/,
    )
    const text = {
      ...mixed,
      columns: mixed.columns.map((c) => (c.name === 'heavy' ? { ...none.columns[0]!, name: 'heavy' } : c)),
    }
    expect(() => tableFeeds(text, preprocessing, 0, 1)).toThrow(/"heavy", row 2: expected a number, got "x"/)
  })
})
