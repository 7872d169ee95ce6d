/**
 * The loss over the steps of training, of the training rows and of held-out ones, with the step whose weights were
 * kept. The losses themselves come from the training room.
 */
import { formatCount, formatNumber } from '../../base/index.js'
import type { ReportTraining } from '../detect-report.js'
import type { Plotting } from './plotting.js'
import { isWide, thinned } from './series.js'

interface Point {
  readonly step: number
  readonly loss: number
}

/**
 * @param training points in the order of their steps; losses that are not finite are left out
 * @returns an `<svg>` element, or undefined when there is no loss to draw
 */
export function trainingCurve({ marks, draw }: Plotting, training: ReportTraining): string | undefined {
  const train = thinned(pointsOf(training, 'trainLoss'))
  const heldOut = thinned(pointsOf(training, 'validationLoss'))
  const losses = [...train, ...heldOut].map(({ loss }) => loss)
  if (losses.length === 0) return undefined
  const best = pointsOf(training, heldOut.length > 0 ? 'validationLoss' : 'trainLoss').find(
    ({ step }) => step === training.bestStep,
  )
  const line = (points: readonly Point[], stroke: string, dash?: string) =>
    marks.line(points, {
      x: 'step',
      y: 'loss',
      stroke,
      strokeWidth: 2,
      ...(dash && { strokeDasharray: dash }),
    })
  return draw(
    {
      marginLeft: 54,
      marginRight: 20,
      marginBottom: 40,
      x: { label: 'step', labelAnchor: 'center', labelArrow: 'none', ticks: 4, tickFormat: formatCount },
      y: {
        type: isWide(losses) ? 'log' : 'linear',
        label: 'loss',
        labelArrow: 'none',
        grid: true,
        ticks: 4,
        tickFormat: (loss: number) => formatNumber(loss),
      },
      marks: [
        line(train, 'var(--quiet)', '4,3'),
        line(heldOut, 'var(--normal)'),
        ...(best ? bestMarks(marks, best) : []),
      ],
    },
    {
      title: 'Loss during training',
      description: described(train, heldOut, best),
      width: 400,
      height: 230,
    },
  )
}

function bestMarks(marks: Plotting['marks'], best: Point) {
  return [
    marks.ruleX([best], { x: 'step', stroke: 'currentColor', strokeOpacity: 0.4, strokeDasharray: '2,3' }),
    marks.dot([best], {
      x: 'step',
      y: 'loss',
      r: 5,
      fill: 'var(--normal)',
      stroke: 'var(--paper)',
      strokeWidth: 2,
    }),
  ]
}

function pointsOf({ points }: ReportTraining, which: 'trainLoss' | 'validationLoss'): readonly Point[] {
  return points.flatMap((point) => {
    const loss = point[which]
    return loss !== undefined && Number.isFinite(loss) ? [{ step: point.step, loss }] : []
  })
}

function described(train: readonly Point[], heldOut: readonly Point[], best: Point | undefined): string {
  const course = (name: string, points: readonly Point[]) =>
    points.length === 0
      ? []
      : [`${name} from ${formatNumber(points[0]!.loss)} to ${formatNumber(points.at(-1)!.loss)}`]
  return [
    ...course('Training loss', train),
    ...course('Held-out loss', heldOut),
    ...(best ? [`Best at step ${formatCount(best.step)} with ${formatNumber(best.loss)}`] : []),
  ].join('. ')
}
