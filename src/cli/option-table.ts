/**
 * How an option of the command line is described: flags, help text and the function that turns its text into a
 * typed value. The options themselves are in options.ts; program.ts hands them to commander.
 *
 * The table is typed so that a command receives `{ latent?: number, … }` without a cast at each use; commander
 * alone would hand over untyped records.
 */
import { InvalidArgumentError, Option, type Command } from 'commander'

/** One option. Without `parse` it is a switch: true or absent. */
export interface OptionSpec {
  /** As commander reads them: `--latent <n>`; the camel-cased name must be its key in the table. */
  readonly flags: string
  readonly help: string
  /** Turns the text into a value; `previous` is what an earlier use of the same option gave. */
  readonly parse?: (text: string, previous?: never) => unknown
  /** The values there are, for help and completion. */
  readonly choices?: readonly string[]
  /** What holds when the option is absent, as help says it. */
  readonly fallback?: string
  readonly required?: boolean
}

/** Options by the name under which their value arrives. */
export type OptionTable = Readonly<Record<string, OptionSpec>>

/** What a command receives for a table of options. */
export type OptionValues<Table> = {
  readonly [Key in OptionalKeys<Table>]?: ValueOf<Table[Key]>
} & {
  readonly [Key in Exclude<keyof Table, OptionalKeys<Table>>]: ValueOf<Table[Key]>
}

type OptionalKeys<Table> = {
  [Key in keyof Table]: Table[Key] extends { readonly required: true } ? never : Key
}[keyof Table]

type ValueOf<Spec> = Spec extends { readonly parse: (...texts: never[]) => infer Value } ? Value : true

/** Adds a table of options to a command, under a heading of its help. */
export function addOptions(command: Command, heading: string, table: OptionTable): void {
  for (const spec of Object.values(table)) {
    const option = new Option(spec.flags, helpOf(spec)).helpGroup(heading)
    if (spec.required === true) option.makeOptionMandatory()
    if (spec.choices) option.argChoices = [...spec.choices]
    const { parse } = spec
    if (parse) option.argParser((text: string, previous: unknown) => parse(text, previous as never))
    command.addOption(option)
  }
}

/** Commander adds the choices itself; it knows no default that is only a description. */
function helpOf({ help, fallback }: OptionSpec): string {
  return fallback === undefined ? help : `${help} (default: ${fallback})`
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`expected a whole number${rangeText(least, most)}`)
  }
}

/** A number above `above` and below `below`; `orAbove` lets the lower bound itself in. */
export function numberBetween(above: number, below: number, orAbove = false) {
  return (text: string): number => {
    const value = text.trim() === '' ? NaN : Number(text)
    if ((value > above || (orAbove && value === above)) && value < below) return value
    const upper = below === Infinity ? '' : ` and below ${below}`
    throw new InvalidArgumentError(`expected a number ${orAbove ? 'of at least' : 'above'} ${above}${upper}`)
  }
}

/** Whole numbers of at least 1, separated by commas. */
export function widths(text: string): readonly number[] {
  const one = wholeNumber(1)
  return text.split(',').map((part) => one(part))
}

/** One of the given words. */
export function oneOf<Word extends string>(words: readonly Word[]) {
  return (text: string): Word => {
    const found = words.find((word) => word === text)
    if (found !== undefined) return found
    throw new InvalidArgumentError(`expected ${words.join(' or ')}`)
  }
}

/** The text as it is; refuses none at all. */
export function anyText(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected some text, got none')
  return text
}

/** Column names separated by commas; double quotes around a name that holds a comma. Repeated uses add up. */
export function columnNames(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, ...splitOutsideQuotes(text).map(unquoted)]
}

/** Splits at commas that stand outside double quotes. */
export function splitOutsideQuotes(text: string): readonly string[] {
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? []
  if (parts.join(',') !== text) {
    throw new InvalidArgumentError('expected items separated by single commas, with paired double quotes')
  }
  return parts.map((part) => part.trim())
}

/** A name without the double quotes around it; doubled quotes inside stand for one. */
export function unquoted(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text
}

function rangeText(least: number, most: number): string {
  if (least === Number.MIN_SAFE_INTEGER) return ''
  return most === Number.MAX_SAFE_INTEGER ? ` of at least ${least}` : ` from ${least} to ${most}`
}
