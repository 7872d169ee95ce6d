/**
 * False-alarm rates asked for against those observed on rows held out, each with the interval that chance allows.
 * Both axes are logarithmic, since what matters are small rates.
 */
import { formatPercent } from '../../base/index.js'
import type { ReportCalibration, ReportCalibrationCheck } from '../detect-report.js'
import type { Plotting } from './plotting.js'

/** Room on the axes beside the smallest and the largest rate, as a factor. */
const margin = 1.6
/** Rates that are written at the axis. */
const roundRates = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]

/**
 * @param calibration checks with rates from 0 to 1
 * @returns an `<svg>` element, or undefined when nothing was checked
 */
export function calibrationCheck(
  { marks, draw }: Plotting,
  { checks }: ReportCalibration,
): string | undefined {
  const known = checks.filter(({ asked, observed }) => asked > 0 && Number.isFinite(observed))
  if (known.length === 0) return undefined
  const rates = known.flatMap(({ asked, observed, low, high }) => [asked, observed, low, high])
  const from = Math.min(...rates.filter((rate) => rate > 0)) / margin
  const to = Math.min(1, Math.max(...rates) * margin)
  const shown = (rate: number): number => Math.max(from, rate)
  const askedRates = known.map((check) => check.asked)
  const across = [Math.min(...askedRates) / margin, Math.max(...askedRates) * margin] as const
  const axis = { text: formatPercent, labelArrow: 'none' } as const // Plot's own format leaves most rates out
  const round = roundRates.filter((rate) => rate >= from && rate <= to)
  const exact = [Math.max(across[0], from), Math.min(across[1], to)]
  const asked = { x: ({ asked }: ReportCalibrationCheck) => asked }
  return draw(
    {
      marginLeft: 54,
      marginRight: 20,
      marginBottom: 40,
      x: { type: 'log', domain: across },
      y: { type: 'log', domain: [from, to] },
      marks: [
        marks.axisX(askedRates, { ...axis, label: 'asked for', labelAnchor: 'center' }),
        marks.gridY(round),
        marks.axisY(round, { ...axis, label: 'observed' }),
        marks.line(exact, {
          x: (x: number) => x,
          y: (x: number) => x,
          stroke: 'currentColor',
          strokeOpacity: 0.5,
          strokeDasharray: '4,3',
        }),
        marks.ruleX(known, {
          ...asked,
          y1: ({ low }: ReportCalibrationCheck) => shown(low),
          y2: ({ high }: ReportCalibrationCheck) => shown(high),
          stroke: 'var(--normal)',
          strokeOpacity: 0.35,
          strokeWidth: 8,
        }),
        marks.dot(known, {
          ...asked,
          y: ({ observed }: ReportCalibrationCheck) => shown(observed),
          r: 5,
          fill: (check: ReportCalibrationCheck) => (isWithin(check) ? 'var(--normal)' : 'var(--anomaly)'),
          stroke: 'var(--paper)',
          strokeWidth: 2,
          title: (check: ReportCalibrationCheck) =>
            `asked ${formatPercent(check.asked)}, observed ${formatPercent(check.observed)}`,
        }),
      ],
    },
    {
      title: 'False-alarm rates, asked for and observed',
      description: known
        .map(({ asked, observed }) => `asked ${formatPercent(asked)}, observed ${formatPercent(observed)}`)
        .join('; '),
      width: 400,
      height: 250,
    },
  )
}

/** Whether what was observed lies where chance alone would put it. */
export function isWithin({ observed, low, high }: ReportCalibrationCheck): boolean {
  return observed >= low && observed <= high
}
