// Makes the codec's model that is shipped, from a folder of photographs:
//
//   npm run build && node scripts/train-codec.mjs FOLDER [--seed 0] [--steps 20000] [--out assets/codec.bin]
//     [--state .codec-training] [--threads 2] [--export]
//
// Ctrl-C stops it with its state saved; the same command goes on from there, bit for bit. --export writes the model from the
// checkpoint as it is.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { exitCodeOf, messageOf } from '../dist/base/index.js'
import { progressLine } from '../dist/cli/progress-line.js'
import { trainCodec } from '../dist/compression/train-node.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '0' },
    steps: { type: 'string', default: '20000' },
    out: { type: 'string', default: 'assets/codec.bin' },
    state: { type: 'string', default: '.codec-training' },
    threads: { type: 'string', default: String(availableParallelism()) },
    export: { type: 'boolean', default: false },
  },
})
const [folder] = positionals
if (folder === undefined || positionals.length > 1) {
  console.error('usage: node scripts/train-codec.mjs FOLDER [--seed N] [--steps N] [--out FILE] …')
  process.exit(2)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
const line = progressLine({
  isTerminal: process.stderr.isTTY === true,
  columns: process.stderr.columns ?? 100,
  write: (text) => process.stderr.write(text),
})
try {
  const { id, bytes } = await trainCodec({
    folder,
    state: values.state,
    out: values.out,
    seed: Number(values.seed),
    steps: Number(values.steps),
    threads: Number(values.threads),
    exportOnly: values.export,
    signal: stop.signal,
    onProgress: line.onProgress,
  })
  line.clear()
  console.log(`${values.out} written: ${bytes.length} bytes, model ${id}`)
} catch (error) {
  line.clear()
  console.error(messageOf(error))
  process.exitCode = exitCodeOf(error)
}
