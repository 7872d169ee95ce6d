/** Options of `tune`: what is searched, how long, and where the study is kept. The others are in options.ts. */
import { InvalidArgumentError } from 'commander'
import type { Budget } from '../advice/index.js'
import { kinds } from './kind-names.js'
import { anyText, oneOf, wholeNumber, type OptionTable, type OptionValues } from './option-table.js'
import { learningOptions, modelOutput, readingOptions, reportOutput } from './options.js'

/** Spelled out so that help need not load the searches; a test keeps them equal to src/advice. */
export const tuneMetrics = ['planted', 'plantedPrecision', 'hiddenCells', 'reconstruction'] as const

const { seed, falseAlarms, epochs } = learningOptions

/** How `tune` searches. */
export const searchOptions = {
  budget: {
    flags: '--budget <amount>',
    help: 'how long to search, such as 90s, 10m or 2h, or how many trials, such as "50 trials"',
    parse: searchBudget,
    fallback: '10m',
  },
  metric: {
    flags: '--metric <name>',
    help: 'what trials are compared by, on rows held out: planted anomalies, by AUROC or precision; the likelihood of hidden cells, or of reconstructed ones',
    parse: oneOf(tuneMetrics),
    choices: tuneMetrics,
    fallback: 'planted',
  },
  kind: {
    flags: '--kind <kinds>',
    help: 'kinds of autoencoder to try, separated by commas',
    parse: (text: string) => text.split(',').map((word) => oneOf(kinds)(word.trim())),
    fallback: 'by the data',
  },
  epochs: { ...epochs, help: 'most passes over the training rows of a full training' },
  workers: {
    flags: '--workers <n>',
    help: 'trials side by side, each on one thread',
    parse: wholeNumber(1, 1024),
    fallback: 'one for each core',
  },
  seed,
  falseAlarms,
} as const satisfies OptionTable

/** Where a search is kept. */
export const studyOptions = {
  study: {
    flags: '--study <file>',
    help: 'keep the study in this file, so that a search that is stopped or killed can go on',
    parse: anyText,
  },
  resume: { flags: '--resume', help: 'go on with the study of that file' },
} as const satisfies OptionTable

/** Options of `tune`. */
export type TuneOptions = OptionValues<typeof readingOptions> &
  OptionValues<typeof searchOptions & typeof studyOptions & typeof modelOutput & typeof reportOutput>

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** `10m`, `1.5h`, `90 s`, `50 trials`. */
function searchBudget(text: string): Budget {
  const words = text.trim().toLowerCase()
  const [, trials] = /^(\d+)\s*trials?$/.exec(words) ?? []
  if (trials !== undefined && Number(trials) >= 1) return { trials: Number(trials) }
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(s|m|h)(?:ec|ours?|in|inutes?|econds?|r)?$/.exec(words) ?? []
  if (amount !== undefined && Number(amount) > 0) return { seconds: Number(amount) * seconds[unit!]! }
  throw new InvalidArgumentError(
    'expected a time such as 90s, 10m or 2h, or a number of trials such as "50 trials"',
  )
}
