/**
 * Which architectures suit a table: the rules that propose kind, depth and width, each with its reason, and the
 * candidates that race against what is there (race.ts).
 *
 * | rule | reason |
 * |---|---|
 * | code: the knee of the bottleneck's curve, for kinds that only a narrow code keeps from copying | more units copy noise, fewer lose structure |
 * | code as wide as its hidden layers, for kinds that noise or hidden cells keep from copying | a narrow code would only add a limit they do not need |
 * | hidden layers of four units for each number of a row, 32 to 256 | a layer must hold the bends of the surface that rows lie on: wider than the row itself |
 * | one hidden layer below 2,000 training rows, else a second one to try | depth pays where rows are many enough to fit it |
 * | at most ten parameters for each cell that is learned from | beyond that the network can remember the rows |
 * | images: convolutions; windows of series: the sequence kind | neighbours on a grid tell most about a cell |
 */
import type { FeatureSpace } from '../../autoencoders/index.js'
import type { KindChoice } from '../../learning/index.js'
import type { WidthCurve } from './bottleneck-curve.js'
import { numbersIn } from './bottleneck-curve.js'

/** An architecture that may suit. */
export interface Candidate {
  /** In a few words. */
  readonly name: string
  /** Why it is tried. */
  readonly reason: string
  /** Options of kind and widths; settings of the training are the subject's. */
  readonly learning: KindChoice
}

/** What the rules look at. */
export interface Shape {
  readonly space: FeatureSpace
  readonly trainingRows: number
  readonly knee: WidthCurve['knee']
}

/** Rows from which on a second hidden layer is tried, and the most parameters for each cell. */
const rowsForDepth = 2000
const mostPerCell = 10

/** Width of hidden layers by the rules. */
export function hiddenWidth({ space, trainingRows }: Shape): number {
  const wanted = Math.max(32, Math.min(256, 4 * numbersIn(space)))
  // Two layers of h units and a code of h between them: about 2·(D + h)·h parameters.
  const cells = trainingRows * space.columns.length
  const affordable = (h: number): boolean => 2 * (space.width + h) * h <= mostPerCell * cells
  return [256, 192, 128, 96, 64, 48, 32, 24, 16].find((h) => h <= wanted && affordable(h)) ?? 16
}

/** The candidates that race, the most likely first. */
export function candidatesFor(shape: Shape): readonly Candidate[] {
  const { space, trainingRows, knee } = shape
  const h = hiddenWidth(shape)
  const code = Math.max(1, knee.width)
  const list: Candidate[] = [
    {
      name: 'denoising',
      reason: `noise keeps a wide code from copying; ${h} units suit ${numbersIn(space)} numbers and ${trainingRows} rows`,
      learning: { kind: 'denoising', options: { hidden: [h], latent: h } },
    },
    {
      name: 'narrow code',
      reason: `a code of ${code}, the knee of the curve, between layers that narrow toward it`,
      learning: {
        kind: 'undercomplete',
        options: { hidden: [h, Math.max(16, Math.round(h / 2), code)], latent: code },
      },
    },
    {
      name: 'hidden cells',
      reason: 'cells are predicted from the others, which suits wrong cells',
      learning: { kind: 'masked', options: { hidden: [h], latent: h } },
    },
  ]
  if (trainingRows >= rowsForDepth) {
    list.push({
      name: 'denoising, deeper',
      reason: `a second hidden layer, which ${trainingRows} rows can fit`,
      learning: { kind: 'denoising', options: { hidden: [h, h], latent: h } },
    })
  }
  if (space.grid !== undefined) {
    const image = space.grid.kind === 'image'
    list.push({
      name: image ? 'convolutional' : 'sequence',
      reason: image
        ? 'neighbouring pixels tell most about a pixel'
        : 'neighbouring steps tell most about a step',
      learning: image
        ? { kind: 'convolutional', options: { latent: code } }
        : { kind: 'sequence', options: { latent: code } },
    })
  }
  return list
}
