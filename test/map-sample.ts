/**
 * A map to look at and to test with: three clusters at known places, columns of every kind, images and decoded places.
 * Its numbers are made up from a seed; nothing is trained.
 */
import { random } from '../src/base/index.js'
import type { MapReport } from '../src/report/index.js'

/** Where the middles of the clusters are, in the coordinates of the data. */
const middles = [
  [0, 0],
  [10, 0],
  [5, 8],
] as const
/** Half the width of a cluster. */
const clusterRadius = 0.5
const side = 6

/** @param rows the first row of each cluster stands in its very middle, and rows 0, 1 and 2 are these */
export function sampleMap(rows: number): MapReport {
  const stream = random(5)
  const codes = Int32Array.from({ length: rows }, (_, i) => i % middles.length)
  const away = (i: number): number => (i < middles.length ? 0 : clusterRadius * (2 * stream.uniform() - 1))
  const [columns, gridRows] = [5, 4]
  return {
    title: 'Map of three clusters',
    source: 'three.csv',
    version: '0.1.0',
    createdAt: '2026-11-24T20:10:00Z',
    points: {
      x: Float32Array.from(codes, (code, i) => middles[code]![0] + away(i)),
      y: Float32Array.from(codes, (code, i) => middles[code]![1] + away(i)),
    },
    columns: [
      { kind: 'category', name: 'kind', categories: ['apple', 'pear', 'plum'], codes },
      {
        kind: 'number',
        name: 'weight',
        unit: 'g',
        values: Float32Array.from(codes, (code, i) => (i % 50 === 49 ? NaN : 100 + code + i / rows)),
      },
    ],
    images: {
      ...{ width: side, height: side, channels: 1 },
      // Every pixel of a row's image is ten times its cluster plus one.
      pixels: Uint8Array.from(
        { length: rows * side * side },
        (_, i) => 10 * (Math.floor(i / side ** 2) % 3) + 1,
      ),
    },
    decoded: {
      ...{ columns, rows: gridRows, bounds: [-2, -2, 12, 10] },
      // Dark at the left, bright at the right.
      images: {
        ...{ width: side, height: side, channels: 1 },
        pixels: Uint8Array.from(
          { length: columns * gridRows * side * side },
          (_, i) => 60 * (Math.floor(i / side ** 2) % columns),
        ),
      },
      table: {
        names: ['kind', 'weight'],
        categories: [['apple', 'pear', 'plum'], undefined],
        values: Float32Array.from({ length: columns * gridRows * 2 }, (_, i) => (i % 2 === 0 ? 1 : 100)),
      },
    },
    quality: [
      {
        name: 'trustworthiness',
        value: 0.9764,
        meaning: 'Neighbours on the map are neighbours in the data.',
      },
    ],
    facts: [{ name: 'rows', value: rows }],
    notes: ['2 rows were left out: they are identical to others.'],
    command: 'hourglass embed three.csv --dims 2 --plot map.html --seed 7',
    split: Uint8Array.from({ length: rows }, (_, i) => (i % 5 === 4 ? 1 : 0)),
  }
}

/** A map with nothing but places. */
export function bareMap(x: Float32Array, y = x): MapReport {
  return {
    title: 'Map',
    source: 'x.csv',
    points: { x, y },
    columns: [],
    quality: [],
    facts: [],
    notes: [],
    command: '',
  }
}
