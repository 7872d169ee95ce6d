/** The report in a real browser: silence in the console and on the network, width of phones, contrast, print. */
import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderDetectReport, renderHeroPicture, renderInspectReport } from '../src/report/index.js'
import { sampleImageReport, sampleInspectReport } from './inspect-report-sample.js'
import { sampleReport } from './report-sample.js'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
)
const reason =
  executablePath ?? 'skipped: no Chromium at /usr/bin/chromium, chromium-browser or google-chrome'

/** Text elements whose contrast with what they stand on is measured. */
const measured =
  'h1,h2,h3,p,dt,dd,th,td,li,b,a,summary,caption,figcaption,code,.soft,.key,.badge,.part span,.chart text,.position text'

describe.skipIf(executablePath === undefined)(`the report in a browser (${reason})`, () => {
  let browser: Browser
  const long = 'a_very_long_name_without_any_place_to_break_'.repeat(6)
  const sample = sampleReport()
  const labels = Uint8Array.from(sample.scores.values, (score) => (score > 2 ? 1 : 0))
  const reports = {
    sample,
    labelled: { ...sample, scores: { ...sample.scores, labels, auroc: 0.99, averagePrecision: 0.8 } },
    long: {
      ...sample,
      source: long,
      warnings: [long],
      columns: sample.columns.map((column) => ({ ...column, name: long, reason: long })),
      anomalies: sample.anomalies.map((anomaly) => ({
        ...anomaly,
        id: long,
        reason: long,
        contributions: anomaly.contributions.map((part) => ({ ...part, column: long, value: long })),
      })),
    },
  }

  const inside = sampleInspectReport()
  const { work } = inside
  const course = inside.course.map((point) => ({
    ...point,
    parts: { [long]: 1, ...point.parts },
    metrics: { [long]: 1 },
    gradientNorms: Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`${long}${i}`, (i + 1) / point.step]),
    ),
  }))
  const insideReports = {
    inside,
    'inside, images': sampleImageReport(3),
    'inside, long': {
      ...inside,
      title: long,
      modelFile: long,
      source: long,
      options: [[long, long] as const],
      course,
      work: {
        ...work!,
        layers: work!.layers.map((layer) => ({ ...layer, name: long, operator: long })),
        units: work!.units.map((unit) => ({ ...unit, answers: [{ column: long, change: -1e-12 / 3 }] })),
      },
    },
  }
  const pages: readonly (readonly [name: string, render: () => Promise<string>])[] = [
    ...Object.entries(reports).map(([name, report]) => [name, () => renderDetectReport(report)] as const),
    ...Object.entries(insideReports).map(
      ([name, report]) => [name, () => renderInspectReport(report)] as const,
    ),
  ]

  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
    browser = await chromium.launch({ executablePath: executablePath!, args })
  })
  afterAll(() => browser.close())

  async function open(
    content: string,
    width: number,
    colorScheme: 'light' | 'dark',
  ): Promise<[Page, string[]]> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    const events: string[] = []
    page.on('console', (message) => events.push(message.text()))
    page.on('pageerror', (error) => events.push(error.message))
    page.on('request', (request) => events.push(request.url()))
    await page.setContent(content, { waitUntil: 'load' })
    await page.evaluate('document.querySelectorAll("details").forEach((details) => (details.open = true))')
    return [page, events]
  }

  for (const [name, render] of pages) {
    for (const scheme of ['light', 'dark'] as const) {
      it.each([400, 1400])(
        `${name}, ${scheme}: silent, as wide as the window of %d, legible`,
        async (width) => {
          const [page, events] = await open(await render(), width, scheme)
          expect(events.filter((event) => !event.startsWith('data:'))).toEqual([])
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
          expect(await page.evaluate(contrastBelow(4.5, measured))).toEqual([])
          await page.close()
        },
      )
    }
  }

  it('hides half of a chart neither on the phone nor on paper', async () => {
    const [page] = await open(await renderDetectReport(sample), 400, 'dark')
    const shown = () =>
      page.evaluate('[".wide", ".narrow"].map((name) => document.querySelector(name).offsetHeight > 0)')
    expect(await shown()).toEqual([false, true])
    await page.setViewportSize({ width: 1000, height: 900 })
    expect(await shown()).toEqual([true, false])
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate('getComputedStyle(document.querySelector("h1")).color')).toBe(
      'rgb(29, 35, 39)',
    )
    await page.close()
  })

  it('decodes the images of latent units, pixel by pixel, under the policy of the page', async () => {
    const [page, events] = await open(await renderInspectReport(sampleImageReport(1)), 1000, 'light')
    const sizes =
      '[...document.images].map((image) => [image.naturalWidth, image.naturalHeight, image.complete].join())'
    expect(new Set(await page.evaluate<string[]>(sizes))).toEqual(new Set(['5,4,true']))
    const first = `(() => {
      const canvas = document.createElement('canvas').getContext('2d')
      canvas.drawImage(document.images[0], 0, 0)
      return [...canvas.getImageData(0, 0, 5, 1).data].filter((_, i) => i % 4 === 0)
    })()`
    // Of the 100 numbers sin 0 to sin 23 the greatest is sin 14 and the least sin 11.
    const [least, most] = [Math.sin(11), Math.sin(14)]
    const expected = [0, 1, 2, 3, 4].map((x) => Math.round(((Math.sin(x) - least) / (most - least)) * 255))
    expect(await page.evaluate(first)).toEqual(expected)
    expect(events.filter((event) => !event.startsWith('data:'))).toEqual([])
    await page.close()
  })

  it('the picture for a README is well-formed and keeps its texts inside', async () => {
    const svg = await renderHeroPicture(sample)
    const [page] = await open(`<body style="margin:0">${svg}`, 1000, 'light')
    const isWellFormed = (text: string) =>
      page.evaluate(
        `!new DOMParser().parseFromString(${JSON.stringify(text)}, "image/svg+xml").querySelector("parsererror")`,
      )
    expect(await isWellFormed(svg)).toBe(true)
    expect(await isWellFormed(`${svg}<`)).toBe(false)
    const outside = `[...document.querySelectorAll(".hero text")].filter((text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect()
      return left < 8 || right > 892 || top < 8 || bottom > 492
    }).map((text) => text.textContent)`
    expect(await page.evaluate(outside)).toEqual([])
    await page.close()
  })
})

/** A script: texts whose contrast (WCAG 2.2, relative luminance) with the nearest background is lower than `least`. */
function contrastBelow(least: number, selector: string): string {
  return `(() => {
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number)
    const luminance = ([r, g, b]) => {
      const [R, G, B] = [r, g, b].map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4))
      return 0.2126 * R + 0.7152 * G + 0.0722 * B
    }
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = numbers(getComputedStyle(at).backgroundColor)
        if (color.length === 3) return color
      }
      return [255, 255, 255]
    }
    const found = new Set()
    for (const element of document.querySelectorAll(${JSON.stringify(selector)})) {
      const style = getComputedStyle(element)
      const color = numbers(element.closest('svg') ? style.fill : style.color)
      const [a, b] = [luminance(color), luminance(ground(element))].sort((x, y) => y - x)
      const contrast = (a + 0.05) / (b + 0.05)
      if (!(contrast >= ${least})) found.add(element.tagName + '.' + element.getAttribute('class') + ' ' + contrast.toFixed(2))
    }
    return [...found]
  })()`
}
