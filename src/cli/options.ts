/**
 * Every option of the command line, in four tables: how data is read, how a model learns, what comes out, what is
 * shown. program.ts says which command has which; what the values mean to the library is decided in learning.ts.
 */
import { InvalidArgumentError } from 'commander'
import { difficulties, parseImageGrid } from '../base/index.js'
import type { ColumnOverrides } from '../data/index.js'
import { kinds } from './kind-names.js'
import {
  anyText,
  columnNames,
  numberBetween,
  oneOf,
  splitOutsideQuotes,
  unquoted,
  wholeNumber,
  widths,
  type OptionTable,
  type OptionValues,
} from './option-table.js'

const scalings = ['own', 'shared', 'range', 'none'] as const
const columnKinds = ['numeric', 'boolean', 'categorical', 'datetime', 'ignore'] as const

/** How data is read. */
export const readingOptions = {
  label: {
    flags: '--label <column>',
    help: '0/1 column (1: anomaly) for evaluation only, never for training',
    parse: anyText,
    fallback: 'y of an .npz file, else none',
  },
  ignore: {
    flags: '--ignore <columns>',
    help: 'columns to leave out, separated by commas (quote a name that holds one: \'"a,b",c\')',
    parse: columnNames,
  },
  columns: {
    flags: '--columns <kinds>',
    help: `how to read columns, such as "Age=categorical,Zip=ignore"; kinds: ${columnKinds.join(', ')}`,
    parse: columnOverrides,
    fallback: 'decided by the values',
  },
  delimiter: {
    flags: '--delimiter <text>',
    help: 'what separates the cells of a text table: one character, or tab',
    parse: delimiter,
    fallback: 'found by itself',
  },
  encoding: {
    flags: '--encoding <name>',
    help: 'text encoding of the input, such as latin1 or utf-16',
    parse: anyText,
    fallback: 'utf-8',
  },
  image: {
    flags: '--image <size>',
    help: 'rows are images: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS, pixels in the order of the columns, channels together',
    parse: (text: string) => parseImageGrid(text),
    fallback: 'as the file says',
  },
  window: {
    flags: '--window <steps>',
    help: 'rows are time steps in order: learn from windows of so many, each scored by the window that it ends',
    parse: wholeNumber(2),
  },
} as const satisfies OptionTable

/** How a model learns. */
export const learningOptions = {
  kind: {
    flags: '--kind <kind>',
    help: 'kind of autoencoder',
    parse: oneOf(kinds),
    choices: kinds,
    fallback: 'denoising',
  },
  set: {
    flags: '--set <name=value>',
    help: 'an option of the kind, such as beta=4; `hourglass kinds KIND` lists them (repeat for more)',
    parse: kindOption,
  },
  scaling: {
    flags: '--scaling <choice>',
    help: 'how numbers are scaled: own (each column), shared (all alike), range (0 to 1), none',
    parse: oneOf(scalings),
    choices: scalings,
    fallback: 'as the kind needs it',
  },
  falseAlarms: {
    flags: '--false-alarms <rate>',
    help: 'share of normal rows that may be flagged, above 0 and below 1',
    parse: numberBetween(0, 1),
    fallback: '0.01',
  },
  seed: {
    flags: '--seed <n>',
    help: 'any whole number; same seed, data and threads give the same model',
    parse: wholeNumber(),
    fallback: '0',
  },
  latent: {
    flags: '--latent <n>',
    help: 'width of the code',
    parse: wholeNumber(1),
    fallback: 'by the columns',
  },
  hidden: {
    flags: '--hidden <widths>',
    help: 'widths between input and code, such as 64,32; the decoder mirrors them',
    parse: widths,
    fallback: 'by the columns',
  },
  epochs: {
    flags: '--epochs <n>',
    help: 'most passes over the training rows; training may stop earlier by itself',
    parse: wholeNumber(1),
    fallback: 'by the rows',
  },
  batchSize: {
    flags: '--batch-size <n>',
    help: 'rows in a training step',
    parse: wholeNumber(1),
    fallback: '256',
  },
  learningRate: {
    flags: '--learning-rate <x>',
    help: 'peak learning rate',
    parse: numberBetween(0, Infinity),
    fallback: '0.002',
  },
  weightDecay: {
    flags: '--weight-decay <x>',
    help: 'how strongly weights are drawn towards zero',
    parse: numberBetween(0, Infinity, true),
    fallback: '0.0001',
  },
  pretrainSteps: {
    flags: '--pretrain-steps <n>',
    help: 'steps of layer-by-layer pretraining for each layer of a dense network',
    parse: wholeNumber(0),
    fallback: '0',
  },
  calibrationShare: {
    flags: '--calibration-share <x>',
    help: 'share of rows held out to calibrate the threshold, 0.05 to 0.5',
    parse: calibrationShare,
    fallback: '0.2',
  },
  threads: {
    flags: '--threads <n>',
    help: 'threads of the engine',
    parse: wholeNumber(1, 1024),
    fallback: 'measured',
  },
  resume: { flags: '--resume', help: 'go on from the checkpoint of a training that was stopped' },
} as const satisfies OptionTable

/** Where `detect` finds rows to learn from. */
export const trainOption = {
  train: {
    flags: '--train <normals>',
    help: 'file of rows known to be normal, to learn from (- for standard input)',
    parse: anyText,
    fallback: 'DATA itself',
  },
} as const satisfies OptionTable

/** A model to write, if asked. */
export const modelOutput = {
  model: {
    flags: '--model <file>',
    help: 'write the model here, as .onnx (- for standard output)',
    parse: anyText,
  },
} as const satisfies OptionTable

/** A model that must be written. */
export const requiredModelOutput = {
  model: { ...modelOutput.model, required: true },
} as const satisfies OptionTable

/** A model that must be there. */
export const modelInput = {
  model: { flags: '--model <file>', help: 'model to score with (.onnx)', parse: anyText, required: true },
} as const satisfies OptionTable

/** Scores of every row, and how many are shown. */
export const scoresOutput = {
  out: {
    flags: '--out <file>',
    help: 'write the score of every row here: .csv, .parquet or .jsonl (- for CSV on standard output)',
    parse: anyText,
  },
  top: {
    flags: '--top <n>',
    help: 'how many of the most anomalous rows to show',
    parse: wholeNumber(0, 10_000),
    fallback: '10',
  },
} as const satisfies OptionTable

/** A report to write, if asked. */
export const reportOutput = {
  report: {
    flags: '--report <file>',
    help: 'write a self-contained report here, as .html (- for standard output)',
    parse: anyText,
  },
} as const satisfies OptionTable

/** What the doctor looks at. */
export const doctorOptions = {
  model: {
    flags: '--model <file>',
    help: 'a model to examine with the table (.onnx); with --fix, one that does not exist yet is trained as mended',
    parse: anyText,
  },
  group: {
    flags: '--group <column>',
    help: 'column of groups or sites: each is held out to see whether what is learned holds for others',
    parse: anyText,
  },
  time: {
    flags: '--time <column>',
    help: 'column of time: the last part is held out to see whether what is learned holds later',
    parse: anyText,
    fallback: 'the only column of dates, if the rows are in its order',
  },
  new: {
    flags: '--new <data>',
    help: 'new data, to see whether they are like DATA',
    parse: anyText,
  },
  only: {
    flags: '--only <difficulties>',
    help: `which difficulties to look at, separated by commas: ${difficulties.join(', ')}`,
    parse: (text: string) => text.split(',').map((word) => oneOf(difficulties)(word.trim())),
    fallback: 'all eight',
  },
  budget: {
    flags: '--budget <seconds>',
    help: 'about how long all examinations may take together',
    parse: numberBetween(0, Infinity),
    fallback: '120',
  },
} as const satisfies OptionTable

/** What the doctor mends. */
export const fixOutput = {
  fix: {
    flags: '--fix',
    help: 'apply the remedies that need no person: to a copy of the table (--out), and to the options of a new model (--model)',
  },
  out: {
    flags: '--out <file>',
    help: 'with --fix: write the mended table here: .csv, .parquet or .jsonl (- for CSV on standard output)',
    parse: anyText,
  },
} as const satisfies OptionTable

/** What every command has. */
export const jsonOption = {
  json: { flags: '--json', help: 'print one JSON object to standard output and nothing else' },
} as const satisfies OptionTable

/** Values of the reading options. */
export type ReadingOptions = OptionValues<typeof readingOptions>
/** Values of the learning options. */
export type LearningOptions = OptionValues<typeof learningOptions>
/** Options of `detect`. */
export type DetectOptions = ReadingOptions &
  LearningOptions &
  OptionValues<typeof trainOption & typeof modelOutput & typeof scoresOutput & typeof reportOutput>
/** Options of `train`. */
export type TrainOptions = ReadingOptions & LearningOptions & OptionValues<typeof requiredModelOutput>
/** Options of `doctor`. */
export type DoctorOptions = ReadingOptions &
  Omit<LearningOptions, 'resume' | 'calibrationShare'> &
  OptionValues<typeof doctorOptions & typeof fixOutput & typeof reportOutput>
/** Options of `inspect`. */
export type InspectOptions = Pick<ReadingOptions, 'delimiter' | 'encoding'> &
  OptionValues<typeof reportOutput>
/** Options of `score`. */
export type ScoreOptions = Pick<ReadingOptions, 'label' | 'delimiter' | 'encoding'> &
  OptionValues<typeof modelInput & typeof scoresOutput>

/** `Age=categorical,Zip=ignore`; double quotes around a name that holds a comma or an equals sign. */
function columnOverrides(text: string, previous: ColumnOverrides = {}): ColumnOverrides {
  const kindOf = oneOf(columnKinds)
  const pairs = splitOutsideQuotes(text).map((item) => {
    const at = item.lastIndexOf('=')
    if (at < 1) throw new InvalidArgumentError(`expected NAME=KIND, got "${item}"`)
    return [unquoted(item.slice(0, at).trim()), kindOf(item.slice(at + 1).trim())] as const
  })
  return { ...previous, ...Object.fromEntries(pairs) }
}

/** `beta=4`, `noise=swap`, `levels=8,5,5`: numbers, true and false, lists, words. Repeated uses add up. */
function kindOption(
  text: string,
  previous: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const at = text.indexOf('=')
  const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
  if (at < 1 || value === '') throw new InvalidArgumentError(`expected NAME=VALUE, got "${text}"`)
  return { ...previous, [name]: value.includes(',') ? value.split(',').map(optionValue) : optionValue(value) }
}

function optionValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = text.trim() === '' ? NaN : Number(text)
  return Number.isNaN(number) ? text.trim() : number
}

function delimiter(text: string): string {
  const named = text === 'tab' || text === '\\t' ? '\t' : text
  if (named.length === 1) return named
  throw new InvalidArgumentError('expected one character, or tab')
}

function calibrationShare(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (value >= 0.05 && value <= 0.5) return value
  throw new InvalidArgumentError('expected a number from 0.05 to 0.5')
}
