/** The whole page: what it says, hostile names, empty states, and sizes at the far end. */
import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { sampleReport } from '../../test/report-sample.js'
import type { DetectReport, ReportColumn } from './detect-report.js'
import { renderHeroPicture } from './hero-picture.js'
import { renderDetectReport } from './render-detect-report.js'
import { pythonFor } from './sections/reproduce.js'

interface Element {
  readonly textContent: string
  readonly tagName: string
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>
}

const sample = sampleReport()

async function render(changes: Partial<DetectReport> = {}) {
  const page = await renderDetectReport({ ...sample, ...changes })
  const { document } = parseHTML(page) as unknown as {
    document: { querySelectorAll(selector: string): Iterable<Element> }
  }
  const all = (selector: string): readonly Element[] => [...document.querySelectorAll(selector)]
  const text = all('body')[0]!.textContent.replaceAll(/\s+/g, ' ')
  return { page, all, text }
}

describe('renderDetectReport', () => {
  it('says what was found, why, and how to make it again', async () => {
    const { text, all } = await render()
    expect(all('h1')[0]!.textContent).toBe('100 of 3,201 rows stand out in movies.json')
    expect(text).toContain('Worldwide Gross is 2.77 G, expected about 610 M given the other columns')
    expect(text).toContain('About 1 % of new ordinary rows score that high')
    expect(text).toContain('the weights of step 1,320 were kept')
    expect(text).toContain('hourglass detect movies.json --model movies.onnx --report report.html')
    expect(all('.card').length).toBe(sample.anomalies.length)
    expect(all('svg.position').length).toBe(25)
    expect(all('table caption').length).toBe(2)
  })

  it('names every picture for those who do not see it', async () => {
    const { page } = await render()
    const pictures = page.match(/<svg[^>]*role="img"[^>]*><title>/g)
    expect(pictures).toHaveLength(page.match(/<svg[^>]*role="img"/g)!.length)
    const { all } = await render()
    const ids = all('[id]').map((element) => [...element.attributes].find(({ name }) => name === 'id')!.value)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('is the same every time', async () => {
    expect(await renderDetectReport(sample)).toBe(await renderDetectReport(sample))
  })

  it('runs nothing and fetches nothing, whatever the names', async () => {
    const evil = `"><script>alert(1)</script><img src=x onerror="alert(2)">'</style></title></pre>]]>&lt;\u202e\u0000`
    const { all, page } = await render({
      title: evil,
      source: evil,
      createdAt: evil,
      version: evil,
      command: evil,
      columns: sample.columns.map((column) => ({
        ...column,
        name: evil,
        kind: evil,
        reason: evil,
        summary: evil,
      })),
      model: { ...sample.model, kind: evil, modelFile: evil },
      training: { ...sample.training, stopped: evil },
      anomalies: sample.anomalies.map((anomaly) => ({
        ...anomaly,
        id: evil,
        reason: evil,
        contributions: anomaly.contributions.map((part) => ({
          ...part,
          column: evil,
          value: evil,
          expected: evil,
        })),
      })),
      warnings: [evil],
    })
    const isEvil = ({ name, value }: { name: string; value: string }) =>
      name.startsWith('on') ||
      /^(src|srcset|action|data)$/.test(name) ||
      (name === 'href' && value !== 'data:,')
    expect(all('script, img, iframe, object, embed, form, a, base').length).toBe(0)
    expect(all('*').flatMap((element) => [...element.attributes].filter(isEvil))).toEqual([])
    expect(page).not.toMatch(/[\u0000\u202e]/) // eslint-disable-line no-control-regex -- must be gone
  })

  it('says so where there is nothing', async () => {
    const { text, page, all } = await render({
      rows: 0,
      columns: [],
      model: { ...sample.model, widths: [], modelFile: undefined as never },
      training: { points: [], bestStep: 0, stopped: 'finished', steps: 0 },
      scores: { values: [], threshold: Infinity, falseAlarmRate: 0.01, anomalies: 0 },
      calibration: { rows: 0, checks: [] },
      anomalies: [],
      warnings: [],
    })
    for (const part of ['No row', 'No row can be flagged', 'No row was explained', 'No row has a score'])
      expect(text).toContain(part)
    for (const part of ['No losses', 'No layers', 'No column was used', 'too few rows', 'model was not kept'])
      expect(text).toContain(part)
    expect(all('.warnings').length).toBe(0)
    expect(page).not.toMatch(/NaN|undefined|\[object/)
  })

  it('does not speak of a threshold where there is none', async () => {
    const { text } = await render({
      calibrationRows: 0,
      scores: { ...sample.scores, threshold: Infinity, anomalies: 0 },
    })
    expect(text).toContain('There is no threshold, so none is flagged.')
    expect(text).not.toMatch(/below the threshold|0 other rows/)
  })

  it('shows what a label says of the scores', async () => {
    const labels = Uint8Array.from({ length: sample.rows }, (_, i) => (i % 50 === 0 ? 1 : 0))
    const { text } = await render({
      scores: { ...sample.scores, labels, auroc: 0.9312, averagePrecision: 0.4 },
    })
    expect(text).toContain('AUROC 0.931, average precision 0.400')
    expect(text).toContain('labelled anomalous')
  })

  it('stays below 2 MB with 5,000 columns of long names, 2 million scores and 10,000 rows explained', async () => {
    const long = '<é日'.repeat(4000)
    const columns = Array.from({ length: 5000 }, (_, i): ReportColumn => ({
      ...sample.columns[1 + (i % 3)]!,
      name: `${long}${i}`,
      reason: long,
    }))
    const anomalies = Array.from({ length: 10_000 }, (_, i) => ({
      ...sample.anomalies[0]!,
      row: i + 1,
      id: long,
      reason: long,
      contributions: columns.slice(0, 50).map(({ name }) => ({
        ...sample.anomalies[0]!.contributions[0]!,
        column: name,
        share: 0.02,
        value: long,
        expected: long,
      })),
    }))
    const values = new Float32Array(2e6).map((_, i) => (i % 997) + 1)
    const started = performance.now()
    const { page, text } = await render({
      columns,
      anomalies,
      warnings: Array<string>(3000).fill(long),
      source: long,
      command: long,
      scores: { ...sample.scores, values, threshold: 990 },
    })
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(Buffer.byteLength(page)).toBeLessThan(2e6)
    expect(text).toContain('The first 500 of 5,000 columns')
    expect(text).toContain('The first 100 of 10,000 explained rows')
    expect(text).toContain('and 2,950 more')
  })
})

describe('pythonFor', () => {
  it.each([
    ['a.csv', 'read_csv("a.csv", sep=None, engine="python", na_values="?")'],
    ['a.tsv', 'read_csv("a.tsv", sep="\\t", na_values="?")'],
    ['a.json.gz', 'read_json("a.json.gz")'],
    ['standard input', 'read_csv("data.csv", sep=None, engine="python", na_values="?")'],
    ['a.npy', 'DataFrame(numpy.load("a.npy")).add_prefix("x")'],
    ['a.npz', 'DataFrame(numpy.load("a.npz")["X"]).add_prefix("x")'],
    ['a.parquet', 'read_parquet("a.parquet")'],
    ['a.jsonl', 'read_json("a.jsonl", lines=True)'],
    ['it"s.json', 'read_json("it\\"s.json")'],
  ])('reads %s', (source, call) => {
    expect(pythonFor({ ...sample, source }, 'm.onnx')).toContain(`table = pandas.${call}`)
  })

  it('turns columns of dates into milliseconds, where there are any', () => {
    expect(pythonFor(sample, 'm.onnx')).toContain('for name in ["Release Date"]:')
    expect(pythonFor({ ...sample, columns: [] }, 'm.onnx')).not.toContain('to_datetime')
  })

  it('turns truth values into numbers, where there are any', () => {
    const columns = sample.columns.map((column) => ({ ...column, kind: 'boolean', name: '"x\\' }))
    expect(pythonFor({ ...sample, columns }, 'm.onnx')).toContain('for name in ["\\"x\\\\"')
    expect(pythonFor(sample, 'm.onnx')).not.toContain('truth')
  })
})

describe('renderHeroPicture', () => {
  it('shows the distribution and the strangest row', async () => {
    const svg = await renderHeroPicture(sample)
    for (const part of [
      '100 of 3,201 rows stand out',
      'Avatar',
      '2.77 G',
      'expected 610 M',
      'threshold 1.41',
    ])
      expect(svg).toContain(part)
  })

  it('does without anomalies, and escapes', async () => {
    const svg = await renderHeroPicture({ ...sample, source: '<script>', anomalies: [] })
    expect(svg).not.toContain('<script>')
    expect(svg).not.toContain('Avatar')
  })
})
