/** The page of `inspect`: what it says, hostile names, empty states, and sizes at the far end. */
import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { sampleImageReport, sampleInspectReport } from '../../test/inspect-report-sample.js'
import type { InspectReport } from './inspect-report.js'
import { renderInspectReport } from './render-inspect-report.js'

interface Element {
  readonly textContent: string
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>
}

const sample = sampleInspectReport()
const work = sample.work!

async function render(changes: Partial<InspectReport> = {}) {
  const page = await renderInspectReport({ ...sample, ...changes })
  const { document } = parseHTML(page) as unknown as {
    document: { querySelectorAll(selector: string): Iterable<Element> }
  }
  const all = (selector: string): readonly Element[] => [...document.querySelectorAll(selector)]
  const text = all('body')[0]!.textContent.replaceAll(/\s+/g, ' ')
  const values = (selector: string, wanted: string) =>
    all(selector).flatMap(({ attributes }) =>
      [...attributes].filter(({ name }) => name === wanted).map(({ value }) => value),
    )
  return { page, all, text, values }
}

describe('renderInspectReport', () => {
  it('says what the model is, how it learned, and how it works', async () => {
    const { text, all } = await render()
    for (const part of [
      'penguins.onnx: a variational autoencoder, learned from penguins.json. Seen at work on 344 rows of penguins.json.',
      'The code is narrower than the row',
      '1,500 steps in 3 s; the weights of step 1,500 were kept.',
      'Here, in the end: from 0.0323 at encoder.0 to 0.129 at decoder.1.',
      'Here 1 of 4 layers has dead units, most of all encoder.0: 5 of 8.',
      'On average from 2.35 down to 0.0047; 3 of 4 directions have at least a hundredth of the greatest.',
      'All bars share one scale, to 0.8 on each side',
      'KL per unit during training',
      '2 × 2 × 2',
      '7 %',
    ])
      expect(text).toContain(part)
    expect(all('.layers tbody tr').length).toBe(4)
    expect(all('.layers .outputs').length).toBe(4)
    expect(all('b.bad').map(({ textContent }) => textContent)).toEqual(['5 of 8'])
    expect(all('.unit h3').map(({ textContent }) => textContent)).toEqual([
      'Unit 3',
      'Unit 2',
      'Unit 1',
      'Unit 0',
    ])
  })

  it('names every picture, and every link leads to a place on the page', async () => {
    const { page, values } = await render()
    expect(page.match(/<svg[^>]*role="img"[^>]*><title>/g)).toHaveLength(
      page.match(/<svg[^>]*role="img"/g)!.length,
    )
    const ids = values('[id]', 'id')
    expect(new Set(ids).size).toBe(ids.length)
    const targets = values('a', 'href')
    expect(new Set(targets).size).toBe(5)
    expect(targets.every((target) => ids.includes(target.slice(1)))).toBe(true)
  })

  it('is the same every time', async () => {
    expect(await renderInspectReport(sample)).toBe(await renderInspectReport(sample))
  })

  it('shows latent units of images as five pictures each, stretched alike', async () => {
    const { values, all } = await render(sampleImageReport(3))
    expect(values('img', 'src').every((source) => /^data:image\/png;base64,[\w+/]+=*$/.test(source))).toBe(
      true,
    )
    expect(values('img', 'alt').slice(0, 5)).toEqual(
      ['−2', '−1', 'mean', '+1', '+2'].map((at) => `decoded with unit 3 at ${at}`),
    )
    expect(all('.answers').length).toBe(0)
  })

  it('leaves out the terms of a loss of one term', async () => {
    const course = sample.course.map((point) => ({ ...point, parts: { reconstruction: 1 }, metrics: {} }))
    const { text } = await render({ course })
    expect(text).not.toMatch(/What the loss is made of|What the kind watches/)
    expect(text).toContain('Gradients, layer by layer')
  })

  it('runs nothing and fetches nothing, whatever the names', async () => {
    const evil = `"><script>alert(1)</script><img src=x onerror="alert(2)">'</style></title></pre>]]>&lt;\u202e\u0000`
    const evilRecord = (record: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(record).map(([name, value]) => [evil + name, value]))
    const { all, page } = await render({
      title: evil,
      modelFile: evil,
      source: evil,
      createdAt: evil,
      version: evil,
      model: { ...sample.model, kind: evil },
      options: [[evil, evil]],
      training: { ...sample.training, stopped: evil },
      course: sample.course.map((point) => ({
        ...point,
        parts: evilRecord(point.parts),
        metrics: evilRecord(point.metrics),
        gradientNorms: evilRecord(point.gradientNorms),
      })),
      work: {
        ...work,
        source: evil,
        layers: work.layers.map((layer) => ({ ...layer, name: evil, operator: evil })),
        units: work.units.map((unit) => ({ ...unit, answers: [{ column: evil, change: 1 }] })),
      },
      warnings: [evil],
    })
    const isEvil = ({ name, value }: { name: string; value: string }) =>
      name.startsWith('on') ||
      /^(src|srcset|action|data)$/.test(name) ||
      (name === 'href' && value !== 'data:,' && !/^#[\w-]+$/.test(value))
    expect(all('script, img, iframe, object, embed, form, base').length).toBe(0)
    expect(all('*').flatMap((element) => [...element.attributes].filter(isEvil))).toEqual([])
    expect(page).not.toMatch(/[\u0000\u202e]/) // eslint-disable-line no-control-regex -- must be gone
  })

  it('says so where there is nothing', async () => {
    const bare: Partial<InspectReport> = {
      model: { ...sample.model, widths: [] },
      options: [],
      training: { points: [], bestStep: 0, stopped: 'finished', steps: 0 },
      course: [],
      warnings: [],
    }
    const without = await renderInspectReport({ ...sampleInspectReport({ hasRows: false }), ...bare })
    for (const part of [
      'No layers were recorded',
      'No losses',
      'No gradients were recorded',
      'No rows were given',
    ])
      expect(without).toContain(part)
    const { text, page, all } = await render({
      ...bare,
      work: { source: 'x', rows: 0, layers: [], jacobian: { rows: 0, singularValues: [] }, units: [] },
    })
    for (const part of ['No layer could be looked at', 'not worked out at any row', 'No unit was moved'])
      expect(text).toContain(part)
    expect(all('.warnings, .options, .multiples').length).toBe(0)
    expect(without + page).not.toMatch(/NaN|undefined|\[object|Infinity/)
  })

  it('stays below 2 MB with 3,000 layers, 5,000 points, and 2,000 units of large images of noise', async () => {
    const long = '<é日'.repeat(4000)
    const noise = (i: number) => (Math.sin(i * 12.9898) * 43758.5453) % 1
    const layers = Array.from({ length: 3000 }, (_, i) => ({ ...work.layers[i % 4]!, name: `${long}${i}` }))
    const names = Array.from({ length: 100 }, (_, i) => `${i}${long}`)
    const record = (step: number) => Object.fromEntries(names.map((name, i) => [name, 2 + noise(step + i)]))
    const images = Array.from({ length: 5 }, (_, step) => ({
      width: 96,
      height: 96,
      channels: 3,
      pixels: Float32Array.from({ length: 96 * 96 * 3 }, (__, i) => noise(i + step)),
    }))
    const values = Array.from({ length: 64 }, (_, row) =>
      Array.from({ length: 3000 }, (__, i) => 2 + noise(row + i)),
    )
    const { page, text } = await render({
      source: long,
      options: names.map((name) => [name, long] as const),
      course: Array.from({ length: 1000 }, (_, step) => ({
        step,
        epoch: step,
        parts: record(step),
        metrics: record(step),
        gradientNorms: record(step),
      })),
      work: {
        ...work,
        layers,
        jacobian: { rows: 64, singularValues: values },
        units: Array.from({ length: 2000 }, (_, unit) => ({ ...work.units[0]!, unit, images })),
      },
      warnings: Array<string>(3000).fill(long),
    })
    expect(Buffer.byteLength(page)).toBeLessThan(2e6)
    for (const part of [
      'The first 120 of 3,000 layers',
      '1,984 units more',
      '92 more terms',
      '60 more layers',
    ])
      expect(text).toContain(part)
  }, 60_000)
})
