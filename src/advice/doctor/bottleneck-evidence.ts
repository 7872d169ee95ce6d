/** What the examination of the bottleneck shows: the knee, the curve, and intrinsic dimensions of the cloud of rows. */
import {
  maximumLikelihoodDimension,
  nearestNeighbors,
  twoNearestNeighbors,
  type DimensionEstimate,
} from '../../geometry/index.js'
import type { WidthCurve } from './bottleneck-curve.js'
import type { Chart, Evidence, Patient } from './diagnosis.js'
import { pointsOf, quietly } from './points.js'

/** Rows that intrinsic dimensions are estimated from, and neighbours of each. */
const mostRows = 3000
const neighborCount = 20

/** The knee and the errors around it. */
export function curveEvidence({ knee, widths, errors, numbers }: WidthCurve): readonly Evidence[] {
  const at = errors[widths.indexOf(knee.width)]!
  return [
    {
      name: 'knee of the curve',
      value: knee.width,
      low: knee.low,
      high: knee.high,
      unit: 'units',
      meaning: knee.beyond
        ? 'the widest code that was looked at: held-out errors still fall there'
        : 'the width after which more units only copy noise',
    },
    {
      name: 'held-out error at the knee',
      value: at.mean,
      low: at.low,
      high: at.high,
      unit: 'nats a column',
      meaning: `without any code it is ${errors[0]!.mean.toPrecision(3)}`,
    },
    { name: 'numbers in a row', value: numbers, meaning: 'features, less one for each group of categories' },
  ]
}

/** Intrinsic dimensions by the distances to nearest neighbours; nothing for too few rows. */
export async function dimensionEvidence(patient: Patient): Promise<readonly Evidence[]> {
  const { cloud } = pointsOf(patient, mostRows)
  if (cloud.rows <= neighborCount) return []
  const options = { engine: patient.machine.engine, ...quietly(patient) }
  const neighbors = await nearestNeighbors(cloud, neighborCount, options)
  return [
    {
      name: 'intrinsic dimension (TwoNN)',
      ...dimensionOf(twoNearestNeighbors(neighbors, { seed: patient.seed })),
      meaning:
        'by the ratio of the distances to the two nearest rows: at the finest scale, where noise counts as well',
    },
    {
      name: 'intrinsic dimension (maximum likelihood)',
      ...dimensionOf(maximumLikelihoodDimension(neighbors)),
      meaning: `by the distances to the ${neighborCount} nearest rows: at a coarser scale`,
    },
  ]
}

/** A dimension with the interval of its sampling; rows in the same place have none that is a number. */
function dimensionOf({
  dimension,
  standardError,
}: DimensionEstimate): Pick<Evidence, 'value' | 'low' | 'high'> {
  if (!Number.isFinite(dimension)) return { value: 'none' }
  const half = 1.96 * standardError
  return { value: dimension, ...(Number.isFinite(half) && { low: dimension - half, high: dimension + half }) }
}

/** The curve, with the knee, the code's own width and the intrinsic dimension. */
export function curveCharts(
  { widths, errors, numbers, knee }: WidthCurve,
  own: number | undefined,
  [twoNN]: readonly Evidence[],
): readonly Chart[] {
  const shown = widths.slice(1)
  const per = (value: number, i: number): number => (value * numbers) / Math.max(1, numbers - shown[i]!)
  const after = errors.slice(1)
  return [
    {
      kind: 'curve',
      title: 'Held-out error by the width of the code',
      x: 'units of the code that are kept',
      y: 'error, nats a column',
      log: 'y',
      series: [
        {
          name: 'error',
          x: shown,
          y: after.map(({ mean }) => mean),
          low: after.map(({ low, mean }) => (Number.isFinite(low) ? Math.max(low, mean / 10) : mean)),
          high: after.map(({ high, mean }) => (Number.isFinite(high) ? high : mean)),
        },
        { name: 'for each number left unexplained', x: shown, y: after.map(({ mean }, i) => per(mean, i)) },
      ],
      marks: [
        { axis: 'x', at: knee.width, text: `knee, ${knee.width}` },
        ...(own === undefined || own > widths.at(-1)!
          ? []
          : [{ axis: 'x' as const, at: own, text: `this code, ${own}` }]),
        ...(twoNN === undefined || typeof twoNN.value === 'string' || twoNN.value > widths.at(-1)!
          ? []
          : [{ axis: 'x' as const, at: twoNN.value, text: `TwoNN, ${twoNN.value.toPrecision(2)}` }]),
      ],
    },
  ]
}
