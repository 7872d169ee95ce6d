/** Charts of a model at work: outputs of a layer, singular values, answers and images of latent units. */
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { ReportImage } from '../inspect-report.js'
import { answerBar } from './answer-bar.js'
import { outputHistogram } from './output-histogram.js'
import { pixelUris } from './pixels.js'
import { loadPlotting } from './plotting.js'
import { singularValues, spectrumFacts } from './singular-values.js'

const plotting = await loadPlotting()
const count = (text: string | undefined, part: RegExp): number => text?.match(part)?.length ?? 0

describe('outputHistogram', () => {
  it('draws bars by the square root of counts, the ends, and where 0 lies', () => {
    const svg = outputHistogram({ name: 'a<', sample: [-2, ...Array<number>(100).fill(2)] })!
    const heights = [...svg.matchAll(/v-?([\d.]+)h/g)]
      .map(([, height]) => Number(height))
      .filter((h) => h > 0)
    expect(heights).toEqual([3.2, 32])
    expect(svg).toContain('M90,2V')
    expect(svg).toContain(
      '<title>Outputs of a&lt;</title><desc>From -2 to 2; the middle half lies between 2 and 2',
    )
  })

  it('draws a layer that gives one number, and nothing of no numbers', () => {
    expect(outputHistogram({ name: 'a', sample: [3, 3, NaN] })).not.toContain('NaN')
    expect(outputHistogram({ name: 'a', sample: [NaN] })).toBeUndefined()
    expect(outputHistogram({ name: 'a', sample: [] })).toBeUndefined()
  })
})

describe('singularValues', () => {
  const size = { width: 400, height: 280 }
  const rows = [
    [4, 2, 0.01],
    [8, 2, 0.03],
  ]

  it('draws a line a row and one for the mean, and a rule at 1', () => {
    const svg = singularValues(plotting, rows, size)
    expect(count(svg, /aria-label="line"/g)).toBe(3)
    expect(count(svg, /aria-label="rule"/g)).toBe(1)
    expect(svg).toContain('2 rows, 3 directions; mean from 6 down to 0.02')
    expect(spectrumFacts(rows)).toEqual({ directions: 3, greatest: 6, least: 0.02, open: 2 })
  })

  it('leaves out zeros, and draws one direction as dots', () => {
    expect(singularValues(plotting, [[3, 0, NaN]], size)).not.toMatch(/NaN|Infinity/)
    expect(count(singularValues(plotting, [[3]], size), /<circle/g)).toBe(2)
  })

  it('draws nothing where there is nothing above 0', () => {
    expect(singularValues(plotting, [], size)).toBeUndefined()
    expect(singularValues(plotting, [[0, 0]], size)).toBeUndefined()
    expect(spectrumFacts([])).toBeUndefined()
  })
})

describe('answerBar', () => {
  it('goes left for a fall and right for a rise', () => {
    expect(answerBar(-0.5)).toContain('x="25" y="1" width="25" height="10" fill="var(--anomaly)"')
    expect(answerBar(1)).toContain('x="50" y="1" width="50" height="10" fill="var(--normal)"')
  })
})

describe('pixelUris', () => {
  const image = (changes: Partial<ReportImage>): ReportImage => ({
    width: 2,
    height: 2,
    channels: 1,
    pixels: [0, 1, 2, 3],
    ...changes,
  })
  /** Width, height, type of colour, and the lines as they are stored. */
  const read = (uri: string) => {
    expect(uri).toMatch(/^data:image\/png;base64,/)
    const file = Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64')
    const length = file.readUInt32BE(33)
    expect(file.toString('latin1', 37, 41)).toBe('IDAT')
    // The check sum of an empty IEND is the same in every PNG file.
    expect(file.toString('hex').slice(-24)).toBe('0000000049454e44ae426082')
    return {
      size: [file.readUInt32BE(16), file.readUInt32BE(20), file[25]],
      lines: [...inflateSync(file.subarray(41, 41 + length))],
    }
  }

  it('stretches all images together, row by row', () => {
    const [a, b] = pixelUris([image({}), image({ pixels: [6, 6, 6, 6] })]).map(read)
    expect(a).toEqual({ size: [2, 2, 0], lines: [0, 0, 43, 0, 85, 128] })
    expect(b!.lines).toEqual([0, 255, 255, 0, 255, 255])
  })

  it('keeps three channels as colours, channels together, and averages two', () => {
    const colours = image({ width: 1, channels: 3, pixels: [0, 51, 102, 153, 204, 255] })
    expect(read(pixelUris([colours])[0]!)).toEqual({
      size: [1, 2, 2],
      lines: [0, 0, 51, 102, 0, 153, 204, 255],
    })
    const two = image({ width: 1, channels: 2, pixels: [0, 0, 10, 20] })
    expect(read(pixelUris([two])[0]!)).toEqual({ size: [1, 2, 0], lines: [0, 0, 0, 255] })
  })

  it('averages large images down, and takes missing and equal numbers as black', () => {
    const large = image({
      width: 96,
      height: 40,
      pixels: Float32Array.from({ length: 96 * 40 }, (_, i) => i % 2),
    })
    expect(read(pixelUris([large])[0]!)).toMatchObject({ size: [48, 20, 0] })
    expect(new Set(read(pixelUris([large])[0]!).lines)).toEqual(new Set([0]))
    expect(read(pixelUris([image({ pixels: [NaN] })])[0]!).lines).toEqual([0, 0, 0, 0, 0, 0])
  })
})
