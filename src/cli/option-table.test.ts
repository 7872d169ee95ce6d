import { Command, InvalidArgumentError, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import * as options from './options.js'
import {
  addOptions,
  columnNames,
  numberBetween,
  wholeNumber,
  widths,
  type OptionTable,
} from './option-table.js'

const { learningOptions, readingOptions } = options

describe('values', () => {
  it('reads numbers and refuses what is none', () => {
    expect(wholeNumber(1)('12')).toBe(12)
    expect(wholeNumber()('-3')).toBe(-3)
    expect(numberBetween(0, 1)('0.01')).toBe(0.01)
    expect(numberBetween(0, Infinity, true)('0')).toBe(0)
    expect(widths('64,32')).toEqual([64, 32])
    for (const text of ['', 'x', '1.5', '0', '1e3', '9007199254740993']) {
      expect(() => wholeNumber(1)(text), text).toThrow(InvalidArgumentError)
    }
    for (const text of ['', 'x', '0', '1', 'NaN', 'Infinity']) {
      expect(() => numberBetween(0, 1)(text), text).toThrow(/above 0 and below 1/)
    }
    for (const text of ['', '64,', '64;32', '0'])
      expect(() => widths(text), text).toThrow(InvalidArgumentError)
  })

  it('reads column names, quoted where they hold a comma, over several uses', () => {
    expect(columnNames('a,b c')).toEqual(['a', 'b c'])
    expect(columnNames('"a,b",c', ['z'])).toEqual(['z', 'a,b', 'c'])
    expect(columnNames('"say ""hi"""')).toEqual(['say "hi"'])
    for (const text of ['a,,b', '"a', ','])
      expect(() => columnNames(text), text).toThrow(InvalidArgumentError)
  })

  it('reads kinds of columns', () => {
    const { parse } = readingOptions.columns
    expect(parse('Age=categorical,"Zip, code"=ignore')).toEqual({ Age: 'categorical', 'Zip, code': 'ignore' })
    expect(parse('a=b=numeric', { x: 'ignore' })).toEqual({ x: 'ignore', 'a=b': 'numeric' })
    expect(() => parse('Age')).toThrow(/NAME=KIND/)
    expect(() => parse('Age=number')).toThrow(/numeric or boolean/)
    expect(readingOptions.delimiter.parse('tab')).toBe('\t')
    expect(() => readingOptions.delimiter.parse('||')).toThrow(/one character/)
    expect(learningOptions.calibrationShare.parse('0.5')).toBe(0.5)
    expect(() => learningOptions.calibrationShare.parse('0.6')).toThrow(/0\.05 to 0\.5/)
  })
})

it('names every option as commander will name its value', () => {
  const tables = Object.values(options) as OptionTable[]
  for (const [key, spec] of tables.flatMap((table) => Object.entries(table))) {
    expect(new Option(spec.flags).attributeName()).toBe(key)
  }
})

it('says in the help what is chosen when an option is absent', () => {
  const command = new Command('x')
  addOptions(command, 'Learning:', learningOptions)
  const help = command.helpInformation()
  expect(help).toContain('Learning:')
  expect(help.replaceAll(/\s+/g, ' ')).toContain(
    '(default: denoising) (choices: "undercomplete", "denoising", "sparse"',
  )
})
