// Maps in the plane beside umap-learn and umap-js: how good they are for rows that were not learned from, and how long
// fitting and mapping take.
//
//   node bench/maps.mjs FOLDER [--rows 60000] [--small 10000] [--threads 0] [--encoder memory|network] [--no-peers]
//
// FOLDER holds the four gzipped IDX files of MNIST or Fashion-MNIST. Fits on the training images (--rows of them), maps
// the 10,000 test images, and measures: accuracy of 10 neighbours of test images among training images, trustworthiness of
// test images among each other. umap-js fits --small rows, and so do we, for that comparison. Labels only measure. Seconds
// by the clock / of all processors: on a machine that others use, compare the latter. Needs `npm run build`; umap-learn in
// the Python that HOURGLASS_PYTHON names and `npm install --prefix bench`; a peer that is missing is left out.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { Embedding } from '../dist/embedding/node.js'
import { nodeEngine } from '../dist/engine/node.js'
import { mapQuality, neighborAccuracy } from '../dist/geometry/index.js'
import { python, pythonPackage } from './lib/python-peer.mjs'
import { firstRows, readImages } from './papers/lib/idx.mjs'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    rows: { type: 'string', default: '60000' },
    small: { type: 'string', default: '10000' },
    threads: { type: 'string', default: '0' },
    encoder: { type: 'string' },
    peers: { type: 'boolean', default: true },
  },
})
if (positionals[0] === undefined) {
  console.error('usage: node bench/maps.mjs FOLDER [--rows N] [--small N] [--threads N] [--no-peers]')
  process.exit(2)
}
const [rows, small, threads] = [given.rows, given.small, given.threads].map(Number)
const { train: whole, test } = readImages(positionals[0])
const train = firstRows(whole, rows)
const width = train.images.length / train.rows
const folder = mkdtempSync(join(tmpdir(), 'hourglass-maps-'))
try {
  await compare()
} finally {
  rmSync(folder, { recursive: true })
}

async function compare() {
  const own = await ownMap(train, test)
  print(`Hourglass, ${train.rows} rows`, own, await qualityOf(own))
  if (!given.peers) return
  const umap = umapLearn()
  if (umap !== undefined) {
    print(`umap-learn ${umap.version}, ${train.rows} rows`, umap, await qualityOf(umap))
    console.log(ratios('umap-learn', umap, own))
  }
  const few = firstRows(train, small)
  const js = await umapJs(few)
  if (js === undefined) return
  const ownFew = await ownMap(few, firstRows(test, 1000))
  print(`umap-js, ${few.rows} rows`, js)
  print(`Hourglass, ${few.rows} rows`, ownFew)
  console.log(ratios('umap-js', js, ownFew))
}

/** Rows as a table of numbers. */
function tableOf({ images, rows: rowCount }, source) {
  const columns = Array.from({ length: width }, (_, pixel) => ({
    name: `pixel ${pixel}`,
    storage: 'number',
    values: Float64Array.from({ length: rowCount }, (_, row) => images[row * width + pixel]),
  }))
  const side = Math.sqrt(width)
  return { source, rowCount, columns, grid: { kind: 'image', height: side, width: side, channels: 1 } }
}

async function ownMap(learned, others) {
  const [table, newRows] = [tableOf(learned, 'training images'), tableOf(others, 'test images')]
  const options = { dims: 2, holdOut: 0, threads, ...(given.encoder && { encoder: given.encoder }) }
  const [embedding, fit] = await timed(() => Embedding.fit(table, options))
  const [, first] = await timed(() => embedding.transform(newRows))
  const [placed, second] = await timed(() => embedding.transform(newRows))
  const learnedPlaces = await embedding.transform(table)
  await embedding.dispose()
  return { fit, map: better(first, second), train: learnedPlaces.values, test: placed.values }
}

function umapLearn() {
  if (pythonPackage('umap-learn') === undefined) return undefined
  const [learned, others, out] = ['train', 'test', 'map'].map((name) => join(folder, name))
  writeFileSync(learned, Buffer.from(train.images.buffer, train.images.byteOffset, train.images.byteLength))
  writeFileSync(others, Buffer.from(test.images.buffer, test.images.byteOffset, test.images.byteLength))
  const script = fileURLToPath(new URL('peers/umap-map.py', import.meta.url))
  const said = execFileSync(python, [script, learned, others, `${width}`, out], { maxBuffer: 2 ** 24 })
  const floats = (path) => {
    const bytes = readFileSync(path)
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }
  const times = JSON.parse(said.toString().trim().split('\n').at(-1))
  return { ...times, train: floats(`${out}.train.f32`), test: floats(`${out}.test.f32`) }
}

async function umapJs({ images, rows: count }) {
  const umap = await import('umap-js').catch(() => undefined)
  if (umap === undefined) return undefined
  const data = Array.from({ length: count }, (_, row) =>
    Array.from(images.subarray(row * width, (row + 1) * width)),
  )
  const [, fit] = await timed(() => Promise.resolve(new umap.UMAP().fit(data)))
  return { fit }
}

async function timed(work) {
  const [wall, processor] = [performance.now(), process.cpuUsage()]
  const result = await work()
  const { user, system } = process.cpuUsage(processor)
  return [result, { wall: (performance.now() - wall) / 1000, processor: (user + system) / 1e6 }]
}

function better(a, b) {
  return a.processor < b.processor ? a : b
}

async function qualityOf({ train: learned, test: placed }) {
  const points = (values) => ({ rows: values.length / 2, width: 2, values })
  const labelled = (values, { labels }) => ({ map: points(values), labels: Int32Array.from(labels) })
  const accuracy = await neighborAccuracy(labelled(learned, train), labelled(placed, test), {
    engine: nodeEngine,
    neighbors: 10,
  })
  const original = { rows: test.rows, width, values: test.images }
  return { accuracy, ...(await mapQuality(original, points(placed), { engine: nodeEngine, neighbors: 10 })) }
}

function print(name, { fit, map }, quality) {
  const seconds = ({ wall, processor }) => `${wall.toFixed(1)} / ${processor.toFixed(1)} s`
  const found =
    quality &&
    `, 10-NN ${(100 * quality.accuracy).toFixed(2)} %, trustworthiness ${quality.trustworthiness.toFixed(4)}`
  console.log(`${name}: fit ${seconds(fit)}${map ? `, mapping ${seconds(map)}` : ''}${found ?? ''}`)
}

function ratios(peer, theirs, own) {
  const ratio = (of) =>
    ['wall', 'processor'].map((clock) => (theirs[of][clock] / own[of][clock]).toFixed(2)).join(' / ')
  const mapping = theirs.map ? `, mapping ${ratio('map')}` : ''
  return `times as fast as ${peer} (clock / processors): fit ${ratio('fit')}${mapping}`
}
