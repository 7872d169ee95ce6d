import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../../base/index.js'
import { blendImages, blendRows, cornersAt } from './blend.js'
import { colourRanks, countsOf, paintCategories, paintNumbers, rangeOfNumbers } from './colouring.js'
import { lookOf } from './density.js'
import { fitTo } from './frame.js'
import { fromPlanes, mostPlace, quantised, toPlanes, unquantised } from './payload.js'
import { rasterOf } from './raster.js'
import { shrunk } from './shrunk.js'

describe('blocks of the page', () => {
  it('come back as they were, whatever the type', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.float32Array().map((array) => ['f32', array] as const),
          fc.int32Array().map((array) => ['i32', array] as const),
          fc.uint16Array().map((array) => ['u16', array] as const),
          fc.uint8Array().map((array) => ['u8', array] as const),
        ),
        ([type, array]) => {
          expect(fromPlanes(toPlanes(array), { type, length: array.length })).toEqual(array)
        },
      ),
    )
  })

  it('hold places to half a step of 16 bits, and rows without one', () => {
    const places = Float32Array.of(0, 1, 0.123456, NaN)
    const back = unquantised(quantised(places))
    for (let i = 0; i < 3; i++) expect(Math.abs(back[i]! - places[i]!)).toBeLessThanOrEqual(0.51 / mostPlace)
    expect(back[3]).toBeNaN()
  })
})

describe('decoded places', () => {
  const grid = { columns: 3, rows: 2, bounds: [0, 0, 2, 1] as const }

  it('are the grid points themselves on them, and blends between', () => {
    expect(cornersAt(grid, 1, 1)).toMatchObject({ weights: [1, 0, 0, 0] })
    expect(cornersAt(grid, 1, 1)!.cells[0]).toBe(4)
    expect(cornersAt(grid, 2, 1)!.cells[0]).toBe(5)
    const between = cornersAt(grid, 0.5, 0)!
    expect([...blendImages(Uint8Array.of(0, 100, 200, 0, 0, 0), 1, between)]).toEqual([50])
    const table = Float32Array.from([0, 0, 10, 1, 20, 1, 0, 0, 0, 0, 0, 0])
    expect(blendRows(table, [false, true], cornersAt(grid, 0.8, 0)!)).toEqual([expect.closeTo(8, 6), 1])
  })

  it('end at the grid', () => {
    expect(cornersAt(grid, 2.01, 0)).toBeUndefined()
    expect(cornersAt(grid, NaN, 0)).toBeUndefined()
  })
})

describe('colours of columns', () => {
  it('leave out long tails of a scale, and say where it begins and ends', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 999 ? 1e6 : i === 0 ? NaN : i))
    expect(rangeOfNumbers(values)).toEqual({
      known: 999,
      least: 1,
      most: 1e6,
      low: 11,
      high: 989,
      missing: 1,
    })
    expect(rangeOfNumbers(Float32Array.of(1, 2, 3))).toMatchObject({ low: 1, high: 3 })
    expect(rangeOfNumbers(Float32Array.of(NaN))).toMatchObject({ known: 0, missing: 1 })
  })

  it('paint categories, numbers and missing cells', () => {
    const paint = new Uint8Array(12)
    paintCategories(paint, [1, -1, 0], Uint8Array.of(1, 2, 3, 4, 5, 6), [9, 9, 9])
    expect([...paint]).toEqual([4, 5, 6, 0, 9, 9, 9, 0, 1, 2, 3, 0])
    const ramp = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3))
    const range = rangeOfNumbers(Float32Array.of(0, 10))
    paintNumbers(paint, Float32Array.of(10, NaN, -5), { ramp, range, missing: [9, 9, 9] })
    expect([...paint.filter((_, i) => i % 4 === 0)]).toEqual([255, 9, 0])
  })

  it('give the best colours to the most frequent of many categories', () => {
    const counts = countsOf([2, 2, 2, 1, -1], 3)
    expect([...counts]).toEqual([0, 1, 3, 1])
    expect([...colourRanks(counts, 10)]).toEqual([0, 1, 2])
    expect([...colourRanks(counts, 2)]).toEqual([2, 1, 0])
  })
})

describe('images that are larger than they are shown', () => {
  it('are averaged down, block by block, also at the edges', () => {
    const pixels = Uint8Array.from(
      [0, 100, 7, 200, 100, 9, 1, 3, 5].flatMap((grey) => [grey, 2 * (grey % 100), 1]),
    )
    const small = shrunk({ width: 3, height: 3, channels: 3, pixels }, 2)
    expect(small).toMatchObject({ width: 2, height: 2, channels: 3 })
    expect([...small.pixels]).toEqual([100, 0, 1, 8, 16, 1, 2, 4, 1, 5, 10, 1])
  })

  it('stay as they are where they fit', () => {
    const images = { width: 2, height: 2, channels: 1, pixels: Uint8Array.of(1, 2, 3, 4) } as const
    expect(shrunk(images, 2)).toBe(images)
  })
})

describe('density', () => {
  const look = (count: number) => {
    const stream = random(3)
    const places = Float32Array.from({ length: 2 * count }, () => stream.uniform())
    const window = { fit: fitTo([0, 0, 1, 1], 500, 500, 0), width: 500, height: 500, least: 1 }
    return lookOf({ places, order: Uint32Array.from({ length: count }, (_, i) => i) }, window, () => true)
  }

  it('shrinks points and lets more through as they grow in number, within bounds', () => {
    const [few, many, most] = [look(100), look(30_000), look(400_000)]
    expect([few.diameter > many.diameter, many.diameter > most.diameter]).toEqual([true, true])
    expect(few.opacity).toBeGreaterThan(most.opacity)
    expect(most.opacity).toBeGreaterThanOrEqual(0.1)
    expect(most.perPixel).toBeGreaterThan(1.2)
    expect(few.perPixel).toBeLessThan(0.1)
    expect(most.pointsInView).toBeCloseTo(4e5, -4)
    expect(look(0)).toMatchObject({ pointsInView: 0, perPixel: 0 })
  })
})

describe('points as pixels', () => {
  const fit = fitTo([0, 0, 1, 1], 20, 20, 0)
  const paint = Uint8Array.of(200, 0, 0, 1, 0, 100, 0, 1, 5, 5, 5, 0)
  const draw = (places: readonly number[], diameter = 1) =>
    rasterOf(
      { places: Float32Array.from(places), paint },
      { fit, width: 20, height: 20, diameter, opacity: 0.5 },
    )
  const pixel = (pixels: Uint8ClampedArray, px: number, py: number) => [
    ...pixels.subarray(4 * (py * 20 + px), 4 * (py * 20 + px) + 4),
  ]

  it('stand where their places are, and hidden ones do not', () => {
    const pixels = draw([0.275, 0.725, 0.525, 0.525, 0.8, 0.8])
    expect(pixel(pixels, 5, 5).slice(0, 3)).toEqual([200, 0, 0])
    expect(pixel(pixels, 10, 9).slice(0, 3)).toEqual([0, 100, 0])
    expect(pixels.filter((value, i) => i % 4 === 3 && value > 0)).toHaveLength(2)
  })

  it('have the mean colour and cover more where they overlap, in any order', () => {
    const both = draw([0.275, 0.725, 0.275, 0.725, NaN, NaN])
    expect(pixel(both, 5, 5).slice(0, 3)).toEqual([100, 50, 0])
    expect(pixel(both, 5, 5)[3]).toBeGreaterThan(pixel(draw([0.275, 0.725, NaN, NaN, NaN, NaN]), 5, 5)[3]!)
  })

  it('are discs of their diameter', () => {
    const pixels = draw([0.525, 0.525, NaN, NaN, NaN, NaN], 8)
    const area = pixels.reduce((sum, value, i) => (i % 4 === 3 ? sum + value / 127.5 : sum), 0)
    expect(area).toBeGreaterThan(0.85 * 16 * Math.PI)
    expect(area).toBeLessThan(1.25 * 16 * Math.PI)
  })
})
