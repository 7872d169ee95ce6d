/**
 * Changes to the options of a training, as a remedy: the command that trains that way, and the options that `--fix`
 * applies.
 */
import type { LearningOptions } from '../../learning/index.js'
import { trainCommand } from './command.js'
import type { Patient, Remedy } from './diagnosis.js'

/** Options of learning that are flags of the command line, in the order in which commands are written. */
const flags = {
  hidden: '--hidden',
  latent: '--latent',
  epochs: '--epochs',
  batchSize: '--batch-size',
  learningRate: '--learning-rate',
  weightDecay: '--weight-decay',
  pretrainSteps: '--pretrain-steps',
  scaling: '--scaling',
} as const

type Values = Readonly<Record<string, unknown>>

/** Options of a training as the command line takes them. */
export function optionsText(learning: LearningOptions): string {
  const { options = {}, kind = 'denoising', ...settings } = learning
  const { hidden, latent, ...set } = options as Values
  const values: Values = {
    ...settings,
    ...(hidden !== undefined && { hidden }),
    ...(latent !== undefined && { latent }),
  }
  const words = Object.entries(flags).flatMap(([name, flag]) => {
    const value = values[name]
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [flag, text(value)]
  })
  const own = Object.entries(set)
    .filter(([name, value]) => value !== undefined && name !== 'readsMask')
    .flatMap(([name, value]) => ['--set', `${name}=${text(value)}`])
  return ['--kind', kind, ...words, ...own].join(' ')
}

/** A remedy that changes the options of the training: the command has all of them, the fix the changes. */
export function retraining(
  patient: Pick<Patient, 'paths'>,
  sentence: string,
  learning: LearningOptions,
  changes: Readonly<Partial<LearningOptions>>,
): Remedy {
  return {
    text: sentence,
    command: trainCommand(patient, optionsText(merged(learning, changes))),
    fix: { kind: 'options', options: changes },
  }
}

/**
 * Options with changes: settings replace each other, options of the kind too, and a change of kind starts with none of
 * the old kind's.
 */
export function merged(
  learning: LearningOptions,
  changes: Readonly<Partial<LearningOptions>>,
): LearningOptions {
  const same = changes.kind === undefined || changes.kind === (learning.kind ?? 'denoising')
  const { hidden, latent, ...settings } = learning
  const kept = same ? learning.options : {}
  const before = same
    ? { ...settings, ...(hidden && { hidden }), ...(latent !== undefined && { latent }) }
    : settings
  return { ...before, ...changes, options: { ...kept, ...changes.options } } as LearningOptions
}

/** A remedy that a person may choose, and that `--fix` leaves alone. */
export const withoutFix = ({ text: sentence, command }: Remedy): Remedy => ({
  text: sentence,
  ...(command !== undefined && { command }),
})

/** The first remedy is for `--fix`, the others are to choose from. */
export const onlyFirstFix = (remedies: readonly Remedy[]): readonly Remedy[] =>
  remedies.map((remedy, i) => (i === 0 ? remedy : withoutFix(remedy)))

const text = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value))
