import { describe, expect, it } from 'vitest'
import { asSeries, gridSize, gridWords, parseImageGrid } from './grid.js'

describe('grids', () => {
  it.each([
    ['28x28', { kind: 'image', height: 28, width: 28, channels: 1 }, 784],
    ['9X7x3', { kind: 'image', height: 9, width: 7, channels: 3 }, 189],
    ['4×6', { kind: 'image', height: 4, width: 6, channels: 1 }, 24],
  ] as const)('reads %s', (text, grid, size) => {
    expect(parseImageGrid(text)).toEqual(grid)
    expect(gridSize(grid)).toBe(size)
  })

  it.each([
    '',
    '28',
    '28x',
    'x28',
    '0x28',
    '28x0',
    '28x28x0',
    '28x28x3x2',
    '2.5x4',
    '-1x4',
    '28 x 28',
    '9e9x1',
  ])('refuses "%s"', (text) => {
    expect(() => parseImageGrid(text)).toThrow(expect.objectContaining({ code: 'HG_USAGE' }))
  })

  it('reads an image as a series of its rows', () => {
    expect(asSeries(parseImageGrid('9x7x3'))).toEqual({ kind: 'series', steps: 9, channels: 21 })
    const series = { kind: 'series', steps: 32, channels: 3 } as const
    expect(asSeries(series)).toBe(series)
    expect(gridSize(series)).toBe(96)
  })

  it('is said in words', () => {
    expect(gridWords(parseImageGrid('28x28'))).toBe('images of 28×28 pixels')
    expect(gridWords(parseImageGrid('8x9x3'))).toBe('images of 8×9 pixels and 3 channels')
    expect(gridWords({ kind: 'series', steps: 5, channels: 1 })).toBe('windows of 5 time steps')
  })
})
