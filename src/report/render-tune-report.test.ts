/** The page of `tune`: what it says, hostile names, and searches of which little is known. */
import { describe, expect, it } from 'vitest'
import { renderTuneReport } from './render-tune-report.js'
import type { ReportTrial, TuneReport } from './tune-report.js'

const trials: readonly ReportTrial[] = Array.from({ length: 30 }, (_, i) => ({
  number: i + 1,
  options: {
    kind: i % 3 === 0 ? 'sparse' : 'denoising',
    learningRate: 0.001 * (1 + (i % 7)),
    layers: 1 + (i % 3),
  },
  results:
    i === 9
      ? []
      : [0.6 + 0.01 * (i % 11), ...(i % 5 === 0 ? [0.8 + 0.001 * i] : [])].map((value, rung) => ({
          value,
          steps: 200 * 3 ** rung,
          order: 2 * i + rung + 1,
        })),
  failed: i === 9,
}))

const sample: TuneReport = {
  title: 'Tuning on orders.csv',
  source: 'orders.csv',
  createdAt: '2026-02-03T04:05:06Z',
  version: '0.1.0',
  seed: 7,
  metric: {
    title: 'planted AUROC',
    meaning: 'how well planted anomalies are told from rows',
    isGreaterBetter: true,
  },
  rows: { training: 300, heldOut: 100 },
  rungs: 2,
  trials,
  best: 25,
  options: [
    {
      name: 'kind',
      title: 'kind',
      axis: { kind: 'choice', choices: ['denoising', 'sparse', 'undercomplete', 'variational'] },
    },
    {
      name: 'learningRate',
      title: 'learning rate',
      axis: { kind: 'number', log: true, whole: false, low: 1e-3, high: 1e-2 },
    },
    { name: 'layers', title: 'layers', axis: { kind: 'number', log: false, whole: true, low: 1, high: 3 } },
    {
      name: 'never',
      title: 'never tried',
      axis: { kind: 'number', log: false, whole: false, low: 0, high: 1 },
    },
  ],
  importance: [
    { option: 'learningRate', share: 0.6, deviation: 0.1 },
    { option: 'kind', share: 0.2, deviation: 0.3 },
  ],
  reproduce: 'hourglass train orders.csv --kind denoising --model m.onnx',
}

const plain = (page: string): string =>
  page
    .replaceAll(/<(style|svg)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')

describe('renderTuneReport', () => {
  it('says what was found, how, and how to have it again', async () => {
    const page = await renderTuneReport(sample)
    const text = plain(page)
    for (const part of [
      'Denoising did best on orders.csv',
      '0.8250',
      '30, 1 failed',
      'hourglass train orders.csv --kind denoising',
      'The other 20 % lie in options that matter only together',
    ])
      expect(text).toContain(part)
    // Course and importance, each wide and narrow, and three options that were tried.
    expect(page.match(/<svg[^>]*role="img"/g)).toHaveLength(7)
    expect(page).not.toContain('never tried by')
    expect(page).not.toContain('NaN')
    expect(page.indexOf('planted AUROC by learning rate')).toBeLessThan(page.indexOf('planted AUROC by kind'))
  })

  it('takes a search of one trial, and one by a loss', async () => {
    const one = await renderTuneReport({ ...sample, trials: trials.slice(0, 1), best: 0, importance: [] })
    expect(one).not.toContain('NaN')
    expect(plain(one)).toContain('too few to say')
    const loss = await renderTuneReport({
      ...sample,
      importance: [],
      best: 0,
      metric: { ...sample.metric, title: 'nats', isGreaterBetter: false },
    })
    expect(plain(loss)).toContain('Lower is better')
  })

  it('runs nothing that comes from names', async () => {
    const evil = '<img src=x onerror=alert(1)>"\''
    const page = await renderTuneReport({
      ...sample,
      ...{ title: evil, source: evil, reproduce: evil },
      options: [{ name: 'kind', title: evil, axis: { kind: 'choice', choices: ['denoising', evil] } }],
      trials: trials.map((trial) => ({ ...trial, options: { kind: evil } })),
    })
    expect(page).not.toContain('<img')
    expect(page).not.toContain('onerror=alert(1)>')
  })
})
