/**
 * Files that were altered end in an image or in an error of the catalogue, soon, and within the memory of the image that
 * they say they are. HOURGLASS_MUTATIONS is how many are tried (300); every one has its own seed.
 */
import { describe, expect, it } from 'vitest'
import { HourglassError, randomFor } from '../src/base/index.js'
import { codecModelToBytes, readStream, writeStream } from '../src/compression/index.js'
import { Codec, codecShelf, readCodecModel } from '../src/compression/node.js'
import { encodeImage } from '../src/data/index.js'
import { codecSample } from './support/codec-pictures.js'
import { mutated } from './support/codec-mutations.js'

const count = Number(process.env['HOURGLASS_MUTATIONS'] ?? 300)

const codec = await Codec.load(undefined, { threads: 1 })
const carried = [
  {},
  { icc: Uint8Array.of(1, 2, 3) },
  { exif: Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0, 0, 0) },
]
const files = await Promise.all(
  [0, 1, 2, 3, 4, 6, 7, 11].map(async (number) => {
    const { image, quality } = await codecSample(number)
    const { bytes } = await codec.compress({ ...image, ...carried[number % 3] }, { goal: { quality } })
    return new Uint8Array(bytes)
  }),
)

describe(`${count} altered files`, () => {
  it('end in an image or in an error that says what is wrong', { timeout: 7_200_000 }, async () => {
    const outcomes: Record<string, number> = {}
    let slowest = 0
    for (let number = 0; number < count; number++) {
      const random = randomFor(number, 'altered files')
      const pick = () => files[random.below(files.length)]!
      const file = mutated(pick(), pick(), random)
      const began = performance.now()
      let outcome = 'image'
      try {
        const { image } = await codec.decompress(file)
        if (image.icc ?? image.exif) await encodeImage(image, 'png')
      } catch (error) {
        outcome = error instanceof HourglassError ? error.code : String(error)
        expect(outcome, `file ${number}: ${String(error)}`).toMatch(
          /^HG_(STREAM_CORRUPT|CODEC_UNKNOWN|TABLE_TOO_LARGE)$/,
        )
      }
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      slowest = Math.max(slowest, performance.now() - began)
    }
    if (count > 300) {
      const memory = `largest resident size ${process.resourceUsage().maxRSS >> 10} MiB`
      console.log(outcomes, `slowest ${(slowest / 1000).toFixed(1)} s, ${memory}`)
    }
    for (const outcome of ['image', 'HG_STREAM_CORRUPT'])
      expect(outcomes[outcome]).toBeGreaterThan(count / 20)
  })
})

describe('files that carry a model of anybody’s making', () => {
  const shelf = codecShelf({ threads: 1 })
  const read = async (model: Uint8Array<ArrayBuffer>, id?: string): Promise<string> => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', model))
    const own = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const { header, body } = await readStream(files[1]!)
    const file = new Uint8Array(await writeStream({ ...header, modelId: id ?? own }, { ...body, model }))
    try {
      await (await shelf.forImage(file, 'somewhere.hgl')).decompress(file)
      return 'image'
    } catch (error) {
      return error instanceof HourglassError ? error.code : String(error)
    }
  }

  it('end in an image whatever its numbers are', async () => {
    const shipped = await readCodecModel()
    for (let number = 0; number < 12; number++) {
      const random = randomFor(number, 'models')
      const any = <T extends Uint8Array | Uint16Array | Int16Array | Int32Array | Uint32Array>(
        numbers: T,
      ): T => numbers.map(() => random.below(2 ** 31) * (random.below(2) ? 1 : -1)) as T
      const { tables, counters, mixtures } = shipped.entropy
      const entropy = {
        ...shipped.entropy,
        counters: any(counters),
        mixtures: any(mixtures),
        tables: {
          squash: any(tables.squash),
          stretch: any(tables.stretch),
          share: any(tables.share),
          levels: any(tables.levels),
        },
      }
      expect(await read(codecModelToBytes({ ...shipped, entropy }))).toBe('image')
    }
  })

  it('say so when it is altered, or another than they name', async () => {
    const { file, id } = await readCodecModel()
    expect(await read(new Uint8Array(file), id)).toBe('image')
    for (let number = 0; number < 40; number++) {
      const random = randomFor(number, 'altered models')
      const altered = new Uint8Array(file)
      altered[random.below(altered.length)]! ^= 1 << random.below(8)
      expect(await read(altered, id)).toMatch(/^HG_(STREAM|MODEL)_CORRUPT$/)
      expect(await read(altered)).toMatch(/^(image|HG_MODEL_CORRUPT)$/)
    }
  })
})
