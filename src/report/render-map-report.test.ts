import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bareMap, sampleMap } from '../../test/map-sample.js'
import { mostRows, packMap } from './map/pack.js'
import { fromPlanes, mostPlace, type Block, type MapHeader } from './map/payload.js'
import { renderMapReport } from './render-map-report.js'

const map = sampleMap(300)

/** The blocks of a page, unpacked as its script does. */
function blocksOf(page: string) {
  const bytes = new Map(
    [...page.matchAll(/<script type="text\/plain" id="block-([\w-]+)">([\w+/=]*)<\/script>/g)].map(
      (match) => [match[1]!, new Uint8Array(gunzipSync(Buffer.from(match[2]!, 'base64')))] as const,
    ),
  )
  const header = JSON.parse(new TextDecoder().decode(bytes.get('header'))) as MapHeader
  return { header, numbers: (block: Block) => fromPlanes(bytes.get(block.id)!, block) }
}

describe('the page of a map', () => {
  it('holds the data: places to 16 bits, columns and images as they are', async () => {
    const { header, numbers } = blocksOf(await renderMapReport(map))
    expect(header).toMatchObject({ count: 300, rowCount: 300, unplaced: 0 })
    const places = numbers(header.places)
    const { x0, span } = header.frame
    for (let i = 0; i < 300; i++) {
      expect(x0 + (places[2 * i]! / mostPlace) * span).toBeCloseTo(map.points.x[i]!, 3)
    }
    const [kind, weight] = header.columns
    expect(kind).toMatchObject({ kind: 'category', name: 'kind', categories: ['apple', 'pear', 'plum'] })
    expect(kind!.block.type).toBe('u8')
    expect([...numbers(kind!.block)].slice(0, 4)).toEqual([0, 1, 2, 0])
    expect(weight).toMatchObject({ kind: 'number', unit: 'g', range: { missing: 6, known: 294 } })
    expect(numbers(weight!.block)).toEqual((map.columns[1] as { values: Float32Array }).values)
    expect(numbers(header.images!.block)).toEqual(map.images!.pixels)
    expect(numbers(header.split!)).toEqual(map.split)
  })

  it('lets its own script run and nothing else, whatever names hold', async () => {
    const evil = '</script><script>alert(1)</script><img src=x onerror=alert(1)>'
    const page = await renderMapReport({
      ...map,
      title: evil,
      source: evil,
      columns: [{ kind: 'category', name: evil, categories: [evil], codes: new Int32Array(300) }],
      quality: [{ name: evil, value: evil, meaning: evil }],
      facts: [{ name: evil, value: evil }],
      notes: [evil],
      command: evil,
    })
    expect(page).not.toContain('<img')
    expect(page).not.toContain('<script>alert')
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)]
    expect(scripts).toHaveLength(1)
    const hash = createHash('sha256').update(scripts[0]![1]!).digest('base64')
    expect(page).toContain(
      `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${hash}'"`,
    )
  })

  it('says what it is without its script', async () => {
    const page = await renderMapReport(map)
    for (const text of [
      'Map of three clusters',
      'three.csv',
      '300 rows',
      '0.9764',
      'left out',
      '--seed 7',
      '<noscript>',
    ]) {
      expect(page).toContain(text)
    }
  })

  it('renders without rows, columns, measures, facts, notes and command', async () => {
    const page = await renderMapReport(bareMap(new Float32Array(0)))
    expect(page).toContain('There are no rows to draw.')
    expect(page).not.toContain('Please note')
    expect(blocksOf(page).header.count).toBe(0)
  })

  it('keeps missing categories apart from the last one, in every width of codes', async () => {
    for (const [count, type, missing] of [
      [255, 'u8', 255],
      [256, 'u16', 65535],
      [65536, 'i32', -1],
    ] as const) {
      const categories = Array.from({ length: count }, (_, i) => String(i))
      const codes = Int32Array.from({ length: 300 }, (_, i) => (i === 0 ? -1 : count - 1))
      const { header, blocks } = await packMap({
        ...map,
        columns: [{ kind: 'category', name: 'c', categories, codes }],
      })
      const block = header.columns[0]!.block
      expect(block.type).toBe(type)
      const bytes = gunzipSync(Buffer.from(blocks.find(({ id }) => id === block.id)!.base64, 'base64'))
      expect([...fromPlanes(new Uint8Array(bytes), block)].slice(0, 2)).toEqual([missing, count - 1])
    }
  })

  it('keeps coarse places out of maps with stray points', async () => {
    const x = Float32Array.from({ length: 5000 }, (_, i) => (i === 0 ? 1e4 : i / 5000))
    const { header } = await packMap(
      bareMap(
        x,
        x.map((value) => value % 0.1),
      ),
    )
    expect(header.places.type).toBe('f32')
    expect(header.home[2]).toBeLessThan(0.01)
  })

  it('keeps an even sample of more rows than a page holds, with their numbers', async () => {
    const x = new Float32Array(mostRows + 200_000).map((_, i) => i % 1000)
    const { header } = await packMap({ ...bareMap(x), columns: [{ kind: 'number', name: 'n', values: x }] })
    expect(header).toMatchObject({ count: mostRows, rowCount: mostRows + 200_000 })
    expect(header.rowNumbers?.length).toBe(mostRows)
    expect(header.columns[0]!.block.length).toBe(mostRows)
  })

  it('refuses lists that do not agree', async () => {
    const broken = [
      { points: { x: map.points.x, y: new Float32Array(299) } },
      { rowLabels: ['one'] },
      { columns: [{ kind: 'category', name: 'c', categories: ['a'], codes: new Int32Array(300).fill(1) }] },
      { images: { ...map.images!, pixels: new Uint8Array(7) } },
      { images: { ...map.images!, rows: Int32Array.from({ length: 300 }, () => 3) } },
      { decoded: { ...map.decoded!, columns: 1 } },
      { decoded: { ...map.decoded!, bounds: [1, 0, 1, 1] } },
    ] as const
    for (const change of broken) {
      await expect(renderMapReport({ ...map, ...change })).rejects.toMatchObject({
        code: 'HG_SHAPE_MISMATCH',
      })
    }
  })
})
