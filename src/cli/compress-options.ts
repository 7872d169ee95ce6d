/** Options of `compress` and `decompress`: what a file is to meet, and where files go. */
import { InvalidArgumentError } from 'commander'
import { anyText, numberBetween, wholeNumber, type OptionTable, type OptionValues } from './option-table.js'
import { learningOptions } from './options.js'

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
  threads: learningOptions.threads,
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

/** Threads alone. */
export const threadOption = { threads: learningOptions.threads } as const satisfies OptionTable

export type CompressingOptions = OptionValues<typeof goalOptions & typeof compressedOutput>
export type DecompressingOptions = OptionValues<typeof threadOption & typeof decompressedOutput>

function bytesOf(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([kM]?)B?$/.exec(text.trim()) ?? []
  const bytes = Number(digits) * (unit === 'k' ? 1e3 : unit === 'M' ? 1e6 : 1)
  if (bytes >= 1) return Math.floor(bytes)
  throw new InvalidArgumentError('expected bytes, as 20000, 20k or 1.5M')
}
