import { describe, expect, it } from 'vitest'
import { boxOf, fitTo, frameOf, homeOf, mediansOf, moved, pixelAt, placeAt, unitPlaces } from './frame.js'

const x = Float32Array.of(0, 10, 5, NaN)
const y = Float32Array.of(-1, 1, 0, 0)

describe('frame of a map', () => {
  it('keeps one scale for both axes and marks rows without a place', () => {
    const frame = frameOf(boxOf(x, y))
    expect(frame).toEqual({ x0: 0, y0: -1, span: 10 })
    expect([...unitPlaces(x, y, frame)].map((value) => Math.fround(value))).toEqual(
      [0, 0, 1, 0.2, 0.5, 0.1, NaN, NaN].map(Math.fround),
    )
  })

  it('has a frame for no points and for identical ones', () => {
    expect(boxOf(new Float32Array(0), new Float32Array(0))).toEqual([0, 0, 1, 1])
    expect(frameOf(boxOf(Float32Array.of(3, 3), Float32Array.of(4, 4))).span).toBe(1)
    const fit = fitTo([0, 0, 0, 0], 300, 200, 10)
    expect(pixelAt(fit, 0, 0)).toEqual([150, 100])
  })

  it('shows all points at first, unless a few stray ones would press the others into a corner', () => {
    const near = Float32Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? i : (i * 7) % 2000) / 100_000)
    const ups = near.filter((_, i) => i % 2 === 1)
    expect(homeOf(near)).toEqual([0, Math.min(...ups), Math.fround(0.03998), Math.max(...ups)])
    const stray = near.slice()
    stray.set([1, 1], 0)
    const home = homeOf(stray)
    expect(home[2]).toBeLessThan(0.05)
    expect(homeOf(Float32Array.of(0, 0, 1, 1))).toEqual([0, 0, 1, 1])
  })

  it('goes to pixels and back, moved and magnified', () => {
    const fit = moved(fitTo([0, 0, 1, 0.5], 400, 300, 20), { k: 3, x: -50, y: 12 })
    const [px, py] = pixelAt(fit, 0.25, 0.75)
    const [u, v] = placeAt(fit, px, py)
    expect(u).toBeCloseTo(0.25, 12)
    expect(v).toBeCloseTo(0.75, 12)
  })

  it('fills the window with the box, v upwards', () => {
    const fit = fitTo([0, 0, 1, 0.5], 420, 300, 10)
    expect(pixelAt(fit, 0, 0)).toEqual([10, 250])
    expect(pixelAt(fit, 1, 0.5)).toEqual([410, 50])
  })

  it('finds the middle of categories, without missing ones and places', () => {
    const places = Float32Array.of(0, 0, 1, 2, 2, 8, NaN, NaN, 9, 9)
    expect(mediansOf(places, [0, 0, 0, 0, -1], 2)).toEqual([{ u: 1, v: 2, points: 3 }, undefined])
  })
})
