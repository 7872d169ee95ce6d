/**
 * What there is to choose from: a typed list of options, some of which exist only where another has a certain value.
 * Which options Hourglass searches by default is default-space.ts; who chooses is sampler.ts.
 *
 * Samplers work in unit coordinates: every number, whole number and ordered choice is a place from 0 to 1, evenly in
 * the logarithm where the option says so, whole numbers and choices in cells of equal width.
 */
import { HourglassError } from '../../base/index.js'

/** A value of an option. */
export type OptionValue = string | number

/** Values by name of their option; an option that does not exist under the others is absent. Plain data. */
export type Configuration = Readonly<Record<string, OptionValue>>

/** Holds where an earlier choice has one of these values. */
export interface Condition {
  readonly option: string
  readonly among: readonly OptionValue[]
}

interface Described {
  readonly name: string
  /** Conditions that all must hold for the option to exist (default: it always does). */
  readonly when?: readonly Condition[]
  /** What Hourglass takes without a search; such a configuration is tried first. */
  readonly usual?: OptionValue
}

/** A whole number from `low` to `high`, both included. */
export interface IntegerOption extends Described {
  readonly type: 'integer'
  readonly low: number
  readonly high: number
  /** Even in the logarithm (default false); `low` must be above 0. */
  readonly log?: boolean
}

/** A number from `low` to `high`. */
export interface NumberOption extends Described {
  readonly type: 'number'
  readonly low: number
  readonly high: number
  /** Even in the logarithm (default false); `low` must be above 0. */
  readonly log?: boolean
}

/** One of some values. */
export interface ChoiceOption extends Described {
  readonly type: 'choice'
  readonly choices: readonly OptionValue[]
  /** Whether neighbours in the list are alike (default false), as 64 and 128 are. */
  readonly ordered?: boolean
}

export type SearchOption = IntegerOption | NumberOption | ChoiceOption

/** Options; one that others depend on stands before them. Plain data. */
export interface SearchSpace {
  readonly options: readonly SearchOption[]
}

/**
 * Refuses a space that contradicts itself.
 *
 * @throws HG_USAGE with the option and what is wrong with it
 */
export function checkSpace({ options }: SearchSpace): void {
  const seen = new Map<string, SearchOption>()
  const fail = (name: string, what: string): never => {
    throw new HourglassError('HG_USAGE', `search space: option ${name}: ${what}`)
  }
  if (options.length === 0) throw new HourglassError('HG_USAGE', 'search space: it has no option')
  for (const option of options) {
    const { name, when = [] } = option
    if (seen.has(name)) fail(name, 'there are two of that name')
    for (const { option: parent, among } of when) {
      const found = seen.get(parent)
      if (found === undefined) fail(name, `it depends on ${parent}, which does not stand before it`)
      else if (found.type !== 'choice') fail(name, `it depends on ${parent}, which is no choice`)
      else if (!among.some((value) => found.choices.includes(value)))
        fail(name, `it depends on values that ${parent} does not have`)
    }
    checkRange(option, (what) => fail(name, what))
    if (option.usual !== undefined && !isWithin(option, option.usual))
      fail(name, `its usual value ${option.usual} is not in its range`)
    seen.set(name, option)
  }
}

function checkRange(option: SearchOption, fail: (what: string) => void): void {
  if (option.type === 'choice') {
    if (option.choices.length === 0) fail('it has no choices')
    if (new Set(option.choices).size < option.choices.length) fail('a choice stands twice')
    return
  }
  const { low, high, log = false, type } = option
  if (!(low <= high && Number.isFinite(low) && Number.isFinite(high)))
    fail(`expected a range from low to high, got ${low} to ${high}`)
  if (type === 'integer' && !(Number.isInteger(low) && Number.isInteger(high)))
    fail(`expected whole numbers, got ${low} to ${high}`)
  if (log && low <= 0) fail(`a logarithmic range lies above 0, got ${low}`)
}

/** Whether an option may have a value. */
export function isWithin(option: SearchOption, value: OptionValue): boolean {
  if (option.type === 'choice') return option.choices.includes(value)
  const isNumber = typeof value === 'number' && value >= option.low && value <= option.high
  return isNumber && (option.type === 'number' || Number.isInteger(value))
}

/** Whether an option exists beside the values of the options before it. */
export function isActive({ when = [] }: SearchOption, configuration: Configuration): boolean {
  return when.every(({ option, among }) => {
    const value = configuration[option]
    return value !== undefined && among.includes(value)
  })
}

/** A configuration, option by option; only those are asked for that exist. */
export function configurationOf(
  { options }: SearchSpace,
  valueOf: (option: SearchOption) => OptionValue,
): Configuration {
  const values: Record<string, OptionValue> = {}
  for (const option of options) if (isActive(option, values)) values[option.name] = valueOf(option)
  return values
}

/** What Hourglass does without a search: the usual values, and the middle where there is none. */
export function usualConfiguration(space: SearchSpace): Configuration {
  return configurationOf(space, (option) => option.usual ?? atPlace(option, 0.5))
}

/** Whether a configuration has a value in range for exactly the options that exist in it. */
export function isConfiguration({ options }: SearchSpace, configuration: Configuration): boolean {
  const active = options.filter((option) => isActive(option, configuration))
  const fits = active.every((option) => {
    const value = configuration[option.name]
    return value !== undefined && isWithin(option, value)
  })
  return fits && Object.keys(configuration).length === active.length
}

/** Number of cells of an option whose places are cells; undefined for numbers. */
export function cellsOf(option: SearchOption): number | undefined {
  if (option.type === 'choice') return option.choices.length
  return option.type === 'integer' ? option.high - option.low + 1 : undefined
}

/** The value at a place. @param place 0 to 1 */
export function atPlace(option: SearchOption, place: number): OptionValue {
  if (option.type === 'choice')
    return option.choices[Math.min(option.choices.length - 1, Math.floor(place * option.choices.length))]!
  const [from, to] = endsOf(option)
  const at = from + place * (to - from)
  const value = option.log === true ? Math.exp(at) : at
  const whole = option.type === 'integer' ? Math.round(value) : value
  return Math.min(option.high, Math.max(option.low, whole))
}

/** The place of a value, 0 to 1: the middle of its cell where there are cells. */
export function placeOf(option: SearchOption, value: OptionValue): number {
  if (option.type === 'choice') return (option.choices.indexOf(value) + 0.5) / option.choices.length
  const [from, to] = endsOf(option)
  const at = option.log === true ? Math.log(Number(value)) : Number(value)
  return to > from ? Math.min(1, Math.max(0, (at - from) / (to - from))) : 0.5
}

/** Ends of the axis that places lie on; whole numbers get half a cell more at both ends. */
function endsOf(option: IntegerOption | NumberOption): readonly [number, number] {
  const margin = option.type === 'integer' ? 0.5 : 0
  const ends = [option.low - margin, option.high + margin] as const
  return option.log === true ? [Math.log(ends[0]), Math.log(ends[1])] : ends
}
