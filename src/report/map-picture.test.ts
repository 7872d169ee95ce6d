import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { bareMap, sampleMap } from '../../test/map-sample.js'
import { renderMapPicture } from './map-picture.js'
import type { MapReport } from './map-report.js'

const map = sampleMap(90)

/** Whether a PNG has a strong colour inside of the frame between two columns of pixels. */
async function coloured(png: Uint8Array, from: number, to: number): Promise<boolean> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  for (let i = 0; i < info.width * info.height; i++) {
    const [x, y] = [i % info.width, Math.floor(i / info.width)]
    const [r, , b] = data.subarray(3 * i, 3 * i + 3)
    if (x >= from && x < to && y > 60 && y < info.height - 50 && Math.abs(r! - b!) > 60) return true
  }
  return false
}

describe('a map as a picture', () => {
  it('has a title, every point, a legend, names and a line on the axes', async () => {
    const svg = await renderMapPicture(map, { format: 'svg' })
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true)
    expect(svg.match(/<path d="M[\d.]+ [\d.]+h/g)).toHaveLength(90)
    expect(svg.match(/>apple</g)).toHaveLength(2)
    expect(svg).toContain('axes have no units')
    expect(svg).toContain('Map of three clusters')
    expect(await renderMapPicture(map, { format: 'svg', hasNames: false })).not.toMatch(/>apple<.*>apple</s)
  })

  it('shows numbers with a scale and missing cells', async () => {
    const svg = await renderMapPicture(map, { format: 'svg', colourBy: 'weight', theme: 'dark' })
    expect(svg).toContain('linearGradient')
    expect(svg).toMatch(/>10\d(\.\d+)? g</)
    expect(svg).toContain('>missing<')
    expect(svg).toContain('fill="#1c2126"')
  })

  it('becomes a PNG of the asked size, points where they belong', async () => {
    const lone: MapReport = {
      ...map,
      points: { x: map.points.x.map((_, i) => (i === 0 ? 1 : 0)), y: map.points.x.map(() => 0) },
    }
    const png = await renderMapPicture(lone, { format: 'png', width: 600, height: 400, hasNames: false })
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 600, height: 400 })
    // Row 0 stands alone at the right, all others on one place at the left; between them is paper.
    const line = await Promise.all([20, 300].map((x) => coloured(png, x, x + 130)))
    expect(line).toEqual([true, false])
    expect(await coloured(png, 500, 535)).toBe(true)
  })

  it('draws many points as pixels under texts that stay shapes', async () => {
    const many = sampleMap(20_001)
    const svg = await renderMapPicture(many, { format: 'svg', width: 500, height: 400 })
    expect(svg).not.toMatch(/<path d="M/)
    expect(svg).toContain('>pear<')
    const base64 = /data:image\/png;base64,([\w+/=]+)"/.exec(svg)![1]!
    const { data, info } = await sharp(Buffer.from(base64, 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(info.channels).toBe(4)
    const drawn = data.filter((value, i) => i % 4 === 3 && value > 0).length
    expect(drawn / (info.width * info.height)).toBeGreaterThan(0.02)
    expect(drawn / (info.width * info.height)).toBeLessThan(0.06)
  })

  it('escapes names and stays small with long lists', async () => {
    const evil = '</text><script>alert(1)</script>'
    const svg = await renderMapPicture(
      {
        ...map,
        title: evil,
        columns: [
          {
            kind: 'category',
            name: evil,
            categories: Array.from({ length: 500 }, (_, i) => `${evil}${i}`),
            codes: new Int32Array(90),
          },
        ],
      },
      { format: 'svg' },
    )
    expect(svg).not.toContain('<script')
    expect(svg).toMatch(/and \d+ more/)
  })

  it('draws no rows, one row and identical rows', async () => {
    for (const count of [0, 1, 5]) {
      const svg = await renderMapPicture(bareMap(new Float32Array(count)), { format: 'svg' })
      expect(svg).not.toContain('NaN')
      expect(svg.match(/<path/g)?.length ?? 0).toBe(count)
    }
  })

  it('refuses sizes out of range and unknown columns', async () => {
    await expect(renderMapPicture(map, { format: 'svg', width: 10 })).rejects.toMatchObject({
      code: 'HG_USAGE',
    })
    await expect(renderMapPicture(map, { format: 'svg', colourBy: 'x' })).rejects.toMatchObject({
      code: 'HG_COLUMN_MISSING',
      message: expect.stringContaining('kind, weight') as string,
    })
  })
})
