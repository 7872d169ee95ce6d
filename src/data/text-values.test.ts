import { describe, expect, it } from 'vitest'
import { isMissingWord, parseBoolean, parseDate, parseNumber } from './text-values.js'

describe('text values', () => {
  it.each([
    ['1', 1],
    ['-2.50', -2.5],
    ['.5', 0.5],
    ['5.', 5],
    ['+3e-2', 0.03],
    ['1e400', Infinity],
    ['-inf', -Infinity],
    ['1,234,567.5', 1234567.5],
    ['-12,345', -12345],
    ['1,5', undefined],
    ['1,23,456', undefined],
    ['0x10', undefined],
    ['12 kg', undefined],
    ['--1', undefined],
    ['e5', undefined],
    ['', undefined],
  ])('number %j', (text, value) => expect(parseNumber(text)).toBe(value))

  it.each([
    ['2020-02-29', Date.UTC(2020, 1, 29)],
    ['2020/2/9', Date.UTC(2020, 1, 9)],
    ['2020-02-29T12:30', Date.UTC(2020, 1, 29, 12, 30)],
    ['2020-02-29 12:30:15.250', Date.UTC(2020, 1, 29, 12, 30, 15, 250)],
    ['2020-02-29T12:30:00Z', Date.UTC(2020, 1, 29, 12, 30)],
    ['2020-02-29T12:30:00+02:00', Date.UTC(2020, 1, 29, 10, 30)],
    ['2020-02-29 12:30:00-0330', Date.UTC(2020, 1, 29, 16)],
    ['Jun 12 1998', Date.UTC(1998, 5, 12)],
    ['September 3, 2001', Date.UTC(2001, 8, 3)],
    ['31-Dec-1999', Date.UTC(1999, 11, 31)],
    ['2021-02-29', undefined],
    ['2020-13-01', undefined],
    ['2020-01-01 25:00', undefined],
    ['01/02/03', undefined],
    ['Foo 1 2020', undefined],
    ['Marble 1 2020', undefined],
    ['20200101', undefined],
  ])('date %j', (text, value) => expect(parseDate(text)).toBe(value))

  it('truth values and missing words', () => {
    expect(['true', 'TRUE', 'False', 'yes'].map(parseBoolean)).toEqual([1, 1, 0, undefined])
    expect(['', 'NA', '?', 'None', 'nan'].every(isMissingWord)).toBe(true)
    expect(['none', 'North America', '-', '0'].some(isMissingWord)).toBe(false)
  })
})
