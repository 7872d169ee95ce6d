/**
 * A report to look at and to test with, shaped as one of vega-datasets' movies.json is: 3,201 rows, mixed columns,
 * many missing cells, heavy tails. Its numbers are made up from a seed; nothing is trained.
 */
import { random } from '../src/base/index.js'
import type { DetectReport, ReportAnomaly, ReportColumn } from '../src/report/index.js'

const rows = 3201
const threshold = 1.41

const column = (
  name: string,
  kind: string,
  missing: number,
  distinct: number,
  reason: string,
  used = true,
): ReportColumn => ({ name, kind, used, reason, missing, distinct })

const columns: readonly ReportColumn[] = [
  column('Title', 'text', 1, 3176, 'nearly every value is different', false),
  column('US Gross', 'numeric', 7, 2956, 'numbers'),
  column('Worldwide Gross', 'numeric', 7, 3067, 'numbers'),
  column('US DVD Sales', 'numeric', 2637, 546, 'numbers'),
  column('Production Budget', 'numeric', 1, 316, 'numbers'),
  column('Release Date', 'datetime', 0, 1603, 'every known value is a date'),
  column('MPAA Rating', 'categorical', 605, 7, '7 different texts'),
  column('Running Time min', 'numeric', 1992, 132, 'numbers'),
  column('Distributor', 'categorical', 232, 174, '174 different texts'),
  column('Source', 'categorical', 365, 18, '18 different texts'),
  column('Major Genre', 'categorical', 275, 12, '12 different texts'),
  column('Creative Type', 'categorical', 446, 9, '9 different texts'),
  column('Director', 'text', 1331, 550, 'too many different texts to learn from', false),
  column('Rotten Tomatoes Rating', 'numeric', 880, 100, 'numbers'),
  column('IMDB Rating', 'numeric', 213, 80, 'numbers'),
  column('IMDB Votes', 'numeric', 213, 2830, 'numbers'),
]

const day = (text: string): number => Date.parse(text)

const anomalies: readonly ReportAnomaly[] = [
  {
    row: 1235,
    id: 'Avatar',
    score: 9.14,
    pValue: 0.0016,
    isAnomaly: true,
    reason:
      'Worldwide Gross is 2.77 G, expected about 610 M given the other columns; US Gross is 760 M, expected about 305 M; IMDB Votes is 261,439, expected about 118,000.',
    contributions: [
      {
        column: 'Worldwide Gross',
        share: 0.62,
        value: '2.77 G',
        expected: '610 M',
        position: { value: 2.767e9, expected: 6.1e8, low: 0, high: 6.75e8 },
      },
      {
        column: 'US Gross',
        share: 0.21,
        value: '760 M',
        expected: '305 M',
        position: { value: 7.6e8, expected: 3.05e8, low: 0, high: 2.8e8 },
      },
      {
        column: 'IMDB Votes',
        share: 0.09,
        value: '261,439',
        expected: '118,000',
        position: { value: 261439, expected: 118000, low: 33, high: 170000 },
      },
    ],
  },
  {
    row: 2031,
    id: 'The Wind and the Willows & Other Stories from the Riverbank, Told Anew',
    score: 6.02,
    pValue: 0.0016,
    isAnomaly: true,
    reason:
      'Release Date is 2041-04-14, expected about 2004-10-12 given the other columns; Source is "Based on Toy", expected "Original Screenplay".',
    contributions: [
      {
        column: 'Release Date',
        share: 0.74,
        value: '2041-04-14',
        expected: '2004-10-12',
        position: {
          value: day('2041-04-14'),
          expected: day('2004-10-12'),
          low: day('1962-06-05'),
          high: day('2010-10-29'),
        },
      },
      { column: 'Source', share: 0.18, value: '"Based on Toy"', expected: '"Original Screenplay"' },
    ],
  },
  {
    row: 12,
    id: 'Sanctuary',
    score: 4.4,
    pValue: 0.0031,
    isAnomaly: true,
    reason: 'Running Time min is 222, expected about 109 given the other columns.',
    contributions: [
      {
        column: 'Running Time min',
        share: 0.91,
        value: '222',
        expected: '109',
        position: { value: 222, expected: 109, low: 76, high: 169 },
      },
    ],
  },
  {
    row: 877,
    id: 'Over the Hill to the Poorhouse',
    score: 3.3,
    pValue: 0.0047,
    isAnomaly: true,
    reason:
      'IMDB Rating is 1.6, expected about 7.1 given the other columns; Rotten Tomatoes Rating is 94, expected about 20.',
    contributions: [
      {
        column: 'IMDB Rating',
        share: 0.58,
        value: '1.6',
        expected: '7.1',
        position: { value: 1.6, expected: 7.1, low: 2.6, high: 8.4 },
      },
      {
        column: 'Rotten Tomatoes Rating',
        share: 0.33,
        value: '94',
        expected: '20',
        position: { value: 94, expected: 20, low: 3, high: 98 },
      },
    ],
  },
]

/** The sample; other cases are made from it by spreading. */
export function sampleReport(): DetectReport {
  const numbers = random(7)
  const bell = (): number => 0.58 * numbers.normal()
  const values = Float32Array.from({ length: rows }, () => 0.42 * Math.exp(1.05 * bell()))
  const steps = Array.from({ length: 60 }, (_, i) => (i + 1) * 40)
  anomalies.forEach(({ row, score }) => (values[row - 1] = score))
  const rest = Array.from({ length: 12 }, (_, i): ReportAnomaly => ({
    ...anomalies[2 + (i % 2)]!,
    row: 100 + 211 * i,
    id: `Film ${i + 1}`,
    score: 2.6 - 0.12 * i,
    isAnomaly: 2.6 - 0.12 * i >= threshold,
    pValue: 0.006 + 0.001 * i,
  }))
  return {
    title: 'Anomalies in movies.json',
    source: 'movies.json',
    createdAt: '2026-03-14T09:26:53.000Z',
    version: '0.1.0',
    seed: 0,
    command: 'hourglass detect movies.json --model movies.onnx --report report.html',
    rows,
    trainedRows: 2561,
    calibrationRows: 640,
    columns,
    model: {
      kind: 'denoising',
      widths: [251, 160, 64, 16, 64, 160, 251],
      latent: 16,
      parameterCount: 103_227,
      modelFile: 'movies.onnx',
      seconds: 7.4,
    },
    training: {
      points: steps.map((step) => ({
        step,
        epoch: step / 40,
        trainLoss: 0.36 + 0.6 * Math.exp(-step / 300) + 0.03 * bell(),
        validationLoss: 0.4 + 0.55 * Math.exp(-step / 320) + 1.5e-8 * step ** 2 + 0.008 * bell(),
      })),
      bestStep: 1320,
      stopped: 'early',
      steps: 2400,
    },
    scores: {
      values,
      threshold,
      falseAlarmRate: 0.01,
      anomalies: values.filter((value) => value >= threshold).length,
    },
    calibration: {
      rows: 320,
      checks: [
        { asked: 0.01, observed: 0.0125, low: 0.0015, high: 0.025, rows: 320 },
        { asked: 0.02, observed: 0.019, low: 0.006, high: 0.0375, rows: 320 },
        { asked: 0.05, observed: 0.0594, low: 0.028, high: 0.075, rows: 320 },
        { asked: 0.1, observed: 0.103, low: 0.069, high: 0.134, rows: 320 },
      ],
    },
    anomalies: [...anomalies, ...rest],
    warnings: ['Title was taken as the name of a row, not learned from.'],
  }
}
