/**
 * What networks over images and series share: the grid that they need, a row as cells of channels, and cells of channels
 * as a row again. A cell is a pixel or a time step.
 */
import { HourglassError, type Grid } from '../../base/index.js'
import {
  add,
  concat,
  constant,
  floats,
  reshape,
  slice,
  transpose,
  unsqueeze,
  type Value,
} from '../../graph/index.js'
import { allKnown, featuresFrom, type FeatureBatch, type FeatureSpace } from '../feature-space.js'
import type { NetworkOptions, NetworkShape } from './network.js'

export type ImageGrid = Extract<Grid, { readonly kind: 'image' }>
export type SeriesGrid = Extract<Grid, { readonly kind: 'series' }>

/** The image grid of a space. @param who a network or a kind, for the message. @throws HG_USAGE when there is none */
export function imageGridOf({ grid, columns }: FeatureSpace, who: string): ImageGrid {
  if (grid?.kind === 'image') return grid
  throw new HourglassError(
    'HG_USAGE',
    `${who}: expected rows that are images, got ${gotWords(grid, columns.length)}; say how their numbers lie with --image HEIGHTxWIDTH ` +
      '(such as --image 28x28, or 32x32x3 in colour), or choose another network',
  )
}

/** The series grid of a space. @param who a network or a kind, for the message. @throws HG_USAGE when there is none */
export function seriesGridOf({ grid, columns }: FeatureSpace, who: string): SeriesGrid {
  if (grid?.kind === 'series') return grid
  throw new HourglassError(
    'HG_USAGE',
    `${who}: expected rows that are windows of a series, got ${gotWords(grid, columns.length)}; say how many time steps a row looks ` +
      'back with --window (such as --window 32), or choose another network',
  )
}

const gotWords = (grid: Grid | undefined, columns: number): string =>
  grid === undefined
    ? `${columns} columns without a grid`
    : grid.kind === 'image'
      ? `images of ${grid.height}×${grid.width}`
      : `windows of ${grid.steps} time steps`

/** What an encoder reads of each cell besides its channels. */
export interface CellInputs {
  readonly space: FeatureSpace
  readonly channels: number
  readonly readsMask: boolean
  /** Numbers of the row that every cell is told. */
  readonly extraInputs: number
}

/** The inputs of a network over the cells of a grid. */
export const cellInputs = (
  space: FeatureSpace,
  { channels }: Grid,
  { readsMask = false }: NetworkOptions,
  { extraInputs = 0 }: NetworkShape,
): CellInputs => ({ space, channels, readsMask, extraInputs })

/** Numbers that the encoder reads of each cell. */
export const numbersPerCell = ({ channels, readsMask, extraInputs }: CellInputs): number =>
  channels * (readsMask ? 2 : 1) + extraInputs

/**
 * A row as cells: its channels, then the mask of each channel, then what the whole row is told.
 *
 * @param extra `[batch, extraInputs]`
 * @returns `[batch, cells, numbersPerCell]`
 */
export function cellsOf(inputs: CellInputs, { features, mask }: FeatureBatch, extra?: Value): Value {
  const { space, channels, readsMask } = inputs
  const cells = space.width / channels
  const pieces = [reshape(features, [-1, cells, channels])]
  if (readsMask) pieces.push(reshape(mask ?? allKnown(space, features), [-1, cells, channels]))
  if (extra !== undefined) pieces.push(inEveryCell(extra, cells))
  return concat(pieces, 2)
}

/** `[batch, width]` to `[batch, cells, width]`, the same in every cell. */
export function inEveryCell(x: Value, cells: number): Value {
  const width = x.shape[1] as number
  return add(unsqueeze(x, [1]), constant(floats(new Float32Array(cells * width), [1, cells, width])))
}

/** Numbers that a decoder must give for each channel of each cell, so that there are as many as the kind asks for. */
export const outputsPerChannel = ({ width }: FeatureSpace, { outputs }: NetworkShape): number =>
  Math.ceil(outputs / width)

/**
 * Cells as rows of a decoder's output: blocks of a number for each feature, in the order of the features.
 *
 * @param cells `[batch, cells, channels · blocks]`, blocks of channels
 * @returns `[batch, outputs]`
 */
export function rowsOf(cells: Value, channels: number, outputs: number): Value {
  const [, count, width] = cells.shape as readonly [unknown, number, number]
  const blocks = width / channels
  const inBlocks =
    blocks === 1 ? cells : transpose(reshape(cells, [-1, count, blocks, channels]), [0, 2, 1, 3])
  return featuresFrom(reshape(inBlocks, [-1, count * width]), 0, outputs)
}

/** Cuts axes to their first elements where they are longer. @param sizes `[axis, size]` each */
export const cropped = (x: Value, sizes: readonly (readonly [axis: number, size: number])[]): Value =>
  slice(
    x,
    sizes.filter(([axis, size]) => x.shape[axis] !== size).map(([axis, end]) => ({ axis, start: 0, end })),
  )
