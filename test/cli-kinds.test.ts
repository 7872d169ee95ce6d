/**
 * Every kind from end to end through the command line: learned from a file, scored again from its model file with the
 * same numbers in Hourglass and in Python, and looked into. What a kind computes is tested in kinds/.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { autoencoderKinds, type AutoencoderKind } from '../src/autoencoders/index.js'
import { randomFor } from '../src/base/index.js'
import { kinds } from '../src/cli/kind-names.js'
import {
  inspectResultSchema,
  kindsResultSchema,
  scoreResultSchema,
  trainResultSchema,
} from '../src/cli/results.js'
import { readTable } from '../src/data/index.js'
import { hourglass } from './cli-io.js'
import { writeOrders, writeText } from './cli-tables.js'
import { findPython, runPython } from './support/python.js'

const python = findPython('onnxruntime', 'numpy')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-kinds-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const short = ['--epochs', '2', '--threads', '1', '--false-alarms', '0.05']

/** Options that a kind needs besides a table of orders, and the table where it needs another. */
const special: Readonly<
  Partial<Record<AutoencoderKind, { options?: readonly string[]; data?: () => Promise<string> }>>
> = {
  convolutional: { options: ['--image', '8x8', '--hidden', '4,8'], data: writeImages },
  sequence: { options: ['--window', '8', '--hidden', '6'], data: writeSeries },
  count: { data: writeCounts },
  ensemble: { options: ['--set', 'members=3'] },
}

/** Blobs at random places of 8 by 8 pixels; the border is constant, as of scanned digits. */
function writeImages(): Promise<string> {
  const stream = randomFor(1, 'images')
  const rows = Array.from({ length: 200 }, () => {
    const [x, y] = [2 + 4 * stream.uniform(), 2 + 4 * stream.uniform()]
    return Array.from({ length: 64 }, (_, i) => {
      const [column, row] = [i % 8, Math.floor(i / 8)]
      const inside = column > 0 && column < 7 && row > 0 && row < 7
      return inside ? Math.round(255 * Math.exp(-((column - x) ** 2 + (row - y) ** 2) / 3)) : 0
    })
  })
  return writeNumbers('images.csv', rows, (i) => `p${i}`)
}

function writeSeries(): Promise<string> {
  const stream = randomFor(2, 'series')
  const rows = Array.from({ length: 240 }, (_, t) => [
    Math.sin(t / 5) + 0.1 * stream.normal(),
    Math.cos(t / 7) + 0.1 * stream.normal(),
  ])
  return writeNumbers('series.csv', rows, (i) => `channel${i}`)
}

function writeCounts(): Promise<string> {
  const stream = randomFor(3, 'counts')
  const rows = Array.from({ length: 200 }, () => {
    const rate = 1 + 8 * stream.uniform()
    return Array.from({ length: 12 }, (_, i) => Math.floor(rate * (i % 3) * -Math.log(1 - stream.uniform())))
  })
  return writeNumbers('counts.csv', rows, (i) => `gene${i}`)
}

function writeNumbers(
  name: string,
  rows: readonly (readonly number[])[],
  nameOf: (i: number) => string,
): Promise<string> {
  const head = rows[0]!.map((_, i) => nameOf(i)).join(',')
  return writeText(folder, name, `${[head, ...rows.map((row) => row.join(','))].join('\n')}\n`)
}

const parsed = (text: string): unknown => JSON.parse(text)

describe('kinds', () => {
  it('are the same in the table and on the command line', async () => {
    expect([...kinds].toSorted()).toEqual(autoencoderKinds.toSorted())
    const { stdout, status } = await hourglass(['kinds', '--json'])
    const listed = kindsResultSchema.parse(parsed(stdout))
    expect(status).toBe(0)
    expect(listed.kinds.map(({ kind }) => kind)).toEqual(autoencoderKinds)
    expect(listed.kinds.flatMap(({ options }) => options).filter(({ meaning }) => meaning === '')).toEqual([])
  })
})

describe.each(autoencoderKinds)('%s', (kind) => {
  it('learns, scores alike from its file, and shows its inner workings', async () => {
    const { options = [], data = () => writeOrders(folder) } = special[kind] ?? {}
    const path = await data()
    const model = join(folder, `${kind}.onnx`)
    const scores = join(folder, `${kind}.csv`)
    const trained = await hourglass([
      'train',
      path,
      '--kind',
      kind,
      ...options,
      ...short,
      '--model',
      model,
      '--json',
    ])
    expect(trained.status, trained.stderr).toBe(0)
    expect(trainResultSchema.parse(parsed(trained.stdout)).kind).toBe(kind)

    const scored = await hourglass(['score', path, '--model', model, '--out', scores, '--json'])
    expect(scored.status, scored.stderr).toBe(0)
    expect(scoreResultSchema.parse(parsed(scored.stdout)).rows).toBeGreaterThan(100)
    const found = await readTable(scores)
    const score = found.columns.find(({ name }) => name === 'score')
    if (score?.storage !== 'number') throw new Error('the scores file has no numbers')
    expect(score.values.every(Number.isFinite)).toBe(true)

    const inspected = await hourglass(['inspect', model, path, '--json'])
    expect(inspected.status, inspected.stderr).toBe(0)
    const { inner, training } = inspectResultSchema.parse(parsed(inspected.stdout))
    expect(inner!.layers.length).toBeGreaterThan(1)
    expect(inner!.jacobian.singularValues[0]!.length).toBeGreaterThan(0)
    expect(inner!.units.length).toBeGreaterThan(0)
    expect(Object.keys(training.points.at(-1)!.gradientNorms ?? {}).length).toBeGreaterThan(0)

    // Windows are made of rows before a model sees them; a Python user of the file makes them too.
    if (python.command === undefined || kind === 'sequence') return
    const theirs = parsed(runPython(python.command, 'score_rows.py', model, path)) as { score: number[] }
    theirs.score.forEach((value, row) =>
      expect(Math.abs(value - score.values[row]!) / Math.max(1, score.values[row]!)).toBeLessThan(1e-5),
    )
  })
})

describe('options of a kind', () => {
  it.each([
    [['--kind', 'sparse', '--set', 'k=900'], 'k'],
    [['--kind', 'variational', '--set', 'betta=3'], 'there is no option betta'],
    [['--kind', 'variational', '--set', 'beta=-1'], 'option beta'],
    [['--kind', 'convolutional'], '--image'],
    [['--kind', 'sequence'], '--window'],
    [['--kind', 'denoising', '--set', 'noise=pepper'], 'option noise'],
  ])('%j', async (options, said) => {
    const { status, stderr } = await hourglass(['detect', await writeOrders(folder), ...options, ...short])
    expect(status).toBe(2)
    expect(stderr).toContain('error HG_USAGE')
    expect(stderr).toContain(said)
  })

  it('warns of a code as wide as the data, and says why', async () => {
    const wide = ['--kind', 'undercomplete', '--latent', '40']
    const { stderr, stdout, status } = await hourglass([
      'detect',
      await writeOrders(folder),
      ...wide,
      ...short,
    ])
    expect(status).toBe(0)
    expect(`${stdout}${stderr}`).toMatch(/warning: undercomplete: a code of 40 is as wide as the .* copying/)
  })
})
