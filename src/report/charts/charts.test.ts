/** Every chart: what it shows of its data, and what it does without. */
import { describe, expect, it } from 'vitest'
import type { ReportScores, ReportTraining } from '../detect-report.js'
import { calibrationCheck, isWithin } from './calibration-check.js'
import { hourglass } from './hourglass.js'
import { loadPlotting } from './plotting.js'
import { layoutOf, position } from './position.js'
import { scoreDistribution } from './score-distribution.js'
import { trainingCurve } from './training-curve.js'

const plotting = await loadPlotting()
const count = (text: string | undefined, part: RegExp): number => text?.match(part)?.length ?? 0

describe('trainingCurve', () => {
  const points = Array.from({ length: 5000 }, (_, step) => ({
    step,
    epoch: step / 10,
    trainLoss: 1 / (step + 1),
    validationLoss: 2 / (step + 1),
  }))
  const training: ReportTraining = { points, bestStep: 3000, stopped: 'early', steps: 5000 }

  it('draws both losses thinned, and marks the best step', () => {
    const svg = trainingCurve(plotting, training)
    expect(count(svg, /aria-label="line"/g)).toBe(2)
    expect(count(svg, /<circle/g)).toBe(1)
    expect(svg).toContain('Best at step 3,000')
    expect(svg!.length).toBeLessThan(30_000)
  })

  it('draws the training loss alone, and losses that are not finite not at all', () => {
    const diverged = [1, 0.5, NaN, Infinity].map((trainLoss, step) => ({ step, epoch: step, trainLoss }))
    const svg = trainingCurve(plotting, { ...training, points: diverged, bestStep: 1 })
    expect(svg).toContain('Training loss from 1 to 0.5. Best at step 1')
    expect(svg).not.toMatch(/NaN|Infinity/)
  })

  it('draws nothing without points', () => {
    expect(trainingCurve(plotting, { ...training, points: [] })).toBeUndefined()
  })
})

describe('scoreDistribution', () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => 1.01 ** i)
  const scores: ReportScores = { values, threshold: 15_000, falseAlarmRate: 0.01, anomalies: 33 }
  const size = { width: 800, height: 280 }

  it('draws the threshold, flagged bars in another colour, and says so in words', () => {
    const svg = scoreDistribution(plotting, scores, size)
    expect(svg).toContain('threshold 15')
    expect(svg).toContain('fill="var(--anomaly)"')
    expect(svg).toContain('33 above the threshold')
    expect(svg).toContain('logarithmic')
  })

  it('draws each side of a label by itself', () => {
    const labels = Uint8Array.from(values, (_, i) => (i > 990 ? 1 : 0))
    const svg = scoreDistribution(plotting, { ...scores, labels }, size)
    expect(svg).toContain('>labelled anomalous</text>')
    expect(svg).toContain('>labelled normal</text>')
    expect(count(svg, />threshold /g)).toBe(1)
  })

  it('reaches out to a threshold that no score passes, or says where it lies', () => {
    const plain: ReportScores = { ...scores, values: [1, 2, 3, 4], anomalies: 0 }
    const near = scoreDistribution(plotting, { ...plain, threshold: 6 }, size)
    expect(near).toContain('>threshold 6</text>')
    expect(near).toContain('stroke-dasharray')
    const far = scoreDistribution(plotting, { ...plain, threshold: 900 }, size)
    expect(far).toContain('>threshold 900, farther right →</text>')
    expect(far).not.toContain('stroke-dasharray')
  })

  it('counts few rows without fractions', () => {
    const svg = scoreDistribution(plotting, { ...scores, values: [1], threshold: Infinity }, size)!
    expect(count(svg, /y="0\.32em">/g)).toBe(2)
  })

  it('has no line where nothing can be flagged, and no chart without scores', () => {
    const svg = scoreDistribution(plotting, { ...scores, threshold: Infinity, anomalies: 0 }, size)
    expect(svg).toContain('no threshold')
    expect(svg).not.toContain('fill="var(--anomaly)"')
    expect(scoreDistribution(plotting, { ...scores, values: [NaN] }, size)).toBeUndefined()
  })
})

describe('calibrationCheck', () => {
  const check = { asked: 0.01, observed: 0, low: 0, high: 0.03, rows: 100 }

  it('draws a dot for every rate, also for none observed', () => {
    const checks = [check, { ...check, asked: 0.1, observed: 0.3, low: 0.05, high: 0.16 }]
    const svg = calibrationCheck(plotting, { rows: 100, checks })
    expect(count(svg, /<circle/g)).toBe(2)
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(checks.map(isWithin)).toEqual([true, false])
  })

  it('draws nothing without checks', () => {
    expect(calibrationCheck(plotting, { rows: 0, checks: [] })).toBeUndefined()
    expect(calibrationCheck(plotting, { rows: 0, checks: [{ ...check, observed: NaN }] })).toBeUndefined()
  })
})

describe('hourglass', () => {
  const model = { kind: 'denoising', latent: 4, parameterCount: 10, seconds: 1 }

  it('draws every layer with its width, the code in another colour', () => {
    const svg = hourglass({ ...model, widths: [1200, 64, 4, 64, 1200] })
    expect(count(svg, /<rect/g)).toBe(5)
    expect(count(svg, /--anomaly/g)).toBe(1)
    expect(svg).toMatch(/>1,200</)
    expect(svg).toContain('font-weight="700">4<')
  })

  it('names only the ends and the code of a deep network', () => {
    const svg = hourglass({
      ...model,
      widths: [...Array<number>(10).fill(9), 4, ...Array<number>(10).fill(9)],
    })
    expect(count(svg, /<text/g)).toBe(6)
  })

  it('draws nothing without layers', () => {
    expect(hourglass({ ...model, widths: [] })).toBeUndefined()
  })
})

describe('position', () => {
  const ordinary = { value: 5, expected: 7, low: 0, high: 10 }

  it('keeps the order of near places, without a break', () => {
    const { value, expected, low, high, breaksLeft, breaksRight } = layoutOf(ordinary)
    expect([low, value, expected, high].every((place, i, all) => i === 0 || place > all[i - 1]!)).toBe(true)
    expect(breaksLeft || breaksRight).toBe(false)
  })

  it.each([
    ['above', { ...ordinary, value: 1e300 }],
    ['below', { ...ordinary, value: -1e9 }],
    ['both above', { ...ordinary, value: 1e9, expected: 1e6 }],
    ['expected farther', { ...ordinary, value: 1e6, expected: 1e9 }],
    ['without a range', { value: 3, expected: 0, low: 0, high: 0 }],
    ['both below', { ...ordinary, value: -50, expected: -1e9 }],
  ])('breaks the axis where something lies far %s, and keeps the order', (_, data) => {
    const layout = layoutOf(data)
    const places = [layout.value, layout.expected, layout.low, layout.high]
    expect(places.every((place) => place >= 0 && place <= 100)).toBe(true)
    expect(layout.breaksLeft || layout.breaksRight).toBe(true)
    expect(Math.sign(layout.value - layout.expected)).toBe(Math.sign(data.value - data.expected))
  })

  it('escapes its texts', () => {
    const svg = position(ordinary, { title: '<b>', low: '"&', high: `'` })
    expect(svg).toContain('<title>&lt;b&gt;</title>')
    expect(svg).toContain('&quot;&amp;')
  })
})
