// Memory of `hourglass compress` and `decompress` on images of 100 megapixels, square, wide and with transparency, and on a
// line of a million pixels. The texture is noise of several scales in one part, laid side by side. Linux; takes minutes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { texture } from './lib/texture.mjs'
import { formatSeconds } from './lib/timing.mjs'
import { watched } from './lib/watched.mjs'

export const title = 'Memory of images'

const mostGiB = 1
const side = 1000

/** Rows of the table; `quick` takes a tenth of the pixels; `only` takes names of images. */
export async function run({ quick, only, say }) {
  const [long, short] = quick ? [3200, 1000] : [10_000, 3000]
  const images = {
    square: { width: long, height: long, ending: 'jpg' },
    wide: { width: Math.round((long * long) / short), height: short, ending: 'jpg' },
    clear: { width: long, height: long, ending: 'png', alpha: true },
    line: { width: 1, height: quick ? 100_000 : 1_000_000, ending: 'png' },
  }
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-bench-'))
  const rows = []
  try {
    for (const [name, image] of Object.entries(images)) {
      if (only !== undefined && !only.includes(name)) continue
      const file = join(folder, `${name}.${image.ending}`)
      say(`memory: writing ${image.width} × ${image.height} pixels`)
      await writePicture(file, image)
      const [small, back] = [join(folder, `${name}.hgl`), join(folder, `${name}.back.png`)]
      rows.push(await row('compress', name, image, ['compress', file, '-o', small], say))
      rows.push(await row('decompress', name, image, ['decompress', small, '-o', back], say))
      const { width, height } = await sharp(back, { limitInputPixels: false }).metadata()
      if (width !== image.width || height !== image.height)
        throw new Error(`${name} came back as ${width} × ${height}`)
    }
    return rows
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function row(command, name, { width, height }, words, say) {
  const { peakGiB, seconds } = await watched(words)
  const megapixels = ((width * height) / 1e6).toFixed(0)
  const ours = `${peakGiB.toFixed(2)} GiB, ${formatSeconds(seconds)}`
  say(`memory: ${command} ${name}: ${ours}`)
  return {
    what: `${command}, ${name}, ${width} × ${height} (${megapixels} megapixels)`,
    ours,
    peer: `at most ${mostGiB} GiB`,
    ratio: mostGiB / peakGiB,
    wanted: 1,
  }
}

async function writePicture(file, { width, height, ending, alpha = false }) {
  const channels = alpha ? 4 : 3
  const tile = await texture(Math.min(side, width), Math.min(side, height), channels)
  const background = { r: 0, g: 0, b: 0, alpha: alpha ? 0 : 1 }
  const picture = sharp({
    create: { width, height, channels, background },
    limitInputPixels: false,
  }).composite([{ input: tile, tile: true, gravity: 'northwest' }])
  await (ending === 'png' ? picture.png({ compressionLevel: 3 }) : picture.jpeg({ quality: 92 })).toFile(file)
}
