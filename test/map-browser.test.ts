/** The page of a map in a real browser, from a file: what a person does with it, with WebGL and without. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { renderMapReport, type MapReport } from '../src/report/index.js'
import { bareMap, sampleMap } from './map-sample.js'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
)
const reason =
  executablePath ?? 'skipped: no Chromium at /usr/bin/chromium, chromium-browser or google-chrome'

describe.skipIf(executablePath === undefined)(`a map in a browser (${reason})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-map-'))
  let browser: Browser
  /** What the page said or asked for that it should not have. */
  let events: string[] = []
  let page: Page
  /** A page of its own is closed after its test; most tests share one and begin with it as it was opened. */
  let shared: Page | undefined

  beforeAll(async () => {
    // A graphics card made of software: WebGL 2 on every machine.
    const args = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
    browser = await chromium.launch({ executablePath: executablePath!, args })
  })
  afterEach(async () => {
    if (page !== shared) await page.close()
    expect(events).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  async function open(map: MapReport, before?: string, width = 1200): Promise<void> {
    const file = join(folder, 'map.html')
    writeFileSync(file, await renderMapReport(map))
    page = await browser.newPage({
      viewport: { width, height: 1000 },
      colorScheme: 'light',
      acceptDownloads: true,
    })
    events = []
    page.on('console', (message) => events.push(message.text()))
    page.on('pageerror', (error) => events.push(error.message))
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) events.push(request.url())
    })
    if (before !== undefined) await page.addInitScript(before)
    await page.goto(`file://${file}`)
    await page.waitForSelector('html[data-state=complete]')
  }

  async function openShared(): Promise<void> {
    if (shared === undefined) {
      await open(sampleMap(300))
      shared = page
      return
    }
    page = shared
    events = []
    await page.getByRole('button', { name: 'Move' }).click()
    await page.getByRole('button', { name: 'Whole map' }).click()
    await page.getByRole('button', { name: 'All rows' }).click()
    await page.getByLabel('Colour by').selectOption('kind')
    await page.locator('#stage').focus()
    await page.keyboard.press('Escape')
    await page.mouse.move(5, 5)
    await page.evaluate('scrollTo(0, 0)')
  }

  /** Where a category's name stands on the page: the middle of its rows. */
  async function middleOf(name: string): Promise<readonly [number, number]> {
    const box = (await page.locator('.name', { hasText: name }).boundingBox())!
    return [box.x + box.width / 2, box.y + box.height / 2]
  }

  const text = async (selector: string) => (await page.locator(selector).textContent()) ?? ''
  const greys = (selector: string) =>
    page.evaluate<number[]>(`(() => {
      const canvas = document.querySelector(${JSON.stringify(selector)})
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return [...new Set(data.filter((_, i) => i % 4 === 0))]
    })()`)
  const pictureOf = async () => (await page.locator('#stage').screenshot()).toString('base64')

  it('opens without a word, and shows the row under the pointer with its image', async () => {
    await openShared()
    expect(await text('#says')).toContain('All 300 points are in view.')
    await page.mouse.move(...(await middleOf('pear')))
    await page.waitForSelector('#tip:not([hidden])')
    expect(await text('#tip')).toMatch(/^row \d+kindpear/)
    expect(await greys('#tip .image')).toEqual([11])
  })

  it('keeps a row that is pressed, with all of its columns', async () => {
    await openShared()
    await page.mouse.click(...(await middleOf('plum')))
    await page.waitForSelector('#card[data-kind=row]')
    expect(await text('#card')).toMatch(/row \d+kindplumweight[\d.]+ gpart(learned from|held out)/)
  })

  it('selects the rows in a rectangle, lists them, and hands them out as CSV', async () => {
    await openShared()
    const [x, y] = await middleOf('plum')
    await page.getByRole('button', { name: 'Rectangle' }).click()
    await page.mouse.move(x - 70, y - 70)
    await page.mouse.down()
    await page.mouse.move(x + 70, y + 70, { steps: 3 })
    await page.mouse.up()
    expect(await text('#selected .count')).toBe('100 rows of 300, 33.3 %')
    expect(await page.locator('#selected tbody tr').count()).toBe(100)
    expect(await text('#selected tbody tr:first-child')).toMatch(/^3learned fromplum102\.01 g/)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ])
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n')
    expect(lines.slice(0, 2)).toEqual(['row,part,kind,weight', '3,learned from,plum,102.00667'])
    expect(lines).toHaveLength(101)
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await text('#selected')).toContain('No rows are selected.')
  })

  it('selects the rows in a lasso, by its shape and not its box', async () => {
    await openShared()
    const [[ax, ay], [bx], [cx, cy]] = [
      await middleOf('apple'),
      await middleOf('pear'),
      await middleOf('plum'),
    ]
    await page.getByRole('button', { name: 'Lasso' }).click()
    // Around apple and plum along the left: pear is inside of the box but not of the shape.
    const path = [
      [ax - 50, ay + 50],
      [ax - 50, cy - 50],
      [bx + 50, cy - 50],
      [cx + 50, cy + 50],
      [ax + 50, ay + 50],
    ] as const
    await page.mouse.move(...path[0])
    await page.mouse.down()
    for (const point of path.slice(1)) await page.mouse.move(...point, { steps: 4 })
    await page.mouse.up()
    expect(await text('#selected .count')).toContain('200 rows')
  })

  it('colours by another column, with a scale, its unit and missing cells', async () => {
    await openShared()
    const before = await pictureOf()
    await page.getByLabel('Colour by').selectOption('weight')
    await page.waitForSelector('.ramp')
    expect(await text('#legend')).toMatch(/100 g101 g103 g.*missing: 6/)
    await page.waitForTimeout(200)
    expect(await pictureOf()).not.toBe(before)
  })

  it('draws one category alone, then all again', async () => {
    await openShared()
    await page.getByRole('button', { name: /pear/ }).click()
    await expect.poll(() => text('#says')).toContain('All 100 points')
    expect(await page.locator('.entry[aria-pressed=true]').count()).toBe(1)
    await page.getByRole('button', { name: 'Show all categories' }).click()
    await expect.poll(() => text('#says')).toContain('All 300 points')
    await page.getByRole('button', { name: 'Held out' }).click()
    await expect.poll(() => text('#says')).toContain('All 60 points')
  })

  it('shows what the decoder makes of an empty place', async () => {
    await openShared()
    const [[ax, ay], [bx]] = [await middleOf('apple'), await middleOf('pear')]
    await page.mouse.click((ax + bx) / 2, ay)
    await page.waitForSelector('#card[data-kind=place]')
    const [grey, ...others] = await greys('#card .image')
    // Half way across the grid, whose brightness rises from 0 to 240.
    expect(Math.abs(grey! - 120)).toBeLessThan(6)
    expect(others).toEqual([])
    expect(await text('#card')).toContain('kindpearweight100')
  })

  it('goes by keyboard: zoom, cross, card, selection', async () => {
    await openShared()
    await page.locator('#stage').focus()
    for (const key of ['+', '+', 'ArrowUp', 'Shift+ArrowLeft', 'Enter']) await page.keyboard.press(key)
    await page.waitForSelector('#card[data-kind=place]')
    expect(await text('#spoken')).toBe('no row here')
    await page.keyboard.press('0')
    await page.getByRole('button', { name: 'Select what is in view' }).press('Enter')
    expect(await text('#picked')).toContain('300 rows selected')
    await page.locator('#stage').focus()
    await page.keyboard.press('Escape')
    await page.waitForSelector('#card[data-kind=none]')
    expect(await text('#selected')).toContain('No rows')
  })

  it('changes between light and dark', async () => {
    await openShared()
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await page.getByRole('button', { name: 'Dark' }).click()
    expect(await ground()).not.toBe(light)
    expect(await page.getByRole('button', { name: 'Light' }).count()).toBe(1)
  })

  it('draws without WebGL, and says so', async () => {
    const without = `const get = HTMLCanvasElement.prototype.getContext
      HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        return kind === 'webgl2' ? null : get.call(this, kind, ...more)
      }`
    await open(sampleMap(300), without)
    expect(await text('#says')).toContain('no WebGL 2')
    expect((await greys('#canvas')).length).toBeGreaterThan(3)
    await page.mouse.move(...(await middleOf('apple')))
    await page.waitForSelector('#tip:not([hidden])')
  })

  it('says how dense many points are, and fits a narrow window', async () => {
    await open(sampleMap(200_000), undefined, 400)
    expect(await text('#says')).toMatch(/About \d+ of them share a pixel/)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400)
  })

  it('opens without rows and without columns', async () => {
    await open(bareMap(new Float32Array(0)))
    expect(await text('#says')).toBe('There are no rows to draw.')
    expect(await text('#legend')).toContain('one colour')
  })
})
