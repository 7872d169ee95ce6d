/** Options of `denoise`: what is taken for noise, how a network that learns the data itself does so, and where results go. */
import { InvalidArgumentError } from 'commander'
import {
  anyText,
  oneOf,
  splitOutsideQuotes,
  unquoted,
  wholeNumber,
  type OptionTable,
  type OptionValues,
} from './option-table.js'
import { learningOptions, readingOptions } from './options.js'

/** How anything is denoised. */
export const denoisingOptions = {
  strength: {
    flags: '--strength <level>',
    help:
      'standard deviation of the noise: of images 0 to 100 of 255; of tables one number, or one for each column, ' +
      'as "temperature=0.5,pressure=2", in the unit of the column; or auto, which estimates it',
    parse: strengthOf,
    fallback: 'auto',
  },
  seed: {
    flags: '--seed <n>',
    help: 'of --self and of tables: any whole number; same seed, data and threads give the same result',
    parse: wholeNumber(),
    fallback: '0',
  },
  steps: {
    flags: '--steps <n>',
    help: 'of --self and of tables: steps of the training, which are its time',
    parse: wholeNumber(1),
    fallback: '400 with --self, 800 for tables',
  },
  threads: { ...learningOptions.threads, help: 'threads of the engine', fallback: 'one for each core' },
} as const satisfies OptionTable

/** How images are denoised. */
export const imageDenoisingOptions = {
  self: {
    flags: '--self',
    help: 'learn from the noisy images alone, instead of the network that comes with hourglass',
  },
  reference: {
    flags: '--reference <path>',
    help: 'clean image, or folder of clean images of the same names, to measure the results by; never learnt from',
    parse: anyText,
  },
} as const satisfies OptionTable

const [orders, missings] = [['time', 'none'] as const, ['keep', 'fill'] as const]

/** How tables are denoised. */
export const tableDenoisingOptions = {
  order: {
    flags: '--order <order>',
    help: 'whether rows are steps of time, or in no order, so that only other columns tell of a cell',
    parse: oneOf(orders),
    choices: orders,
    fallback: 'time where neighbouring rows are alike',
  },
  group: {
    flags: '--group <column>',
    help: 'column that names the series a row belongs to, where several lie one behind the other',
    parse: anyText,
  },
  ignore: { ...readingOptions.ignore, help: 'columns to leave as they are, separated by commas' },
  missing: {
    flags: '--missing <choice>',
    help: 'whether missing cells of the columns that are denoised stay missing, or are filled',
    parse: oneOf(missings),
    choices: missings,
    fallback: 'keep',
  },
  delimiter: readingOptions.delimiter,
  encoding: readingOptions.encoding,
} as const satisfies OptionTable

/** Where results go. */
export const denoisedOutput = {
  out: {
    flags: '-o, --out <path>',
    help:
      'file for one image (.png, .jpg, .webp, .avif, .tiff; 16 bits a channel are kept in .png and .tiff), folder for ' +
      'several; file for a table (.csv, .parquet, .jsonl), or - for standard output',
    parse: anyText,
    required: true,
  },
  quality: {
    flags: '--quality <n>',
    help: 'of .jpg, .webp and .avif, 1 to 100',
    parse: wholeNumber(1, 100),
    fallback: '95; 90 for .avif',
  },
  compare: {
    flags: '--compare <file>',
    help: 'page with a slider between before and after, and with what was taken away (.html; of images)',
    parse: anyText,
  },
  overwrite: {
    flags: '--overwrite',
    help: 'replace files that exist; without it those of several images are left as they are, and taken as done',
  },
} as const satisfies OptionTable

export type DenoisingOptions = OptionValues<
  typeof denoisingOptions &
    typeof imageDenoisingOptions &
    typeof tableDenoisingOptions &
    typeof denoisedOutput
>

/** What `--strength` says. */
export type Strength = number | 'auto' | Readonly<Record<string, number>>

function strengthOf(text: string): Strength {
  if (text === 'auto') return 'auto'
  if (!text.includes('=')) return numberOf(text)
  const pairs = splitOutsideQuotes(text).map((item) => {
    const at = item.lastIndexOf('=')
    return [unquoted(item.slice(0, at).trim()), numberOf(item.slice(at + 1))] as const
  })
  return Object.fromEntries(pairs)
}

function numberOf(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (value >= 0 && value < Infinity) return value
  throw new InvalidArgumentError('expected auto, a number of at least 0, or NAME=NUMBER,…')
}
