// Makes the codec's model that is shipped, from a folder of photographs:
//
//   npm run build && node scripts/train-codec.mjs FOLDER [--seed 0] [--out assets/codec.bin] [--state .codec-training]
//     [--threads 2] [--restoration 0]
//
// Ctrl-C stops it with its state saved; the same command goes on from there, bit for bit.
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { exitCodeOf, messageOf } from '../dist/base/index.js'
import { writeFileAtomic } from '../dist/base/node.js'
import { progressLine } from '../dist/cli/progress-line.js'
import { readPictures, trainCodec } from '../dist/compression/node.js'
import { imageFormatOf } from '../dist/data/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '0' },
    out: { type: 'string', default: 'assets/codec.bin' },
    state: { type: 'string', default: '.codec-training' },
    threads: { type: 'string', default: String(availableParallelism()) },
    restoration: { type: 'string', default: '0' },
  },
})
const [folder] = positionals
if (folder === undefined || positionals.length > 1) {
  console.error('usage: node scripts/train-codec.mjs FOLDER [--seed N] [--out FILE] …')
  process.exit(2)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
const line = progressLine({
  isTerminal: process.stderr.isTTY === true,
  columns: process.stderr.columns ?? 100,
  write: (text) => process.stderr.write(text),
})
const work = { signal: stop.signal, onProgress: line.onProgress }
const seed = Number(values.seed)
try {
  const files = readdirSync(folder).filter((name) => imageFormatOf(name) !== undefined)
  const { parts } = await readPictures(
    files.sort().map((name) => join(folder, name)),
    { seed, ...work },
  )
  const model = await trainCodec({
    pictures: parts,
    state: values.state,
    seed,
    threads: Number(values.threads),
    restorationSteps: Number(values.restoration),
    ...work,
  })
  await writeFileAtomic(values.out, model.file)
  line.clear()
  console.log(
    `${values.out} written: ${model.file.length} bytes, model ${model.id}, from ${parts.length} pictures`,
  )
} catch (error) {
  line.clear()
  console.error(messageOf(error))
  process.exitCode = exitCodeOf(error)
}
