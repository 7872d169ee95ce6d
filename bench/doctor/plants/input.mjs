// Illnesses of the input, planted at three strengths. A plant changes what is learned from; where the illness is a part
// of the world (a column that copies another), rows that are measured on get it too: `world`.
import { cellText, tableFromColumns } from '../../../dist/data/index.js'

/** Columns of numbers with many distinct values, by name. */
export const numberNames = (table, distinct = 20) =>
  table.columns
    .filter(
      ({ storage, values }) =>
        storage === 'number' && new Set(values).size >= Math.min(distinct, table.rowCount / 4),
    )
    .map(({ name }) => name)

export const pick = (random, list) => list[random.below(list.length)]

/** So many different rows. */
export function someRows(random, rowCount, count) {
  const rows = new Set()
  while (rows.size < Math.min(count, rowCount)) rows.add(random.below(rowCount))
  return [...rows].sort((a, b) => a - b)
}

export const columnNamed = (table, name) => table.columns.find((column) => column.name === name)

/** The table with one column changed by rows: `change(value, row)`. */
export function withCells(table, name, rows, change) {
  const column = columnNamed(table, name)
  const values = column.values.slice()
  for (const row of rows) values[row] = change(values[row], row)
  return {
    ...table,
    columns: table.columns.map((other) => (other === column ? { ...column, values } : other)),
  }
}

export const withColumn = (table, column) => {
  const { grid: _grid, ...rest } = table
  return { ...rest, columns: [...table.columns, column] }
}

export function spreadOf(values) {
  const sorted = Float64Array.from(values)
    .filter((x) => !Number.isNaN(x))
    .sort()
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))]
  return {
    median: at(0.5),
    deviation: (at(0.75) - at(0.25)) / 1.349 || at(0.99) - at(0.01) || 1,
    low: sorted[0],
    high: sorted.at(-1),
  }
}

const hasNumbers = (table) => table.grid === undefined && numberNames(table).length >= 3
const share = { faint: 0.005, moderate: 0.02, clear: 0.05 }

/** Every plant: the code it should be found under, where it can be planted, and how. */
export const inputPlants = [
  {
    code: 'missing-pattern',
    difficulty: 'input',
    fits: hasNumbers,
    plant: (table, strength, random) => {
      const [hidden, cause] = [pick(random, numberNames(table)), undefined]
      const names = numberNames(table).filter((name) => name !== hidden)
      const by = columnNamed(table, cause ?? pick(random, names)).values
      const { median } = spreadOf(by)
      const [above, below] = { faint: [0.15, 0.08], moderate: [0.25, 0.06], clear: [0.4, 0.02] }[strength]
      const rows = Array.from({ length: table.rowCount }, (_, row) => row).filter(
        (row) => random.uniform() < (by[row] > median ? above : below),
      )
      return { table: withCells(table, hidden, rows, () => NaN), columns: [hidden] }
    },
  },
  {
    code: 'missing-block',
    difficulty: 'input',
    fits: hasNumbers,
    plant: (table, strength, random) => {
      const length = Math.max(
        8,
        Math.round(table.rowCount * { faint: 0.012, moderate: 0.03, clear: 0.08 }[strength]),
      )
      const start = random.below(table.rowCount - length)
      const rows = Array.from({ length }, (_, i) => start + i)
      const name = pick(random, numberNames(table))
      return { table: withCells(table, name, rows, () => NaN), columns: [name], rows }
    },
  },
  {
    code: 'outliers',
    difficulty: 'input',
    fits: hasNumbers,
    plant: (table, strength, random) => {
      const name = pick(random, numberNames(table))
      const { values } = columnNamed(table, name)
      const { median, low, high } = spreadOf(values)
      const reach = Math.max(high - median, median - low)
      const rows = someRows(random, table.rowCount, Math.max(3, Math.round(table.rowCount * 0.01)))
      const times = { faint: 1.5, moderate: 3, clear: 10 }[strength]
      return {
        table: withCells(
          table,
          name,
          rows,
          () => median + (random.uniform() < 0.5 ? -1 : 1) * reach * times * (1 + random.uniform()),
        ),
        columns: [name],
        rows,
      }
    },
  },
  {
    code: 'isolated-rows',
    difficulty: 'input',
    fits: (table) => hasNumbers(table) || table.grid !== undefined,
    plant: (table, strength, random) => {
      const rows = someRows(random, table.rowCount, Math.max(3, Math.round(table.rowCount * 0.01)))
      const amount = { faint: 1, moderate: 4, clear: 12 }[strength]
      let sick = table
      for (const column of table.columns.filter(({ storage }) => storage === 'number')) {
        const { deviation, low, high } = spreadOf(column.values)
        const unit = table.grid === undefined ? deviation : Math.max(1, (high - low) / 6)
        sick = withCells(sick, column.name, rows, (x) => x + amount * unit * random.normal())
      }
      return { table: sick, rows }
    },
  },
  {
    code: 'duplicate-rows',
    difficulty: 'input',
    fits: (table) => hasNumbers(table) || table.grid !== undefined,
    plant: (table, strength, random) => {
      const rows = someRows(
        random,
        table.rowCount,
        Math.max(3, Math.round(table.rowCount * { faint: 0.004, moderate: 0.03, clear: 0.15 }[strength])),
      )
      return { table: copiedRows(table, rows, random), rows }
    },
  },
  {
    code: 'near-duplicate-rows',
    difficulty: 'input',
    fits: hasNumbers,
    plant: (table, strength, random) => {
      const rows = someRows(
        random,
        table.rowCount,
        Math.max(5, Math.round(table.rowCount * { faint: 0.005, moderate: 0.03, clear: 0.1 }[strength])),
      )
      const from = rows.map(() => random.below(table.rowCount))
      let sick = table
      for (const column of table.columns) {
        if (column.storage === 'string') {
          const codes = column.codes.slice()
          rows.forEach((row, i) => (codes[row] = column.codes[from[i]]))
          sick = {
            ...sick,
            columns: sick.columns.map((other) => (other.name === column.name ? { ...column, codes } : other)),
          }
        } else {
          const { deviation } = spreadOf(column.values)
          const jitter = column.storage === 'number' ? 1e-6 * deviation : 0
          const index = new Map(rows.map((row, i) => [row, from[i]]))
          sick = withCells(
            sick,
            column.name,
            rows,
            (_, row) => column.values[index.get(row)] + jitter * random.normal(),
          )
        }
      }
      return { table: sick, rows }
    },
  },
  {
    code: 'copied-column',
    difficulty: 'input',
    fits: hasNumbers,
    world: true,
    plant: (table, strength, random) => {
      const name = pick(random, numberNames(table))
      const noise = { faint: 0.02, moderate: 0.003, clear: 0 }[strength]
      const [factor, offset] = [0.1 + 10 * random.uniform(), 100 * random.normal()]
      const copy = (of) => {
        const { values } = columnNamed(of, name)
        const { deviation } = spreadOf(values)
        return withColumn(of, {
          name: 'copy',
          storage: 'number',
          values: values.map((x) => factor * (x + noise * deviation * random.normal()) + offset),
        })
      }
      return { table: copy(table), columns: ['copy'], test: copy }
    },
  },
  {
    code: 'constant-column',
    difficulty: 'input',
    fits: (table) => table.grid === undefined,
    world: true,
    plant: (table, _strength, random) => {
      const value = Math.round(100 * random.normal())
      const add = (of) =>
        withColumn(of, {
          name: 'constant',
          storage: 'number',
          values: new Float64Array(of.rowCount).fill(value),
        })
      return { table: add(table), columns: ['constant'], test: add }
    },
  },
  {
    code: 'nearly-constant-column',
    difficulty: 'input',
    fits: (table) => table.grid === undefined && table.rowCount >= 400,
    world: true,
    plant: (table, _strength, random) => {
      const add = (of) =>
        withColumn(of, {
          name: 'nearly',
          storage: 'number',
          values: Float64Array.from({ length: of.rowCount }, (_, row) =>
            row % 401 === 7 ? 3 + random.uniform() : 5,
          ),
        })
      return { table: add(table), columns: ['nearly'], test: add }
    },
  },
  {
    code: 'row-number',
    difficulty: 'input',
    fits: (table) => table.grid === undefined,
    world: true,
    plant: (table, strength, random) => {
      const jitter = { faint: 0.4, moderate: 0.1, clear: 0 }[strength]
      const add = (of, first = 0) =>
        withColumn(of, {
          name: 'counter',
          storage: 'number',
          values: Float64Array.from(
            { length: of.rowCount },
            (_, row) => first + 2.5 * (row + jitter * random.uniform()),
          ),
        })
      return { table: add(table), columns: ['counter'], test: (of) => add(of, 2.5 * table.rowCount) }
    },
  },
  {
    code: 'label-copy',
    difficulty: 'input',
    fits: (table) => table.grid === undefined && table.rowCount >= 100,
    plant: (table, strength, random) => {
      const wrong = { faint: 0.05, moderate: 0.005, clear: 0 }[strength]
      const label = Float64Array.from({ length: table.rowCount }, () => (random.uniform() < 0.1 ? 1 : 0))
      const values = label.map((y) => (random.uniform() < wrong ? 1 - y : y))
      const sick = withColumn(withColumn(table, { name: 'outcome', storage: 'number', values }), {
        name: 'label',
        storage: 'number',
        values: label,
      })
      return { table: sick, columns: ['outcome'], options: { label: 'label' } }
    },
  },
  {
    code: 'leakage',
    difficulty: 'input',
    fits: (table) => (hasNumbers(table) || table.grid !== undefined) && table.rowCount >= 200,
    plant: (table, strength, random, { fresh }) => {
      const copied = Math.max(
        2,
        Math.round(fresh.rowCount * { faint: 0.005, moderate: 0.03, clear: 0.2 }[strength]),
      )
      const rows = someRows(random, fresh.rowCount, copied)
      return {
        table,
        options: {
          newTable: overwritten(
            fresh,
            rows,
            table,
            rows.map(() => random.below(table.rowCount)),
          ),
        },
      }
    },
  },
  {
    code: 'unit-jump',
    difficulty: 'input',
    fits: (table) => hasNumbers(table) && unitNames(table).length > 0,
    plant: (table, strength, random) => {
      const name = pick(random, unitNames(table))
      const factor = pick(
        random,
        { faint: [1.609344], moderate: [2.54, 3.6], clear: [10, 100, 1000] }[strength],
      )
      const back = random.uniform() < 0.5
      const count = Math.round(table.rowCount * 0.15)
      const start = random.below(table.rowCount - count)
      const rows =
        random.uniform() < 0.5
          ? Array.from({ length: count }, (_, i) => start + i)
          : someRows(random, table.rowCount, count)
      return {
        table: withCells(table, name, rows, (x) => (back ? x / factor : x * factor)),
        columns: [name],
        rows,
      }
    },
  },
  {
    code: 'heavy-tail',
    difficulty: 'input',
    fits: (table) => hasNumbers(table) && table.rowCount >= 600,
    world: true,
    plant: (table, strength, random) => {
      const index = { faint: 0.5, moderate: 1, clear: 2 }[strength]
      const add = (of) =>
        withColumn(of, {
          name: 'tail',
          storage: 'number',
          values: Float64Array.from({ length: of.rowCount }, () => (1 - random.uniform()) ** -index),
        })
      return { table: add(table), columns: ['tail'], test: add }
    },
  },
  {
    code: 'impossible-dates',
    difficulty: 'input',
    fits: (table) => table.grid === undefined,
    plant: (table, strength, random) => {
      const count = Math.max(1, Math.round(table.rowCount * share[strength]))
      const rows = new Set(someRows(random, table.rowCount, count))
      const start = Date.UTC(2015, 0, 1)
      const wrong = pick(random, ['1900-01-01', '1970-01-01', '9999-12-31', '2021-02-30'])
      const some = () => new Date(start + random.below(2000) * 86_400_000).toISOString().slice(0, 10)
      const withDays = (of, cellOf) =>
        withColumn(of, tableFromColumns({ day: Array.from({ length: of.rowCount }, cellOf) }).columns[0])
      return {
        table: withDays(table, (_, row) => (rows.has(row) ? wrong : some())),
        columns: ['day'],
        rows: [...rows],
        test: (of) => withDays(of, some),
      }
    },
  },
  {
    code: 'sentinel',
    difficulty: 'input',
    fits: hasNumbers,
    plant: (table, strength, random) => {
      const name = pick(random, numberNames(table))
      const { low, high } = spreadOf(columnNamed(table, name).values)
      const codes = [-999, -9999, 9999, 99999, 999999].filter(
        (code) => code < low - (high - low) || code > high + (high - low),
      )
      const rows = someRows(random, table.rowCount, Math.max(2, Math.round(table.rowCount * share[strength])))
      const code = codes.length > 0 ? pick(random, codes) : -99999999
      return { table: withCells(table, name, rows, () => code), columns: [name], rows }
    },
  },
  {
    code: 'mixed-types',
    difficulty: 'input',
    fits: hasNumbers,
    plant: (table, strength, random) => {
      const name = pick(random, numberNames(table))
      const rows = new Set(
        someRows(random, table.rowCount, Math.max(1, Math.round(table.rowCount * share[strength]))),
      )
      const column = columnNamed(table, name)
      const word = pick(random, ['unknown', '-', 'n.d.', '<0.1', 'err'])
      const cells = Array.from({ length: table.rowCount }, (_, row) =>
        rows.has(row) ? word : cellText(column, row),
      )
      const changed = tableFromColumns({ [name]: cells }).columns[0]
      return {
        table: { ...table, columns: table.columns.map((other) => (other === column ? changed : other)) },
        columns: [name],
        rows: [...rows],
      }
    },
  },
  {
    code: 'category-variants',
    difficulty: 'input',
    fits: (table) => textNames(table).length > 0,
    plant: (table, strength, random) => {
      const name = pick(random, textNames(table))
      const column = columnNamed(table, name)
      const rows = new Set(
        someRows(random, table.rowCount, Math.max(2, Math.round(table.rowCount * share[strength]))),
      )
      const vary = pick(random, [
        (t) => t.toUpperCase(),
        (t) => t.replace(' ', '  '),
        (t) => t.replace(' ', '_'),
        (t) => t[0].toUpperCase() + t.slice(1),
      ])
      const cells = Array.from({ length: table.rowCount }, (_, row) =>
        rows.has(row) ? vary(cellText(column, row)) : cellText(column, row),
      )
      const changed = tableFromColumns({ [name]: cells }).columns[0]
      return {
        table: { ...table, columns: table.columns.map((other) => (other === column ? changed : other)) },
        columns: [name],
        rows: [...rows],
      }
    },
  },
]

const textNames = (table) =>
  table.columns.filter(({ storage }) => storage === 'string').map(({ name }) => name)

/** Columns whose values lie close enough together for another unit to show: the spread well below the level. */
const unitNames = (table) =>
  numberNames(table).filter((name) => {
    const { median, deviation, low } = spreadOf(columnNamed(table, name).values)
    return low > 0 && deviation < 0.15 * median
  })

/** Some rows written over others. */
function copiedRows(table, rows, random) {
  return overwritten(
    table,
    rows,
    table,
    rows.map(() => random.below(table.rowCount)),
  )
}

function overwritten(table, rows, source, from) {
  const columns = table.columns.map((column, j) => {
    const other = source.columns[j]
    if (column.storage === 'string') {
      const texts = Array.from({ length: table.rowCount }, (_, row) => cellText(column, row))
      rows.forEach((row, i) => (texts[row] = cellText(other, from[i])))
      return tableFromColumns({ [column.name]: texts }).columns[0]
    }
    const values = column.values.slice()
    rows.forEach((row, i) => (values[row] = other.values[from[i]]))
    return { ...column, values }
  })
  return { ...table, columns }
}
