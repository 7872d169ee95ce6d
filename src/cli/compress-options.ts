/** Options of `compress`, `decompress` and `train-codec`: what a file is to meet, and where files go. */
import { InvalidArgumentError } from 'commander'
import { anyText, numberBetween, wholeNumber, type OptionTable, type OptionValues } from './option-table.js'
import { learningOptions } from './options.js'

const codingThreads = { ...learningOptions.threads, fallback: 'one for each core' } as const

/** What a compressed image is to meet. */
export const goalOptions = {
  quality: {
    flags: '--quality <n>',
    help: 'from 1 to 100, about as the numbers of JPEG look',
    parse: wholeNumber(1, 100),
    fallback: '75',
  },
  bpp: {
    flags: '--bpp <bits>',
    help: 'instead: bits for each pixel at most',
    parse: numberBetween(0, 64),
  },
  psnr: {
    flags: '--psnr <decibels>',
    help: 'instead: peak signal-to-noise ratio at least',
    parse: numberBetween(0, 100),
  },
  size: {
    flags: '--size <bytes>',
    help: 'instead: bytes of a file at most, as 20000, 20k or 1.5M',
    parse: bytesOf,
  },
  effort: {
    flags: '--effort <n>',
    help: 'from 0 to 10: times that values are chosen anew for what the decoder makes of them, in images of up to 16 megapixels',
    parse: wholeNumber(0, 10),
    fallback: '1',
  },
  codec: {
    flags: '--codec <file>',
    help: 'codec of hourglass train-codec (.hgcodec); images can be read where it lies beside them',
    parse: anyText,
    fallback: 'the one that is shipped',
  },
  embed: {
    flags: '--embed',
    help: 'put the codec into every file, so that it can be read without it',
  },
  threads: codingThreads,
} as const satisfies OptionTable

const overwrite = {
  flags: '--overwrite',
  help: 'replace files that exist; without it those of several images are left as they are, and taken as done',
} as const

/** Where compressed images go. */
export const compressedOutput = {
  out: {
    flags: '-o, --out <path>',
    help: 'file for one image (.hgl), folder for several',
    parse: anyText,
    fallback: 'beside each image, ending in .hgl',
  },
  compare: {
    flags: '--compare <file>',
    help: 'page with a slider between before and after (.html)',
    parse: anyText,
  },
  overwrite,
} as const satisfies OptionTable

/** Where decompressed images go. */
export const decompressedOutput = {
  out: {
    flags: '-o, --out <path>',
    help: 'file for one image (.png, .jpg, .webp, .avif, .tiff), folder for several',
    parse: anyText,
    fallback: 'beside each file, ending in .png',
  },
  format: {
    flags: '--format <name>',
    help: 'of images whose name does not say it',
    parse: anyText,
    choices: ['png', 'jpeg', 'webp', 'avif', 'tiff'],
    fallback: 'png',
  },
  overwrite,
} as const satisfies OptionTable

/** What images are decompressed with. */
export const decompressingOptions = {
  codec: {
    flags: '--codec <file>',
    help: 'codec of hourglass train-codec, for images that do not carry theirs and have it not beside them (.hgcodec)',
    parse: anyText,
  },
  threads: codingThreads,
} as const satisfies OptionTable

/** How a codec is learned. */
export const trainCodecOptions = {
  heldOut: {
    flags: '--held-out <share>',
    help: 'share of the images kept apart, to compare the codec with the shipped one on; 0 compares nothing',
    parse: numberBetween(0, 0.9),
    fallback: '0.2',
  },
  restoration: {
    flags: '--restoration <steps>',
    help: 'steps that a network is trained for which restores what was decoded: some thousand, minutes each; slower to read',
    parse: wholeNumber(0, 1_000_000),
    fallback: '0: none',
  },
  seed: learningOptions.seed,
  threads: { ...learningOptions.threads, fallback: '1' },
} as const satisfies OptionTable

/** Where a codec goes. */
export const codecOutput = {
  out: {
    flags: '-o, --out <file>',
    help: 'file of the codec (.hgcodec)',
    parse: anyText,
    required: true,
  },
  overwrite: { flags: '--overwrite', help: 'replace a file that exists' },
} as const satisfies OptionTable

export type CompressingOptions = OptionValues<typeof goalOptions & typeof compressedOutput>
export type DecompressingOptions = OptionValues<typeof decompressingOptions & typeof decompressedOutput>
export type TrainingCodecOptions = OptionValues<typeof trainCodecOptions & typeof codecOutput>

function bytesOf(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([kM]?)B?$/.exec(text.trim()) ?? []
  const bytes = Number(digits) * (unit === 'k' ? 1e3 : unit === 'M' ? 1e6 : 1)
  if (bytes >= 1) return Math.floor(bytes)
  throw new InvalidArgumentError('expected bytes, as 20000, 20k or 1.5M')
}
