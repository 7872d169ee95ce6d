// Rate and distortion beside JPEG, WebP, AVIF and JPEG XL: curves, Bjøntegaard rates, and the seconds of both ways.
//
//   node bench/codec.mjs FOLDER [--every 1] [--effort 1] [--no-speed] [--json FILE]
//
// FOLDER holds images that the codec's model was not fitted to; every --every-th of them is taken. JPEG is libjpeg-turbo's
// 4:2:0 and mozjpeg, WebP has effort 6, AVIF sharp's defaults, JPEG XL (where @jsquash/jxl is installed) effort 7. Of each codec and setting the bits a pixel and the PSNR (over
// red, green and blue) or MS-SSIM are averaged over the images; a Bjøntegaard rate is the mean difference of log rates over
// the fidelities that both curves reach, between points by PCHIP. MS-SSIM is compared as −10 log₁₀(1 − MS-SSIM). Needs
// `npm run build`.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { Codec } from '../dist/compression/node.js'
import { bjontegaardRate, msSsim, psnr } from '../dist/compression/index.js'
import { readImage } from '../dist/data/index.js'
import { jpegXl } from './lib/jpeg-xl.mjs'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    every: { type: 'string', default: '1' },
    effort: { type: 'string', default: '1' },
    speed: { type: 'boolean', default: true },
    json: { type: 'string' },
  },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('usage: node bench/codec.mjs FOLDER [--every N] [--no-speed] [--json FILE]')
  process.exit(2)
}

const codec = await Codec.load()
const jxl = await jpegXl()
const lossy = (settings, encode) => ({
  settings,
  encode: (image, setting) => encode(sharpOf(image), setting).toBuffer(),
  decode: async (bytes) =>
    plain(await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })),
})
const codecs = {
  'JPEG 4:2:0': lossy([5, 10, 18, 30, 45, 60, 75, 85, 92], (image, quality) => image.jpeg({ quality })),
  mozjpeg: lossy([5, 10, 18, 30, 45, 60, 75, 85, 92], (image, quality) =>
    image.jpeg({ quality, mozjpeg: true }),
  ),
  WebP: lossy([1, 8, 20, 35, 50, 65, 80, 90, 96], (image, quality) => image.webp({ quality, effort: 6 })),
  AVIF: lossy([10, 20, 30, 40, 50, 60, 70, 80], (image, quality) => image.avif({ quality })),
  ...(jxl && { 'JPEG XL': { settings: [5, 15, 30, 45, 60, 75, 88, 95], ...jxl } }),
  Hourglass: {
    settings: [1, 15, 30, 45, 60, 72, 82, 90, 95],
    encode: async (image, quality) =>
      (await codec.compress(image, { goal: { quality }, effort: Number(given.effort) })).bytes,
    decode: async (bytes) => (await codec.decompress(new Uint8Array(bytes))).image,
  },
}

const files = readdirSync(folder)
  .filter((name) => /\.(png|jpe?g|webp|tiff?)$/i.test(name))
  .sort()
  .filter((_, i) => i % Number(given.every) === 0)
const curves = Object.fromEntries(
  Object.entries(codecs).map(([name, { settings }]) => [
    name,
    settings.map((setting) => ({
      setting,
      bpp: 0,
      psnr: 0,
      similarity: 0,
      encodeSeconds: 0,
      decodeSeconds: 0,
    })),
  ]),
)
let pixels = 0
for (const [i, file] of files.entries()) {
  const image = asColor(await readImage(join(folder, file)))
  pixels += image.width * image.height
  for (const [name, { encode, decode }] of Object.entries(codecs))
    for (const point of curves[name]) await measure(image, point, encode, decode)
  process.stderr.write(`\r${i + 1} of ${files.length} images`)
}
process.stderr.write('\n')
for (const points of Object.values(curves))
  for (const point of points) for (const key of ['bpp', 'psnr', 'similarity']) point[key] /= files.length
print()
if (given.json) writeFileSync(given.json, JSON.stringify({ folder, files, curves }, null, 1))
await codec.dispose()

async function measure(image, point, encode, decode) {
  const began = performance.now()
  const bytes = await encode(image, point.setting)
  const between = performance.now()
  const back = await decode(bytes)
  point.encodeSeconds += (between - began) / 1000
  point.decodeSeconds += (performance.now() - between) / 1000
  point.bpp += (8 * bytes.length) / (image.width * image.height)
  point.psnr += psnr(image, back)
  point.similarity += -10 * Math.log10(1 - (msSsim(image, back) ?? 0))
}

function print() {
  console.log(`${files.length} images of ${folder}\n`)
  for (const [name, points] of Object.entries(curves)) {
    console.log(name)
    for (const { setting, bpp, psnr: fidelity, similarity } of points)
      console.log(
        `  ${String(setting).padStart(3)}  ${bpp.toFixed(3)} bpp  ${fidelity.toFixed(2)} dB  MS-SSIM ${(1 - 10 ** (-similarity / 10)).toFixed(4)}`,
      )
  }
  console.log('\nBjøntegaard rate of Hourglass against each, %:   PSNR   MS-SSIM')
  for (const name of Object.keys(curves)) {
    if (name === 'Hourglass') continue
    const rate = (key) =>
      bjontegaardRate(
        curves[name].map((point) => [point.bpp, point[key]]),
        curves.Hourglass.map((point) => [point.bpp, point[key]]),
      ).toFixed(1)
    console.log(`  ${name.padEnd(12)} ${rate('psnr').padStart(30)} ${rate('similarity').padStart(9)}`)
  }
  if (!given.speed) return
  console.log('\nmegapixels a second, all settings together:  encode  decode')
  for (const [name, points] of Object.entries(curves)) {
    const speed = (key) => (points.length * pixels) / 1e6 / points.reduce((sum, point) => sum + point[key], 0)
    console.log(
      `  ${name.padEnd(12)} ${speed('encodeSeconds').toFixed(2).padStart(34)} ${speed('decodeSeconds').toFixed(2).padStart(8)}`,
    )
  }
}

function sharpOf({ width, height, data }) {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

function plain({ data, info }) {
  return { width: info.width, height: info.height, channels: 3, data }
}

/** Grey as three channels, alpha left out. */
function asColor(image) {
  const { width, height, channels, data } = image
  if (channels === 3) return image
  const colors = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => data[Math.floor(i / 3) * channels + (channels === 4 ? i % 3 : 0)],
  )
  return { ...image, channels: 3, data: colors }
}
