/** Options of `denoise`: how much noise is removed, and where the image goes. */
import { InvalidArgumentError } from 'commander'
import { anyText, wholeNumber, type OptionTable, type OptionValues } from './option-table.js'
import { learningOptions } from './options.js'

/** How an image is denoised. */
export const denoisingOptions = {
  strength: {
    flags: '--strength <level>',
    help: 'noise to remove: its standard deviation, 0 to 100 of 255, or auto, which estimates it',
    parse: strengthOf,
    fallback: 'auto',
  },
  threads: { ...learningOptions.threads, help: 'threads of the engine', fallback: 'one for each core' },
} as const satisfies OptionTable

/** Where the image goes. */
export const denoisedOutput = {
  out: {
    flags: '-o, --out <file>',
    help: 'the clean image: .png, .jpg, .webp, .avif or .tiff (16 bits a channel are kept in .png and .tiff)',
    parse: anyText,
    required: true,
  },
  quality: {
    flags: '--quality <n>',
    help: 'of .jpg, .webp and .avif, 1 to 100',
    parse: wholeNumber(1, 100),
    fallback: '95; 90 for .avif',
  },
  overwrite: {
    flags: '--overwrite',
    help: 'replace the file of --out where there is one',
  },
} as const satisfies OptionTable

export type DenoisingOptions = OptionValues<typeof denoisingOptions & typeof denoisedOutput>

function strengthOf(text: string): number | 'auto' {
  if (text === 'auto') return 'auto'
  const value = text.trim() === '' ? NaN : Number(text)
  if (value >= 0 && value <= 100) return value
  throw new InvalidArgumentError('expected auto, or a number from 0 to 100')
}
