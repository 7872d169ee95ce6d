// Makes the codec's model from a folder of photographs: some minutes, no randomness.
//
//   node scripts/fit-codec.mjs FOLDER [--crops 2] [--side 512] [--threads 0] [--out assets/codec.bin]
//
// Of every photograph --crops squares of --side pixels are taken, evenly along its diagonal. Needs `npm run build`.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { codecModelToBytes, codecModelFromBytes, fitCodec } from '../dist/compression/index.js'
import { loadCoderCode } from '../dist/compression/node.js'
import { imageFormatOf, readImage } from '../dist/data/index.js'
import { nodeEngine } from '../dist/engine/node.js'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    crops: { type: 'string', default: '2' },
    side: { type: 'string', default: '512' },
    threads: { type: 'string', default: '0' },
    out: { type: 'string', default: 'assets/codec.bin' },
  },
})
const [folder] = positionals
const [cropsOfEach, side, threads] = [options.crops, options.side, options.threads].map(Number)
if (folder === undefined) {
  console.error(
    'usage: node scripts/fit-codec.mjs FOLDER [--crops N] [--side PIXELS] [--threads N] [--out FILE]',
  )
  process.exit(2)
}

const crops = []
for (const name of readdirSync(folder).sort()) {
  if (imageFormatOf(name) === undefined) continue
  const image = await readImage(join(folder, name))
  if (image.channels !== 3 || Math.min(image.width, image.height) < side) continue
  for (let i = 0; i < cropsOfEach; i++) crops.push(cropOf(image, (i + 0.5) / cropsOfEach))
}
let said = 0
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
const model = await fitCodec(crops, {
  engine: nodeEngine,
  code: loadCoderCode(),
  threads: threads || availableParallelism(),
  signal: stop.signal,
  onProgress: ({ phase, fraction = 0, detail }) => {
    if (Date.now() - said < 5000) return
    said = Date.now()
    console.error(`${phase}: ${Math.round(100 * fraction)} %, ${detail ?? ''}`)
  },
})
const bytes = codecModelToBytes(model)
mkdirSync(dirname(options.out), { recursive: true })
writeFileSync(options.out, bytes)
const { id } = await codecModelFromBytes(bytes)
console.log(`${options.out}: ${bytes.length} bytes from ${crops.length} crops, model ${id}`)

/** A square of the image, somewhere along its diagonal. */
function cropOf({ width, height, data }, along) {
  const [left, top] = [width - side, height - side].map((room) => Math.floor(room * along))
  const crop = new Uint8Array(side * side * 3)
  for (let y = 0; y < side; y++) {
    const start = ((top + y) * width + left) * 3
    crop.set(data.subarray(start, start + side * 3), y * side * 3)
  }
  return { width: side, height: side, channels: 3, data: crop }
}
