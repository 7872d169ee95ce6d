/** Sites and new data that are unlike the rest are found, those that differ by chance are not; ratios and floors. */
import { describe, expect, it } from 'vitest'
import { random } from '../../base/index.js'
import { tableFromColumns, type Cell, type Table } from '../../data/index.js'
import { nodeLearning } from '../../learning/node.js'
import { examine, type DoctorOptions } from './doctor.js'
import { blocksOf, ratioOf, verdictOn } from './generalisation/holdout.js'
import { isBimodal, twoModes } from './variability/modes.js'
import { neighbourFloor } from './variability/neighbour-floor.js'

const learning = { kind: 'denoising', options: { hidden: [32], latent: 32 }, threads: 1 } as const

/** Six numbers of two causes and a site; at `odd` sites the second half is turned over. */
function sites(rows: number, seed: number, odd: readonly string[] = []): Table {
  const stream = random(seed)
  const columns: Record<string, Cell[]> = { site: [] }
  for (let j = 0; j < 6; j++) columns[`x${j}`] = []
  for (let row = 0; row < rows; row++) {
    const site = 'ABCD'[stream.below(4)]!
    const causes = [stream.normal(), stream.normal()]
    columns['site']!.push(site)
    for (let j = 0; j < 6; j++) {
      const sign = odd.includes(site) && j >= 3 ? -1 : 1
      columns[`x${j}`]!.push(sign * causes[j % 2]! + 0.2 * stream.normal())
    }
  }
  return tableFromColumns(columns)
}

async function diagnosisOf(table: Table, options: DoctorOptions) {
  const { diagnoses } = await examine(
    table,
    { learning, budgetSeconds: 2, ...options, only: ['generalisation'] },
    nodeLearning,
  )
  return diagnoses[0]!
}

describe('generalisation', () => {
  it('finds the site that is unlike the others, and none where sites are alike', async () => {
    const sick = await diagnosisOf(sites(600, 1, ['C']), { group: 'site' })
    expect(sick.illnesses[0]).toMatchObject({ code: 'group-shift', verdict: 'ill', columns: ['site'] })
    expect(sick.illnesses[0]!.text).toContain('C')
    expect((await diagnosisOf(sites(600, 2), { group: 'site' })).verdict).toBe('fine')
  }, 120_000)

  it('finds new data whose columns are alike but whose relations are not', async () => {
    const drift = await diagnosisOf(sites(600, 3), { newTable: sites(200, 4, ['A', 'B', 'C', 'D']) })
    expect(drift.illnesses.map(({ code, verdict }) => `${code} ${verdict}`)).toContain('drift-of-rows ill')
    expect((await diagnosisOf(sites(600, 3), { newTable: sites(200, 5) })).verdict).toBe('fine')
  }, 120_000)

  it('says what it needs where nothing can be held out, and what is lacking', async () => {
    const nothing = await diagnosisOf(sites(200, 6), {})
    expect(nothing.verdict).toBe('unknown')
    expect(nothing.remedies[0]!.command).toContain('--group site')
    const { columns, ...rest } = sites(100, 7)
    const lacking = await diagnosisOf(sites(200, 6), { newTable: { ...rest, columns: columns.slice(0, 4) } })
    expect(lacking.illnesses[0]).toMatchObject({ code: 'lacking-column', columns: ['x3', 'x4', 'x5'] })
  }, 60_000)
})

describe('ratioOf', () => {
  it('is certain where every block agrees, and not where one block makes the difference', () => {
    const stream = random(8)
    const withPart = Float64Array.from({ length: 200 }, () => 1 + 0.1 * stream.uniform())
    const all = withPart.map((error) => 1.5 * error)
    const one = withPart.map((error, i) => (i < 20 ? 6 * error : error))
    const blocks = blocksOf(200, 10)
    expect(verdictOn(ratioOf({ without: all, withPart }, blocks), 200)).toBe('ill')
    expect(ratioOf({ without: all, withPart }, blocks).ratio).toBeCloseTo(1.5, 9)
    expect(ratioOf({ without: one, withPart }, blocks).ratio).toBeCloseTo(1.5, 1)
    expect(verdictOn(ratioOf({ without: one, withPart }, blocks), 200)).toBe('fine')
  })
})

describe('twoModes', () => {
  const stream = random(9)
  const draw = (n: number, of: () => number): Float64Array => Float64Array.from({ length: n }, of)

  it('tells two heaps from one, however skewed', () => {
    const two = twoModes(draw(600, () => (stream.uniform() < 0.3 ? 5 : 0) + stream.normal()))!
    expect(isBimodal(two)).toBe(true)
    expect(two.share).toBeCloseTo(0.3, 1)
    for (const of of [() => stream.normal(), () => stream.uniform(), () => -Math.log(1 - stream.uniform())])
      expect(isBimodal(twoModes(draw(600, of))!)).toBe(false)
    expect(twoModes(draw(20, () => 1))).toBeUndefined()
    expect(twoModes(draw(100, () => 1))).toBeUndefined()
  })
})

describe('neighbourFloor', () => {
  it('is low for a column that the others tell, and that of knowing nothing for one that they do not', () => {
    const stream = random(10)
    const rows = 600
    const features = new Float32Array(rows * 3)
    for (let row = 0; row < rows; row++) {
      const z = stream.normal()
      features.set([z, z + 0.1 * stream.normal(), stream.normal()], row * 3)
    }
    const columns = ['a', 'b', 'c'].map((name, start) => ({
      name,
      kind: 'numeric' as const,
      start,
      width: 1,
    }))
    const all = Int32Array.from({ length: rows }, (_, row) => row)
    const split = { training: all.slice(0, 500), validation: all.slice(500) }
    const preprocessing = { layout: { width: 3, numericCount: 3, columns } }
    const { errors, marginal } = neighbourFloor({ features, preprocessing, split }, split.validation)
    const share = (c: number): number =>
      Array.from(split.validation, (_, i) => errors[i * 3 + c]!).reduce((sum, x) => sum + x, 0) /
      100 /
      marginal[c]!
    expect(share(0)).toBeLessThan(0.15)
    expect(share(2)).toBeGreaterThan(0.8)
  })
})
