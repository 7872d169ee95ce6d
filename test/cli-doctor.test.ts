/** `hourglass doctor` as whole command lines: verdicts, JSON by its schema, mended tables, the page, bad input. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../src/base/index.js'
import { doctorResultSchema } from '../src/cli/results.js'
import { readTable } from '../src/data/index.js'
import { hourglass } from './cli-io.js'
import { writeText } from './cli-tables.js'

let folder = ''
let sick = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-doctor-'))
  sick = await writeText(
    folder,
    'sick.csv',
    rows((row) => (row % 25 === 4 ? -999 : undefined)),
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Lines of a table whose weights are what `weight` says, where it says something. */
function rows(weight: (row: number) => number | undefined): string {
  const stream = random(4)
  const lines = Array.from({ length: 300 }, (_, row) => {
    const z = stream.normal()
    const [height, usual] = [170 + 8 * z + 3 * stream.normal(), 70 + 9 * z + 4 * stream.normal()]
    const site = ['north', 'south', 'east'][stream.below(3)]!
    return `${height.toFixed(2)},${weight(row) ?? usual.toFixed(2)},${(50 + 10 * z + 4 * stream.normal()).toFixed(2)},${site}`
  })
  return `height,weight,score,site\n${lines.join('\n')}\n`
}

describe('hourglass doctor', () => {
  it('says what is wrong in words and signs, where, and what to do', async () => {
    const { status, stdout } = await hourglass(['doctor', sick, '--only', 'input'])
    expect(status).toBe(0)
    expect(stdout).toContain('✗ ill     input')
    expect(stdout).toContain('weight is -999 in 12 rows')
    expect(stdout).toContain('rows 5, 30, 55')
    expect(stdout).toContain(`hourglass doctor ${sick} --fix --out fixed.csv`)
  })

  it('answers as its schema says, and holds groups out', async () => {
    const { status, stdout } = await hourglass([
      'doctor',
      sick,
      '--only',
      'input,generalisation',
      '--group',
      'site',
      '--budget',
      '2',
      '--threads',
      '1',
      '--json',
    ])
    expect(status).toBe(0)
    const result = doctorResultSchema.parse(JSON.parse(stdout))
    expect(result.verdict).toBe('ill')
    expect(result.diagnoses.map(({ difficulty }) => difficulty)).toEqual(['input', 'generalisation'])
    expect(result.diagnoses[0]!.illnesses[0]).toMatchObject({
      code: 'sentinel',
      columns: ['weight'],
      rowCount: 12,
    })
    expect(result.diagnoses[0]!.illnesses[0]!.rows!.slice(0, 2)).toEqual([5, 30])
    expect(result.diagnoses[1]!.verdict).toBe('fine')
  })

  it('writes a mended copy and a page, and leaves the table as it is', async () => {
    const [out, page] = [join(folder, 'fixed.csv'), join(folder, 'doctor.html')]
    const before = await readFile(sick, 'utf8')
    const { status, stdout } = await hourglass([
      'doctor',
      sick,
      '--only',
      'input',
      '--fix',
      '--out',
      out,
      '--report',
      page,
    ])
    expect(status).toBe(0)
    expect(stdout).toContain('weight: 12 cells made missing')
    expect(await readFile(sick, 'utf8')).toBe(before)
    const mended = await readTable(out)
    const weight = mended.columns.find(({ name }) => name === 'weight')
    expect(weight?.storage === 'number' && weight.values.filter((x) => Number.isNaN(x)).length).toBe(12)
    expect(await readFile(page, 'utf8')).toContain('weight is -999 in 12 rows')
    const again = await hourglass(['doctor', out, '--only', 'input'])
    expect(again.stdout).toContain('✓ fine    input')
  })

  it.each([
    [['--fix'], 'say where the mended table goes'],
    [['--out', 'x.csv'], 'only with --fix'],
    [['--only', 'inputs'], 'expected architecture'],
    [['--group', 'hospital'], 'no column "hospital"'],
    [['--time', 'site'], 'holds text'],
    [['--model', 'absent.onnx'], 'absent.onnx'],
  ])('refuses %s in words', async (words, message) => {
    const { status, stderr } = await hourglass(['doctor', sick, '--only', 'generalisation', ...words])
    expect([2, 3]).toContain(status)
    expect(stderr).toContain(message)
  })
})
