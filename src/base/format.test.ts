import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatNumber,
  formatNumberPair,
  formatPValue,
  formatPercent,
  formatPlural,
} from './format.js'

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-3, '-3'],
    [1998, '1998'],
    [12345, '12,345'],
    [999999, '999,999'],
    [1e6, '1 M'],
    [2_788_000_000, '2.79 G'],
    [-310_123_456, '-310 M'],
    [999_999_999, '1 G'],
    [0.1 + 0.2, '0.3'],
    [1998.6, '1999'],
    [12345.6, '12,300'],
    [390_123.4, '390,000'],
    [999_999.9, '1 M'],
    [0.000012, '1.2e-5'],
    [1e300, '1e300'],
    [NaN, 'missing'],
    [Infinity, 'infinite'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text))

  it('tells two close numbers apart', () => {
    expect(formatNumberPair(2.788e9, 310e6)).toEqual(['2.79 G', '310 M'])
    expect(formatNumberPair(1.00001, 1.00002)).toEqual(['1.00001', '1.00002'])
    expect(formatNumberPair(5, 5)).toEqual(['5', '5'])
  })
})

it('formats instants, shares, spans, sizes and counts', () => {
  expect(formatInstant(Date.UTC(2009, 11, 18))).toBe('2009-12-18')
  expect(formatInstant(Date.UTC(2009, 11, 18, 13, 5))).toBe('2009-12-18 13:05')
  expect(formatInstant(NaN)).toBe('missing')
  expect([0.01, 0.0037, 0.9861].map(formatPercent)).toEqual(['1 %', '0.37 %', '98.6 %'])
  expect([0.0312, 0.00001].map(formatPValue)).toEqual(['0.031', '< 0.0001'])
  expect([0.84, 12.2, 59.7, 200, 7500].map(formatDuration)).toEqual([
    '0.8 s',
    '12 s',
    '1 min 0 s',
    '3 min 20 s',
    '2 h 5 min',
  ])
  expect([512, 1_400_000, 999_999].map(formatBytes)).toEqual(['512 B', '1.4 MB', '1000 kB'])
  expect([0, 999, 1000, 1234567, -12345].map(formatCount)).toEqual([
    '0',
    '999',
    '1,000',
    '1,234,567',
    '-12,345',
  ])
  expect([formatPlural(1, 'row'), formatPlural(2, 'row'), formatPlural(2, 'anomaly', 'anomalies')]).toEqual([
    '1 row',
    '2 rows',
    '2 anomalies',
  ])
})
