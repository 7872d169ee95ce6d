/**
 * Which coefficients that are known already tell how large one is likely to be. All of them come before it: in blocks to
 * the left and above at any frequency of its own pass or a lower one, in the same block if earlier in the scan, and in all
 * blocks around at frequencies of lower passes.
 *
 * Three parts, since each makes a context of its own: 0 blocks around, 1 the block itself, 2 other planes and lower
 * passes. Weights are fitted (fit-entropy-model.ts) and come with a model; neighbours that got none are left out there.
 */
import { blockSize, channelCount, latentLayout, placeOf, planeChannels } from './latent-layout.js'

/** A coefficient near another one. */
export interface Neighbor {
  /** Blocks to the right. */
  readonly right: number
  /** Blocks down. */
  readonly down: number
  /** Its place in its block. */
  readonly place: number
}

/** Three parts of a coefficient's neighbourhood. */
export type Neighborhood = readonly [around: Neighbor[], inside: Neighbor[], other: Neighbor[]]

const { positionOf, passOf } = latentLayout
type Step = readonly [number, number]
const nextFrequencies: readonly Step[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
]
const nearFrequencies: readonly Step[] = [
  ...nextFrequencies,
  [-1, -1],
  [-2, 0],
  [0, -2],
  [1, -1],
  [-1, 1],
  [1, 1],
  [-2, -1],
  [-1, -2],
]
const blocksBefore: readonly Step[] = [
  [-1, 0],
  [0, -1],
  [-1, -1],
  [1, -1],
  [-2, 0],
  [0, -2],
]

/** The neighbourhood of every coefficient, by place. */
export const neighborhoods = (): Neighborhood[] =>
  Array.from({ length: channelCount }, (_, place) => neighborhoodOf(place))

function neighborhoodOf(place: number): Neighborhood {
  const plane = Math.floor(place / planeChannels)
  const [u, v] = [place % blockSize, Math.floor((place % planeChannels) / blockSize)]
  const same = blocksBefore.map(([right, down]) => ({ right, down, place }))
  const planesBefore = Array.from({ length: plane }, (_, before) => before)
  if (u === 0 && v === 0) return [same, [], planesBefore.map((before) => inBlock(placeOf(before, 0, 0)))]
  const at = (other: number, steps: readonly Step[]): number[] =>
    steps
      .map(([du, dv]) => [u + du, v + dv] as const)
      .filter(([x, y]) => x >= 0 && y >= 0 && x < blockSize && y < blockSize && x + y > 0)
      .map(([x, y]) => placeOf(other, x, y))
  const isKnown = (other: number): boolean => positionOf[other]! < positionOf[place]!
  const isLower = (other: number): boolean => passOf[other]! < passOf[place]!

  const nextBefore = at(plane, nextFrequencies)
    .filter((other) => passOf[other]! <= passOf[place]!)
    .flatMap((other) => [
      { right: -1, down: 0, place: other },
      { right: 0, down: -1, place: other },
    ])
  const parent = placeOf(plane, u >> 1, v >> 1)
  const parentsAround =
    parent % planeChannels !== 0 && isLower(parent)
      ? nextFrequencies.map(([right, down]) => ({ right, down, place: parent }))
      : []
  const inBrightness = plane > 0 ? at(0, nextFrequencies).filter(isKnown) : []
  return [
    [...same, ...nextBefore],
    at(plane, nearFrequencies).filter(isKnown).map(inBlock),
    [
      ...parentsAround,
      ...planesBefore.map((before) => inBlock(placeOf(before, u, v))),
      ...inBrightness.map(inBlock),
    ],
  ]
}

const inBlock = (place: number): Neighbor => ({ right: 0, down: 0, place })
