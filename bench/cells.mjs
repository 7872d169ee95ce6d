// Single cells: how well k-means finds the known types of cells in a few dimensions, as adjusted Rand index (ARI) and
// normalised mutual information (NMI). Types are read for the measuring alone: nothing learns from them, and nothing is
// chosen by them.
//
//   node bench/cells.mjs FOLDER [--sets a,b] [--ways pca,map,…] [--seeds 5] [--dims 10] [--results cells-results.jsonl]
//                        [--label NAME] [--markdown]
//
// FOLDER holds NAME.count.csv.gz beside NAME.metadata.csv.gz, sparse or plain .npz with `y`, or .h5ad. The label is the one
// that the file sets apart, or the first of those in `labelNames` that there is. All ways get the same 2,000 variable genes
// of all cells and are asked for the same number of dimensions (`plane`: two); k is the number of types. Hourglass is run
// as `hourglass embed --counts` does it. scikit-learn's principal components and scVI (scvi-tools) stand beside it where
// the Python that HOURGLASS_PYTHON names has them. Lines that are done are kept in --results, so that a run that was
// stopped goes on. Needs `npm run build`.
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import {
  asTable,
  cellText,
  denseRows,
  geneNames,
  highlyVariableGenes,
  librarySizes,
  normalizeCounts,
  readCounts,
  selectColumns,
} from '../dist/data/index.js'
import { Embedding } from '../dist/embedding/node.js'
import { nodeEngine } from '../dist/engine/node.js'
import { adjustedRandIndex, kMeans, normalizedMutualInformation } from '../dist/geometry/index.js'
import { python, pythonPackage } from './lib/python-peer.mjs'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    ways: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    dims: { type: 'string', default: '10' },
    results: { type: 'string', default: 'cells-results.jsonl' },
    label: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
})
const folder = positionals[0]
if (folder === undefined) {
  console.error(
    'usage: node bench/cells.mjs FOLDER [--sets A,B] [--ways A,B] [--seeds N] [--dims N] [--label NAME]',
  )
  process.exit(2)
}
const [seeds, dims] = [given.seeds, given.dims].map(Number)

/** What the kinds of cells are called, the most telling first. */
const labelNames = [
  'cell_line',
  'cell_line_demuxlet',
  'cell_type',
  'celltype',
  'CellType',
  'mix',
  'cluster',
  'louvain',
]

/** Genes that are kept, and the sum of each cell before logarithms are taken: the command line's own. */
const [genes, librarySize] = [2000, 10_000]

/** What Hourglass is asked for. `raw` gives it the counts, the others their logarithms in one unit. */
const ours = {
  pca: { kind: 'pca' },
  embed: { kind: 'neighbors' },
  plane: { kind: 'neighbors', dims: 2 },
  undercomplete: { kind: 'undercomplete' },
  count: { kind: 'count', raw: true },
  countPrior: { kind: 'count', options: { beta: 1 }, raw: true },
  countZeros: { kind: 'count', options: { beta: 1, zeroInflated: true }, raw: true },
}
/** What the Python beside it is asked for, and the package it needs. */
const theirs = { sklearnPca: 'scikit-learn', scvi: 'scvi-tools' }

/** A set: its cells as Hourglass and the peers get them, and their types as numbers. */
async function setOf({ name, counts, metadata }) {
  const read = await readCounts(join(folder, counts), {
    ...(metadata && { metadata: join(folder, metadata) }),
  })
  const matrix = { ...read, columnNames: geneNames(read) }
  const wanted = [given.label, matrix.suggestedLabel, ...labelNames]
  const label = wanted.map((name) => matrix.labels.find((column) => column.name === name)).find(Boolean)
  if (label === undefined) {
    const names = matrix.labels.map((column) => column.name).join(', ')
    throw new Error(`${counts}: no column of types among ${names || 'no columns'}; name one with --label`)
  }
  const numbers = new Map()
  const classes = Int32Array.from({ length: matrix.rows }, (_, row) => {
    const text = cellText(label, row)
    return numbers.get(text) ?? numbers.set(text, numbers.size).get(text)
  })
  const chosen = highlyVariableGenes(matrix, Math.min(genes, matrix.columns))
  const unlabelled = { ...matrix, labels: [] }
  const even = normalizeCounts(unlabelled, { target: librarySize })
  return {
    name,
    label: label.name,
    classes,
    k: numbers.size,
    rows: matrix.rows,
    raw: selectColumns(unlabelled, chosen),
    even: selectColumns(even, chosen),
    sizes: librarySizes(matrix),
  }
}

/** Places of the cells, and the seconds of processor time they took. */
async function placesBy(way, { raw, even }, seed) {
  const { raw: wantsRaw = false, ...options } = ours[way]
  const table = asTable(wantsRaw ? raw : even)
  const before = process.cpuUsage()
  const embedding = await Embedding.fit(table, {
    dims,
    seed,
    threads: 1,
    ...(!wantsRaw && { scaling: 'shared' }),
    ...options,
  })
  const { values, rowCount } = await embedding.transform(table)
  await embedding.dispose()
  const { user, system } = process.cpuUsage(before)
  return {
    places: { rows: rowCount, width: values.length / rowCount, values },
    seconds: (user + system) / 1e6,
  }
}

async function measured(places, { classes, k }, seed) {
  const { labels } = await kMeans(places, k, { seed, engine: nodeEngine })
  return { ari: adjustedRandIndex(classes, labels), nmi: normalizedMutualInformation(classes, labels) }
}

/** Runs a way of the peers: cells in a folder of their own, a line of JSON for each seed out. */
async function runPeer(way, set, wantedSeeds, take) {
  const place = mkdtempSync(join(tmpdir(), 'cells-'))
  try {
    const dense = new Float32Array(set.raw.rows * set.raw.columns)
    denseRows(set.raw, 0, set.raw.rows, dense)
    writeFileSync(join(place, 'counts.f32'), Buffer.from(dense.buffer))
    const about = {
      rows: set.raw.rows,
      columns: set.raw.columns,
      k: set.k,
      dims,
      librarySize,
      way,
      seeds: wantedSeeds,
    }
    const lists = { classes: [...set.classes], sizes: [...set.sizes] }
    writeFileSync(join(place, 'cells.json'), JSON.stringify({ ...about, ...lists }))
    const script = fileURLToPath(new URL('peers/cells.py', import.meta.url))
    const child = spawn(python, [script, place], { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: child.stdout })) take(JSON.parse(line))
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** The sets of the folder. */
function setsIn() {
  const files = readdirSync(folder).sort()
  const found = files.flatMap((file) => {
    const name = /^(.*?)(\.count\.csv\.gz|\.npz|\.h5ad)$/.exec(file)?.[1]
    if (name === undefined) return []
    const metadata = `${name}.metadata.csv.gz`
    return [{ name, counts: file, ...(files.includes(metadata) && { metadata }) }]
  })
  const wanted = given.sets?.split(',')
  return wanted === undefined ? found : found.filter(({ name }) => wanted.includes(name))
}

const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length

/** ARI / NMI of each set (rows) and way (columns), means over the seeds there are; then means over the sets. */
function table(lines, ways) {
  const names = [...new Set(lines.map(({ set }) => set))]
  const cell = (set, way) => {
    const of = lines.filter((line) => line.set === set && line.way === way)
    if (of.length === 0) return ''
    return `${mean(of.map(({ ari }) => ari)).toFixed(3)} / ${mean(of.map(({ nmi }) => nmi)).toFixed(3)}`
  }
  const head = ['set', 'cells', 'types', ...ways]
  const rows = names.map((set) => {
    const { rows, k } = lines.find((line) => line.set === set)
    return [set, String(rows), String(k), ...ways.map((way) => cell(set, way))]
  })
  const perRun = ways.map((way) => {
    const of = lines.filter((line) => line.way === way)
    return of.length === 0 ? '' : `${mean(of.map(({ seconds }) => seconds)).toFixed(0)} s`
  })
  const all = [head, ...rows, ['processor time of a run', '', '', ...perRun]]
  if (given.markdown) {
    const [first, ...rest] = all.map((line) => `| ${line.join(' | ')} |`)
    return [first, `| ${head.map(() => '---').join(' | ')} |`, ...rest].join('\n')
  }
  const widths = head.map((_, i) => Math.max(...all.map((line) => line[i].length)))
  return all
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const linesSoFar = () =>
  existsSync(given.results)
    ? readFileSync(given.results, 'utf8').trim().split('\n').filter(Boolean).map(JSON.parse)
    : []

const ways = (given.ways?.split(',') ?? [...Object.keys(ours), ...Object.keys(theirs)]).filter((way) => {
  if (!(way in theirs) || pythonPackage(theirs[way]) !== undefined) return true
  console.error(`${way} is left out: ${python} has no ${theirs[way]} (HOURGLASS_PYTHON names another)`)
  return false
})
for (const found of setsIn()) {
  const isDone = (way, seed) =>
    linesSoFar().some(
      (line) => line.set === found.name && line.way === way && line.seed === seed && line.dims === dims,
    )
  const open = ways.map((way) => [way, [...Array(seeds).keys()].filter((seed) => !isDone(way, seed))])
  if (open.every(([, missing]) => missing.length === 0)) continue
  const set = await setOf(found)
  const keep = (line) => {
    const { name, rows, k, label } = set
    const whole = { set: name, rows, k, label, dims, ...line }
    appendFileSync(given.results, `${JSON.stringify(whole)}\n`)
    console.error(
      `${name} ${line.way} seed ${line.seed}: ARI ${line.ari.toFixed(3)}, ${line.seconds.toFixed(0)} s`,
    )
  }
  for (const [way, missing] of open) {
    if (way in theirs) {
      if (missing.length > 0) await runPeer(way, set, missing, (line) => keep({ way, ...line }))
      continue
    }
    for (const seed of missing) {
      const { places, seconds } = await placesBy(way, set, seed)
      keep({ way, seed, ...(await measured(places, set, seed)), seconds })
    }
  }
}
const names = setsIn().map(({ name }) => name)
console.log(
  table(
    linesSoFar().filter((line) => names.includes(line.set) && line.dims === dims && line.seed < seeds),
    ways,
  ),
)
