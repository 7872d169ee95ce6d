/** Command lines that a person can run as they stand. */
import type { Patient } from './diagnosis.js'

/** A word as a POSIX shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** Column names as `--ignore` takes them. */
export function columnList(names: readonly string[]): string {
  return quoted(names.map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(','))
}

/** Mends what can be mended without a person, into a new file. */
export const fixCommand = ({ paths }: Pick<Patient, 'paths'>): string =>
  `hourglass doctor ${paths.data}${labelOption(paths)} --fix --out fixed.csv`

/** Learns again with some options, such as `--latent 4`. */
export const trainCommand = ({ paths }: Pick<Patient, 'paths'>, options: string): string =>
  `hourglass train ${paths.data}${labelOption(paths)} ${options} --model ${paths.model ?? 'model.onnx'}`

const labelOption = ({ label }: Patient['paths']): string => (label === undefined ? '' : ` --label ${label}`)
