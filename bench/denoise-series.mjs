// Noise removed from series by a network that learns the noisy series itself (hourglass denoise), beside smoothing filters of SciPy.
//
//   node bench/denoise-series.mjs FOLDER [--file test_FD001.txt] [--noise 0.25,0.5,1] [--threads 2]
//     [--steps 800] [--seed 0] [--columns] [--no-made]
//
// FOLDER holds test_FD001.txt of NASA's C-MAPSS: 100 engines, one behind the other. Its sensors that are not
// constant are the clean series; white noise of so many times each sensor's standard deviation is planted. What is measured is the
// root mean square error in units of that standard deviation, the mean over sensors. A made series (periods of 24, 60 and 168 steps,
// mixed into six columns, 20,000 rows) has no noise of its own, which the sensors have plenty of.
//
//   found         the noise that was found, in the same unit: the sensors' own is part of it
//   hourglass     nothing is told: the noise is estimated        told   the planted noise is stated (--strength)
//   usual         Savitzky-Golay of order 3 over 11 rows, median over 5: nobody looked
//   best          the window (and order) with the least mean error beside the clean series, which nobody has
//   best each     the same, chosen for every sensor by itself
//
// The filters run along each engine by itself, in the Python that HOURGLASS_PYTHON names. Needs `npm run build`, scipy.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { randomFor } from '../dist/base/index.js'
import { tableFromColumns } from '../dist/data/index.js'
import { denoiseTable } from '../dist/denoising/node.js'
import { mean } from './lib/noisy-images.mjs'
import { python, pythonPackage } from './lib/python-peer.mjs'
import { growingTable } from './lib/table.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    noise: { type: 'string', default: '0.25,0.5,1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    steps: { type: 'string' },
    seed: { type: 'string', default: '0' },
    file: { type: 'string', default: 'test_FD001.txt' },
    columns: { type: 'boolean', default: false },
    'no-made': { type: 'boolean', default: false },
  },
})
if (positionals[0] === undefined) {
  console.error('usage: node bench/denoise-series.mjs FOLDER [--noise 0.25,0.5,1] [--steps N] [--columns]')
  process.exit(2)
}

const windows = [5, 7, 9, 11, 15, 21, 31, 41, 51, 71, 101, 151]
const orders = [1, 2, 3]

const deviation = (numbers) => {
  const middle = mean(numbers)
  return Math.sqrt(mean(numbers.map((number) => (number - middle) ** 2)))
}

/** Sensors of C-MAPSS with more than two values, and the engine of every row. */
function engines(folder) {
  const rows = readFileSync(join(folder, options.file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const sensors = Array.from({ length: 21 }, (_, i) => [`sensor${i + 1}`, rows.map((row) => row[5 + i])])
  return {
    title: basename(options.file, '.txt'),
    columns: Object.fromEntries(sensors.filter(([, values]) => new Set(values).size > 2)),
    engine: rows.map(([engine]) => engine),
  }
}

/** Three periods and their first harmonics, mixed into six columns. */
function periods(rows = 20_000) {
  const stream = randomFor(0, 'periods')
  const shape = (period, phase) =>
    Array.from(
      { length: rows },
      (_, t) => Math.sin((2 * Math.PI * t) / period) + 0.5 * Math.sin((4 * Math.PI * t) / period + phase),
    )
  const sources = [24, 60, 168].map(shape)
  const column = () => {
    const weights = sources.map(() => stream.normal())
    return sources[0].map((_, t) => weights.reduce((sum, weight, k) => sum + weight * sources[k][t], 0))
  }
  const columns = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`column${i + 1}`, column()]))
  return { title: 'three periods', columns, engine: new Array(rows).fill(1) }
}

/** All filters with all windows on a noisy series, by SciPy. */
function filtered({ clean, noisy, units, lengths }) {
  const place = mkdtempSync(join(tmpdir(), 'hourglass-series-'))
  const shape = [clean[0].length, clean.length]
  const write = (name, columns) => {
    const numbers = new Float64Array(shape[0] * shape[1])
    columns.forEach((values, k) =>
      values.forEach((value, i) => (numbers[i * shape[1] + k] = value / units[k])),
    )
    writeFileSync(join(place, name), numbers)
    return join(place, name)
  }
  try {
    const job = {
      noisy: write('noisy', noisy),
      clean: write('clean', clean),
      shape,
      lengths,
      windows,
      orders,
    }
    writeFileSync(join(place, 'job.json'), JSON.stringify(job))
    const script = fileURLToPath(new URL('./peers/series-filters.py', import.meta.url))
    const done = spawnSync(python, [script, join(place, 'job.json')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 28,
    })
    if (done.status !== 0) throw new Error('series-filters.py failed; its message stands above')
    return JSON.parse(done.stdout.toString()).errors
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** Errors of a filter: as people use it, with the best window for all columns, and for each by itself. */
function judged(errors, isFilter, usual) {
  const own = errors.filter(isFilter)
  const least = (all) => all.reduce((best, one) => (mean(one.errors) < mean(best.errors) ? one : best))
  return {
    usual: own.find(usual).errors,
    best: least(own),
    each: own[0].errors.map((_, k) => Math.min(...own.map((one) => one.errors[k]))),
  }
}

const lengthsOf = (engine) => {
  const lengths = []
  engine.forEach((name, i) =>
    i > 0 && name === engine[i - 1] ? lengths[lengths.length - 1]++ : lengths.push(1),
  )
  return lengths
}

async function measure({ title, columns, engine }, share) {
  const [names, clean] = [Object.keys(columns), Object.values(columns)]
  const units = clean.map(deviation)
  const noisy = clean.map((values, k) => {
    const stream = randomFor(k, `noise of ${share}`)
    return values.map((value) => value + share * units[k] * stream.normal())
  })
  const errors = filtered({ clean, noisy, units, lengths: lengthsOf(engine) })
  const table = tableFromColumns({ engine, ...Object.fromEntries(names.map((name, k) => [name, noisy[k]])) })
  const work = {
    group: 'engine',
    threads: Number(options.threads),
    seed: Number(options.seed),
    ...(options.steps !== undefined && { steps: Number(options.steps) }),
  }
  const errorsOf = (done) =>
    names.map((name, k) => {
      const { values } = done.table.columns.find((column) => column.name === name)
      return Math.sqrt(mean(clean[k].map((value, i) => (values[i] - value) ** 2))) / units[k]
    })
  const began = performance.now()
  const found = await denoiseTable(table, work)
  const seconds = (performance.now() - began) / 1000
  const strength = Object.fromEntries(names.map((name, k) => [name, share * units[k]]))
  const told = await denoiseTable(table, { ...work, strength })
  const savitzkyGolay = judged(
    errors.filter(({ filter, window }) => window > Number(filter.at(-1)) + 1),
    ({ filter }) => filter !== 'median',
    ({ filter, window }) => filter.endsWith('3') && window === 11,
  )
  const median = judged(
    errors,
    ({ filter }) => filter === 'median',
    ({ window }) => window === 5,
  )
  const level = found.columns.map(({ noise }, k) => noise / units[k])
  return {
    title,
    share,
    names,
    seconds,
    level,
    found: errorsOf(found),
    told: errorsOf(told),
    savitzkyGolay,
    median,
  }
}

const version = pythonPackage('scipy')
if (version === undefined) {
  console.error('the Python package scipy is not installed; name a Python that has it in HOURGLASS_PYTHON')
  process.exit(1)
}
console.log(
  `root mean square error in standard deviations of each clean column, mean over columns; scipy ${version}`,
)
const filters = (name) => [`${name} usual`, 'best', 'best each']
const { head, line } = growingTable(
  ['series', 'noise', 'found', 'hourglass', 'told', ...filters('Savitzky–Golay'), ...filters('median'), 's'],
  16,
)
console.log(head)
const sources = [engines(positionals[0]), ...(options['no-made'] ? [] : [periods()])]
for (const source of sources) {
  for (const share of options.noise.split(',').map(Number)) {
    const { savitzkyGolay, median, ...done } = await measure(source, share)
    const three = ({ usual, best, each }) => [mean(usual), mean(best.errors), mean(each)]
    const numbers = [
      share,
      mean(done.level),
      mean(done.found),
      mean(done.told),
      ...three(savitzkyGolay),
      ...three(median),
    ]
    console.log(line([done.title, ...numbers.map((number) => number.toFixed(3)), done.seconds.toFixed(0)]))
    if (!options.columns) continue
    done.names.forEach((name, k) => {
      const of = ({ usual, best, each }) => [usual[k], best.errors[k], each[k]]
      const own = [share, done.level[k], done.found[k], done.told[k], ...of(savitzkyGolay), ...of(median)]
      console.log(line([`· ${name}`, ...own.map((number) => number.toFixed(3)), '']))
    })
  }
}
