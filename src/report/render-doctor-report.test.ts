/** The doctor's page: verdicts in words, hostile texts, charts of every kind, states without anything. */
import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import type { Chart } from '../base/index.js'
import { evidenceChart } from './charts/evidence.js'
import { loadPlotting } from './charts/plotting.js'
import type { DoctorPage, ReportDiagnosis } from './doctor-report.js'
import { renderDoctorReport } from './render-doctor-report.js'

const curve: Chart = {
  kind: 'curve',
  title: 'Error against width',
  x: 'width',
  y: 'error',
  log: 'x',
  series: [
    {
      name: 'held out',
      x: [0, 1, 2, 4, 8],
      y: [3, 2, 1, 0.5, 0.4],
      low: [2, 1.5, 0.9, 0.4, 0.3],
      high: [4, 2.5, 1.1, 0.6, 0.5],
    },
    { name: 'training', x: [1, 2, 4, 8], y: [2, 1, NaN, 0.2] },
  ],
  marks: [{ axis: 'x', at: 4, text: 'the knee' }],
}

const input: ReportDiagnosis = {
  difficulty: 'input',
  verdict: 'ill',
  summary: 'weight is -999 in 3 rows.',
  illnesses: [
    {
      code: 'sentinel',
      verdict: 'ill',
      text: 'weight is -999 in 3 rows, and no other value comes near.',
      rows: [0, 4, 1203],
      rowCount: 60,
      columns: ['weight'],
      evidence: [{ name: 'gap', value: 21, low: 20, high: 22, meaning: 'spans to the next value' }],
      remedies: [{ text: 'Make them missing.', command: 'hourglass doctor rows.csv --fix --out fixed.csv' }],
    },
  ],
  evidence: [{ name: 'share missing', value: 0.25, unit: 'of cells', meaning: 'over all columns' }],
  charts: [
    curve,
    {
      kind: 'bars',
      title: 'Missing cells',
      x: 'column',
      y: 'share',
      series: [{ name: 'missing', x: ['a', 'b'], y: [0.5, 0.1] }],
    },
    {
      kind: 'histogram',
      title: 'Values',
      x: 'weight',
      y: 'rows',
      series: [{ name: 'rows', x: [0, 1, 2], y: [5, 9, 2] }],
    },
    {
      kind: 'pairs',
      title: 'Cells',
      x: 'by neighbours',
      y: 'by the network',
      series: [{ name: 'columns', x: [0.1, 0.5], y: [0.2, 0.4] }],
    },
  ],
  remedies: [],
  seconds: 1,
}

const unknown: ReportDiagnosis = {
  difficulty: 'generalisation',
  verdict: 'unknown',
  summary: 'It could not be told: name a column of groups.',
  illnesses: [],
  evidence: [],
  charts: [],
  remedies: [{ text: 'Hold groups out.', command: 'hourglass doctor rows.csv --group site' }],
  seconds: 0,
}

const page: DoctorPage = {
  title: "Doctor's report on rows.csv",
  source: 'rows.csv',
  rows: 1260,
  columns: 10,
  verdict: 'ill',
  diagnoses: [input, unknown],
  changes: ['weight: 60 cells made missing'],
  createdAt: '2026-03-01T12:00:30.000Z',
  version: '0.1.0',
  seconds: 12,
}

async function textOf(
  changes: Partial<DoctorPage> = {},
): Promise<{ readonly html: string; readonly text: string }> {
  const html = await renderDoctorReport({ ...page, ...changes })
  const { document } = parseHTML(html) as unknown as { document: { body: { textContent: string } } }
  return { html, text: document.body.textContent.replaceAll(/\s+/g, ' ') }
}

describe('renderDoctorReport', () => {
  it('says how each difficulty stands, by what evidence, and what to do', async () => {
    const { html, text } = await textOf()
    for (const part of [
      'rows.csv. Ill: input.',
      '✕ ill',
      '? unknown',
      'Rows 1, 5, 1,204, and 57 more',
      '21 (20 to 22) spans to the next value',
      '0.25 of cells',
      'hourglass doctor rows.csv --fix --out fixed.csv',
      'hourglass doctor rows.csv --group site',
      'weight: 60 cells made missing',
    ])
      expect(text).toContain(part)
    expect(html.match(/<svg[^>]*role="img"/g)).toHaveLength(4)
    expect(html).toContain('href="#difficulty-input"')
    expect(html).toContain('id="difficulty-input"')
    expect(html).not.toMatch(/NaN|undefined/)
  })

  it('escapes whatever comes from data, and ends long lists', async () => {
    const bad = '<script>alert(1)</script>'
    const { html } = await textOf({
      source: bad,
      changes: Array.from({ length: 500 }, () => bad),
      diagnoses: [
        {
          ...input,
          summary: bad,
          illnesses: Array.from({ length: 3000 }, () => ({ ...input.illnesses[0]!, text: bad, code: bad })),
          charts: [{ ...curve, title: bad, series: [{ name: bad, x: [bad, 'b'], y: [1, 2] }] }],
        },
      ],
    })
    expect(html).not.toContain('<script>')
    expect(html).toContain('2,960 more findings')
    expect(html.length).toBeLessThan(2e6)
  })

  it('says so when nothing is wrong', async () => {
    const fine = { ...unknown, verdict: 'fine' as const, remedies: [] }
    const { text } = await textOf({ verdict: 'fine', diagnoses: [fine], changes: [] })
    expect(text).toContain('Nothing wrong was found in rows.csv.')
    expect(text).not.toContain('What --fix changed')
  })
})

describe('evidenceChart', () => {
  it('leaves out what an axis cannot hold, and draws nothing without points', async () => {
    const plotting = await loadPlotting()
    const svg = evidenceChart(plotting, curve)!
    expect(svg).toContain('the knee')
    expect(svg).toContain('held out: error from 2 at 1')
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(evidenceChart(plotting, { ...curve, series: [{ name: 'a', x: [1], y: [NaN] }] })).toBeUndefined()
  })
})
