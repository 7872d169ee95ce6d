/** Charts over the steps of training, and the arithmetic of axes and labels that they share. */
import { describe, expect, it } from 'vitest'
import type { ReportCoursePoint } from '../inspect-report.js'
import { courseLines } from './course-lines.js'
import { gradientCourse, shadeOf } from './gradient-course.js'
import { loadPlotting } from './plotting.js'
import { domainOf, isWide, logTicks, spread, thinned } from './series.js'

const plotting = await loadPlotting()
const count = (text: string | undefined, part: RegExp): number => text?.match(part)?.length ?? 0

describe('series', () => {
  it('thins to at most so many and one more, the last always among them', () => {
    const kept = thinned(
      Array.from({ length: 1001 }, (_, i) => i),
      10,
    )
    expect(kept.length).toBeLessThanOrEqual(11)
    expect(kept.at(-1)).toBe(1000)
  })

  it('takes a logarithmic axis for numbers above 0 that are far apart, and no other', () => {
    expect(
      [
        [1, 30],
        [1, 3],
        [0, 30],
        [-1, 30],
      ].map(isWide),
    ).toEqual([true, false, false, false])
  })

  it('makes a domain of one number', () => {
    expect(domainOf([5], false)).toEqual([4.5, 5.5])
    expect(domainOf([0], false)).toEqual([-1, 1])
    expect(domainOf([5], true)).toEqual([2.5, 10])
  })

  it.each([
    [[0.02, 5], [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5], 300],
    [[0.511, 1.22], [0.6, 0.8, 1, 1.2], 200],
    [[1e-30, 1e30], [1], 30],
    [[1e-9, 5], [1e-8, 1e-4, 1], 60],
  ] as const)('has ticks that fit from %j', ([from, to], ticks, length) => {
    expect(logTicks([from, to], length, 80)).toEqual(ticks)
  })

  it('spreads labels as little as needed, in their order, inside', () => {
    expect(spread([10, 60], 14, [0, 100])).toEqual([10, 60])
    expect(spread([98, 99, 97], 14, [0, 100])).toEqual([86, 100, 72])
    expect(spread([50, 50, 0], 14, [0, 100])).toEqual([50, 64, 0])
  })
})

describe('courseLines', () => {
  const frame = { title: 'T <', label: 'term', width: 400, height: 230 }
  const line = (name: string, values: readonly number[]) => ({
    name,
    points: values.map((value, step) => ({ step, value })),
  })

  it('draws and names every line, escaped', () => {
    const svg = courseLines(plotting, [line('a<b', [5, 4, 3]), line('kl', [1, 2, NaN])], frame)
    expect(count(svg, /aria-label="line"/g)).toBe(2)
    expect(svg).toContain('>a&lt;b</text>')
    expect(svg).toContain('<title>T &lt;</title><desc>a&lt;b from 5 to 3. kl from 1 to 2</desc>')
    expect(svg).not.toContain('NaN')
  })

  it('puts names beside the ends of their lines', () => {
    const svg = courseLines(plotting, [line('low', [1, 0]), line('high', [1, 2])], frame)!
    const heights = [...svg.matchAll(/y="([\d.]+)" fill="currentColor" text-anchor="start">/g)].map(([, y]) =>
      Number(y),
    )
    // The drawing spans 22 to 190 pixels; a text's foot lies 4 below its middle.
    expect(heights).toEqual([194, 26])
  })

  it('shows one point as a dot, says so where the axis is logarithmic, and leaves out what such an axis cannot show', () => {
    expect(count(courseLines(plotting, [line('a', [1])], frame), /<circle/g)).toBe(1)
    expect(courseLines(plotting, [line('a', [1, 900])], frame)).toContain('term, logarithmic')
    expect(courseLines(plotting, [line('a', [0, -1])], { ...frame, scale: 'log' })).toBeUndefined()
    expect(courseLines(plotting, [], frame)).toBeUndefined()
    expect(courseLines(plotting, [line('a', [3, 3, 3])], { ...frame, isNamed: false })).not.toMatch(
      /NaN|class="names"/,
    )
  })
})

describe('gradientCourse', () => {
  const course = (layers: number, norm = (step: number, layer: number) => (layer + 1) / step) =>
    Array.from({ length: 200 }, (_, i): ReportCoursePoint => ({
      step: i + 1,
      epoch: 0,
      parts: {},
      metrics: {},
      gradientNorms: Object.fromEntries(
        Array.from({ length: layers }, (__, k) => [`decoder.a.very.long.name.${k}`, norm(i + 1, k)]),
      ),
    }))

  it('draws few layers as lines with names', () => {
    const { svg, range, left } = gradientCourse(plotting, course(4), 400)!
    expect(count(svg, /aria-label="line"/g)).toBe(4)
    expect([range, left]).toEqual([undefined, 0])
  })

  it('draws many layers as a map, a row each though their names are cut alike, and counts those beyond', () => {
    const { svg, range, left } = gradientCourse(plotting, course(50), 380)!
    expect(range).toEqual([1 / 200, 40])
    expect(left).toBe(10)
    expect(count(svg, /<rect/g)).toBe(40 * 41)
    expect(new Set(svg.match(/>decod[^<]*</g)).size).toBe(40)
    expect(svg.length).toBeLessThan(220_000)
  })

  it('marks layers that no gradient reaches in another colour', () => {
    const { svg, hasNone } = gradientCourse(
      plotting,
      course(9, (_, k) => (k === 2 ? 0 : 1)),
      400,
    )!
    expect(hasNone).toBe(true)
    const [, nothing] = svg.split('fill="var(--anomaly)"')
    expect(count(nothing, /<rect/g)).toBe(41)
    expect(svg).not.toContain('NaN')
  })

  it('draws nothing without norms', () => {
    expect(gradientCourse(plotting, course(0), 400)).toBeUndefined()
    expect(
      gradientCourse(
        plotting,
        course(9, () => 0),
        400,
      ),
    ).toBeUndefined()
    expect(gradientCourse(plotting, [], 400)).toBeUndefined()
  })

  it('shades by the logarithm', () => {
    expect([1, 10, 100].map((value) => shadeOf(value, [1, 100]))).toEqual([0.08, 0.54, 1])
    expect(shadeOf(3, [3, 3])).toBe(1)
  })
})
