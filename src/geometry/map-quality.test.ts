/** Measures of maps against scikit-learn and SciPy. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { mapQuality } from './map-quality.js'
import { neighborAccuracy } from './neighbor-accuracy.js'
import type { Points } from './points.js'
import { spearman } from './rank-correlation.js'

interface GoldenQuality {
  readonly original: string
  readonly map: string
  readonly neighbors: number
  readonly trustworthiness: number
  readonly continuity: number
  readonly stableTrustworthiness: number
  readonly stableContinuity: number
  readonly neighborhoodPreservation: number
  readonly distanceCorrelation: number
}

interface Golden {
  readonly clouds: Readonly<Record<string, readonly (readonly number[])[]>>
  readonly mapQuality: Readonly<Record<string, GoldenQuality>>
  readonly ties: Readonly<Record<string, GoldenQuality>>
  readonly neighborAccuracy: {
    readonly map: readonly (readonly number[])[]
    readonly labels: readonly number[]
    readonly queries: readonly (readonly number[])[]
    readonly queryLabels: readonly number[]
    readonly accuracy: Readonly<Record<string, number>>
    readonly leaveOneOut: Readonly<Record<string, number>>
  }
}

const golden = JSON.parse(readFileSync(new URL('golden/geometry.json', import.meta.url), 'utf8')) as Golden
const engine = nodeEngine

const cloudOf = (rows: readonly (readonly number[])[]): Points => ({
  rows: rows.length,
  width: rows[0]!.length,
  values: Float32Array.from(rows.flat()),
})

const measured = ({ original, map, neighbors }: GoldenQuality) =>
  mapQuality(cloudOf(golden.clouds[original]!), cloudOf(golden.clouds[map]!), { engine, neighbors })

const codeOf = (promise: Promise<unknown>) =>
  promise.catch((error: unknown) => (error as { code: string }).code)

describe('mapQuality', () => {
  it.each(Object.entries(golden.mapQuality))('agrees with scikit-learn to 1e-9: %s', async (_, expected) => {
    const found = await measured(expected)
    expect(Math.abs(found.trustworthiness - expected.trustworthiness)).toBeLessThan(1e-9)
    expect(Math.abs(found.continuity - expected.continuity)).toBeLessThan(1e-9)
    expect(found.neighborhoodPreservation).toBeCloseTo(expected.neighborhoodPreservation, 9)
    expect(found.distanceCorrelation).toBeCloseTo(expected.distanceCorrelation, 9)
  })

  it.each(Object.entries(golden.ties))('decides ties by the smaller index: %s', async (_, expected) => {
    const found = await measured(expected)
    expect(Math.abs(found.trustworthiness - expected.stableTrustworthiness)).toBeLessThan(1e-9)
    expect(Math.abs(found.continuity - expected.stableContinuity)).toBeLessThan(1e-9)
    // scikit-learn's own sort leaves ties in any order: it differs by as much as that matters.
    expect(Math.abs(found.trustworthiness - expected.trustworthiness)).toBeLessThan(0.02)
    expect(found.neighborhoodPreservation).toBeCloseTo(expected.neighborhoodPreservation, 9)
    expect(found.distanceCorrelation).toBeCloseTo(expected.distanceCorrelation, 9)
  })

  it('takes distances of wide points in whole numbers as exactly as those of narrow ones', async () => {
    // Ten columns go through the engine, five do not; the further five are the same in every row.
    const narrow = golden.clouds['integers']!
    const wide = cloudOf(narrow.map((row) => [...row, 1000, -3, 0.5, 7, 1e6]))
    const map = cloudOf(golden.clouds['integers in two']!)
    const options = { engine, neighbors: 5 }
    expect(await mapQuality(wide, map, options)).toEqual(await mapQuality(cloudOf(narrow), map, options))
  })

  it('estimates from some rows and pairs what all of them give', async () => {
    const [original, map] = [cloudOf(golden.clouds['wide']!), cloudOf(golden.clouds['noisy']!)]
    const all = await mapQuality(original, map, { engine, neighbors: 5 })
    const some = await mapQuality(original, map, {
      engine,
      neighbors: 5,
      mostRows: 100,
      mostPairs: 4000,
      seed: 3,
    })
    expect(Math.abs(some.trustworthiness - all.trustworthiness)).toBeLessThan(0.03)
    expect(Math.abs(some.continuity - all.continuity)).toBeLessThan(0.03)
    expect(Math.abs(some.distanceCorrelation - all.distanceCorrelation)).toBeLessThan(0.05)
    expect(some.trustworthiness).not.toBe(all.trustworthiness)
    const again = await mapQuality(original, map, {
      engine,
      neighbors: 5,
      mostRows: 100,
      mostPairs: 4000,
      seed: 3,
    })
    expect(again).toEqual(some)
  })

  it('compares the distances of class means when there are classes', async () => {
    const stream = randomFor(4, 'classes')
    const labels = Int32Array.from({ length: 90 }, (_, row) => (row < 3 ? -1 : row % 6))
    // Classes stand on a line; the map keeps it, but turns the rows inside each class around.
    const places = Array.from(labels, (label) => [
      label ** 2 * 20 + stream.normal(),
      ...Array.from({ length: 9 }, () => stream.normal()),
    ])
    const original = cloudOf(places)
    const map = cloudOf(places.map(([x], row) => [2 * labels[row]! ** 2 * 20 - x!, 0]))
    const { globalCorrelation } = await mapQuality(original, map, { engine, labels })
    expect(globalCorrelation).toBeGreaterThan(0.98)
    const two = labels.map((label) => label % 2)
    expect(await mapQuality(original, map, { engine, labels: two })).not.toHaveProperty('globalCorrelation')
  })

  it('refuses what cannot be measured', async () => {
    const [original, map] = [cloudOf(golden.clouds['wide']!), cloudOf(golden.clouds['noisy']!)]
    expect(await codeOf(mapQuality(original, map, { engine, neighbors: 75 }))).toBe('HG_USAGE')
    expect(await codeOf(mapQuality(original, map, { engine, neighbors: 0 }))).toBe('HG_USAGE')
    expect(await codeOf(mapQuality(original, cloudOf(golden.clouds['many']!), { engine }))).toBe('HG_USAGE')
    expect(await codeOf(mapQuality(original, map, { engine, labels: new Int32Array(3) }))).toBe('HG_USAGE')
    const holed = { ...map, values: map.values.map(() => NaN) }
    expect(await codeOf(mapQuality(original, holed, { engine }))).toBe('HG_USAGE')
    expect(await codeOf(mapQuality(original, map, { engine, signal: AbortSignal.abort() }))).toBe(
      'HG_INTERRUPTED',
    )
  })
})

describe('neighborAccuracy', () => {
  const { labels, queryLabels, accuracy, leaveOneOut, ...places } = golden.neighborAccuracy
  const reference = { map: cloudOf(places.map), labels: Int32Array.from(labels) }
  const queries = { map: cloudOf(places.queries), labels: Int32Array.from(queryLabels) }

  it.each([1, 4, 10])('agrees with scikit-learn, %i neighbours', async (neighbors) => {
    expect(await neighborAccuracy(reference, queries, { engine, neighbors })).toBeCloseTo(
      accuracy[neighbors]!,
      12,
    )
    expect(await neighborAccuracy(reference, undefined, { engine, neighbors })).toBeCloseTo(
      leaveOneOut[neighbors]!,
      12,
    )
  })

  it('refuses too few rows and labels that do not fit', async () => {
    const few = { map: cloudOf([[1, 2], [3, 4]]), labels: Int32Array.of(0, 1) } // prettier-ignore
    expect(await codeOf(neighborAccuracy(few, queries, { engine }))).toBe('HG_TABLE_TOO_SMALL')
    expect(await codeOf(neighborAccuracy({ ...few, labels: Int32Array.of(0) }, queries, { engine }))).toBe(
      'HG_USAGE',
    )
  })
})

describe('spearman', () => {
  it('is that of SciPy, shares the ranks of equal values, and is 0 where there is no order', () => {
    expect(spearman(Float64Array.of(1, 2, 2, 4, 9), Float64Array.of(3, 1, 4, 4, 8))).toBeCloseTo(
      0.7631578947368421,
      12,
    )
    expect(spearman(Float64Array.of(1, 2, 3), Float64Array.of(5, 4, -1e9))).toBe(-1)
    expect(spearman(Float64Array.of(1, 1, 1), Float64Array.of(1, 2, 3))).toBe(0)
  })
})
