import { describe, expect, it } from 'vitest'
import { permutation, random, randomFor, randomFrom } from './random.js'

describe('random', () => {
  it('repeats for the same seed and differs for another', () => {
    const draw = (seed: number): number[] => {
      const stream = random(seed)
      return Array.from({ length: 5 }, () => stream.uniform())
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it('gives every purpose a stream of its own', () => {
    expect(randomFor(1, 'split').uint32()).not.toBe(randomFor(1, 'weights').uint32())
  })

  it('goes on from its state', () => {
    const stream = random(3)
    stream.normal()
    const copy = randomFrom(stream.state())
    expect(copy.uint32()).toBe(stream.uint32())
  })

  it('is uniform from the first number on, whatever the seed', () => {
    const firsts = Array.from({ length: 4000 }, (_, seed) => random(seed).uniform())
    const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length
    const variance = firsts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / firsts.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.005)
  })

  it('is normal with mean 0 and variance 1', () => {
    const stream = random(5)
    const values = Array.from({ length: 20_000 }, () => stream.normal())
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(Math.abs(variance - 1)).toBeLessThan(0.05)
  })

  it('draws below a bound, without bias', () => {
    const counts = [0, 0, 0]
    const stream = random(9)
    for (let i = 0; i < 30_000; i++) counts[stream.below(3)]!++
    counts.forEach((count) => expect(Math.abs(count - 10_000)).toBeLessThan(400))
  })

  it('permutes', () => {
    const order = permutation(100, random(1))
    expect([...order].toSorted((a, b) => a - b)).toEqual([...Array(100).keys()])
    expect([...order]).not.toEqual([...Array(100).keys()])
    expect([...permutation(0, random(1))]).toEqual([])
  })
})
