// Speed of compress and decompress beside JPEG, WebP and AVIF as sharp has them: megapixels a second on all cores, and
// on each core that was busy, which says more where others use the machine. --data names a folder of photographs; without
// it one is made up of noise. Each codec at its default quality and effort (WebP also at effort 6, the best), raw pixels in
// and raw pixels out. That Hourglass gives back the image is checked first, and that one thread writes the same file.
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { Codec } from '../dist/compression/node.js'
import { psnr } from '../dist/compression/index.js'
import { texture } from './lib/texture.mjs'

export const title = 'Speed of images'

const [width, height] = [2048, 1536]
const megapixels = (width * height) / 1e6
/** Megapixels a second that are wanted of each way. */
const wanted = { compress: 1.5, decompress: 3 }

/** Rows of the table; `quick` takes one image once, `data` a folder of photographs. */
export async function run({ quick, data, say }) {
  const images = await picturesOf(data, quick ? 1 : 2)
  const codec = await Codec.load()
  const codecs = {
    Hourglass: {
      compress: async (image) => (await codec.compress(image)).bytes,
      decompress: async (bytes) => (await codec.decompress(new Uint8Array(bytes))).image,
    },
    JPEG: withSharp((image) => image.jpeg()),
    WebP: withSharp((image) => image.webp()),
    'WebP, effort 6': withSharp((image) => image.webp({ effort: 6 })),
    AVIF: withSharp((image) => image.avif()),
  }
  await check(codec, images[0])
  const best = Object.fromEntries(Object.keys(codecs).map((name) => [name, { compress: [], decompress: [] }]))
  for (let round = 0; round < (quick ? 1 : 3); round++)
    for (const [name, ways] of Object.entries(codecs))
      for (const image of images) {
        const [bytes, compressed] = await timed(() => ways.compress(image))
        const [, decompressed] = await timed(() => ways.decompress(bytes))
        best[name].compress.push(compressed)
        best[name].decompress.push(decompressed)
        say(`images: round ${round + 1}, ${name}: ${bytes.length} bytes`)
      }
  await codec.dispose()
  return ['compress', 'decompress'].flatMap((way) =>
    Object.keys(codecs).map((name) => row(way, name, best[name][way])),
  )
}

function row(way, name, times) {
  const rate = (key) => megapixels / Math.min(...times.map((time) => time[key]))
  const ours = `${rate('wall').toFixed(2)} Mpx/s, ${rate('busy').toFixed(2)} for each busy core`
  const what = `${way}, ${name}`
  if (name !== 'Hourglass') return { what, ours: '', peer: ours }
  const goal = `${wanted[way]} Mpx/s on ${availableParallelism()} cores`
  return { what, ours, peer: goal, ratio: rate('wall') / wanted[way], wanted: 1 }
}

async function timed(work) {
  const before = process.cpuUsage()
  const began = performance.now()
  const result = await work()
  const wall = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  return [result, { wall, busy: (user + system) / 1e6 }]
}

const withSharp = (inFormat) => ({
  compress: ({ data }) => inFormat(sharp(data, { raw: { width, height, channels: 3 } })).toBuffer(),
  decompress: (bytes) => sharp(bytes).raw().toBuffer(),
})

async function check(codec, image) {
  const { bytes } = await codec.compress(image)
  const alone = await Codec.load(undefined, { threads: 1 })
  const same = (await alone.compress(image)).bytes
  await alone.dispose()
  if (Buffer.compare(bytes, same) !== 0) throw new Error('one thread writes another file')
  const fidelity = psnr(image, (await codec.decompress(new Uint8Array(bytes))).image)
  if (!(fidelity > 28)) throw new Error(`an image came back with ${fidelity} dB`)
}

async function picturesOf(folder, count) {
  const files =
    folder === undefined ? [] : readdirSync(folder).filter((name) => /\.(png|jpe?g|webp)$/i.test(name))
  const sources =
    files.length > 0
      ? files.slice(0, count).map((name) => sharp(join(folder, name)))
      : [sharp(await texture(width, height, 3))]
  return Promise.all(
    sources.map(async (source) => ({
      ...{ width, height, channels: 3, bitDepth: 8, orientation: 1 },
      data: await source.resize({ width, height, fit: 'cover' }).removeAlpha().raw().toBuffer(),
    })),
  )
}
