// The same autoencoder with dense and with convolutional layers: how many numbers each learns, and how well each gives
// back images that it has not seen. docs/is-an-autoencoder-a-cnn.md shows what it prints.
//
//     node examples/dense-and-convolutional.mjs                    images drawn here
//     node examples/dense-and-convolutional.mjs FOLDER             and those of MNIST's idx files in FOLDER
//     node examples/dense-and-convolutional.mjs FOLDER --quick     a tenth of the steps, to see that it runs
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createAutoencoder } from '../dist/autoencoders/index.js'
import { random } from '../dist/base/index.js'
import { dropColumns, fitPreprocessing, readColumns, readTable, scale } from '../dist/data/index.js'
import { defaultTraining } from '../dist/training/index.js'
import { trainHere } from '../dist/training/node.js'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } })
const steps = values.quick ? 200 : 2000

/** All have a code of 16 numbers; only the layers around it differ. */
const networks = {
  'dense, 256 units': { network: 'dense', hidden: [256], latent: 16 },
  'convolutional, 16 and 32 channels': { network: 'convolutional', hidden: [16, 32], latent: 16 },
  'convolutional, 32 and 64 channels': { network: 'convolutional', hidden: [32, 64], latent: 16 },
}

/** Rings of random place, size and thickness, 20×20 pixels of mean 0 and deviation 1 each. */
function rings(count) {
  const [side, stream] = [20, random(1)]
  const features = new Float32Array(count * side * side)
  for (let row = 0; row < count; row++) {
    const [x, y] = [4 + 12 * stream.uniform(), 4 + 12 * stream.uniform()]
    const [radius, thickness] = [2 + 4 * stream.uniform(), 0.5 + stream.uniform()]
    for (let pixel = 0; pixel < side * side; pixel++) {
      const distance = Math.hypot((pixel % side) - x, Math.floor(pixel / side) - y)
      features[row * side * side + pixel] = Math.exp(-(((distance - radius) / thickness) ** 2))
    }
  }
  return { name: 'rings', grid: imageOf(side, side), rows: count, features: standardized(features) }
}

const imageOf = (height, width) => ({ kind: 'image', height, width, channels: 1 })

function standardized(features) {
  const mean = features.reduce((sum, x) => sum + x / features.length, 0)
  const variance = features.reduce((sum, x) => sum + (x - mean) ** 2 / features.length, 0)
  return features.map((x) => (x - mean) / Math.sqrt(variance))
}

/** MNIST's 10,000 test images, all pixels scaled alike. */
async function digits(folder) {
  const path = ['t10k-images-idx3-ubyte.gz', 't10k-images-idx3-ubyte']
    .map((name) => join(folder, name))
    .find((candidate) => existsSync(candidate))
  if (path === undefined)
    throw new Error(`${folder}: expected t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz`)
  const read = await readTable(path)
  const table = dropColumns(read, [read.suggestedLabel ?? ''])
  const { grid, rowCount } = table
  const { columns } = fitPreprocessing(table, readColumns(table, {}, grid), { grid }).layout
  const features = new Float32Array(rowCount * columns.length)
  table.columns.forEach((column, pixel) => {
    const { scaling } = columns[pixel]
    column.values.forEach((value, row) => {
      features[row * columns.length + pixel] = scale(value, scaling)
    })
  })
  return { name: 'MNIST', grid, rows: rowCount, features }
}

/** Trains on four rows of five; the rest says when to stop, and how good it is. */
async function measure({ grid, rows, features }, options) {
  const width = features.length / rows
  const columns = Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
  const description = { kind: 'undercomplete', space: { width, numericCount: width, columns, grid }, options }
  const cut = Math.floor(0.8 * rows)
  const all = Int32Array.from({ length: rows }, (_, i) => i)
  const { record } = await trainHere({
    autoencoder: description,
    data: { rows, features, training: all.subarray(0, cut), validation: all.subarray(cut) },
    options: { ...defaultTraining, steps, batchSize: 128, learningRate: 2e-3, evaluateEvery: steps / 10 },
  })
  const parameters = createAutoencoder(description).parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  )
  return { parameters, loss: Math.min(...record.points.map(({ validationLoss }) => validationLoss)) }
}

const sets = [rings(5000)]
if (positionals[0] !== undefined) sets.push(await digits(positionals[0]))

console.log('| images | layers | parameters | error on images not seen |\n|---|---|--:|--:|')
for (const set of sets) {
  for (const [name, options] of Object.entries(networks)) {
    const { parameters, loss } = await measure(set, options)
    console.log(`| ${set.name} | ${name} | ${parameters.toLocaleString('en')} | ${loss.toFixed(4)} |`)
  }
}
