/** The command line of `train` that makes a fit again: what `tune` hands over. */
import type { LearningOptions } from '../learning/index.js'
import { commandLine } from './io.js'
import type { ReadingOptions } from './options.js'

/** What the command is made of. */
export interface TrainCommand {
  /** What a person types to run this program. */
  readonly program: string
  readonly data: string
  readonly reading: ReadingOptions
  /** Options of the fit; how columns are read comes from `reading`. */
  readonly fit: LearningOptions
  readonly falseAlarms?: number | undefined
  /** Threads that the fit ran on: the same count gives the same model, bit for bit. */
  readonly threads?: number | undefined
  readonly model: string
}

/** Options of a fit that have a flag, in the order in which they are written. */
const flags = [
  ['latent', '--latent'],
  ['hidden', '--hidden'],
  ['learningRate', '--learning-rate'],
  ['batchSize', '--batch-size'],
  ['weightDecay', '--weight-decay'],
  ['epochs', '--epochs'],
  ['seed', '--seed'],
] as const

/** The command, quoted for a shell. */
export function trainCommandLine({
  program,
  data,
  reading,
  fit,
  falseAlarms,
  threads,
  model,
}: TrainCommand): string {
  const words = flags.flatMap(([name, flag]) => (fit[name] === undefined ? [] : [flag, textOf(fit[name])]))
  const set = Object.entries(fit.options ?? {}).flatMap(([name, value]) => [
    '--set',
    `${name}=${textOf(value)}`,
  ])
  const args = [
    ...['train', data, ...readingWords(reading), '--kind', fit.kind ?? 'denoising', ...words, ...set],
    ...(falseAlarms === undefined ? [] : ['--false-alarms', String(falseAlarms)]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...['--model', model],
  ]
  return commandLine({ program, args })
}

/** The options of reading as they could be typed again. */
function readingWords({
  label,
  ignore,
  columns,
  delimiter,
  encoding,
  image,
  window,
}: ReadingOptions): readonly string[] {
  const word = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [flag, value]
  return [
    ...word('--label', label),
    ...word('--ignore', ignore?.map(nameText).join(',')),
    ...word(
      '--columns',
      columns &&
        Object.entries(columns)
          .map(([name, kind]) => `${nameText(name)}=${kind}`)
          .join(','),
    ),
    ...word('--delimiter', delimiter === '\t' ? 'tab' : delimiter),
    ...word('--encoding', encoding),
    ...word(
      '--image',
      image?.kind === 'image' ? [image.height, image.width, image.channels].join('x') : undefined,
    ),
    ...word('--window', window === undefined ? undefined : String(window)),
  ]
}

/** A name with double quotes around it where it holds a comma, an equals sign or quotes. */
const nameText = (name: string): string => (/[",=]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value))
