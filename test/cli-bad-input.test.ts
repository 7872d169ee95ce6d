/** Every bad input as a person meets it: a message that says where, what and what to do, a code, an exit status. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hourglass, testIo, type TestIo } from './cli-io.js'
import { orderLines, quick, writeOrders, writeText } from './cli-tables.js'

let folder = ''
let orders = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-test-'))
  orders = await writeOrders(folder)
  await mkdir(join(folder, 'a-folder'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const rowsOf = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n')

/** Tables by name; each is refused with a code. */
const refused: readonly (readonly [name: string, text: string, code: string, status: number])[] = [
  ['empty.csv', '', 'HG_TABLE_EMPTY', 3],
  ['header.csv', 'a,b,c\n', 'HG_TABLE_EMPTY', 3],
  ['one-row.csv', 'a,b,c\n1,2,3\n', 'HG_TABLE_TOO_SMALL', 3],
  ['one-column.csv', `a\n${rowsOf(200, (i) => String((i * 37) % 101))}\n`, 'HG_TABLE_TOO_SMALL', 3],
  ['all-missing.csv', `a,b\n${rowsOf(60, () => ',')}\n`, 'HG_TABLE_TOO_SMALL', 3],
  ['all-constant.csv', `a,b\n${rowsOf(60, () => '1,x')}\n`, 'HG_TABLE_TOO_SMALL', 3],
  ['twice.csv', `a,a\n${rowsOf(60, (i) => `${String(i)},${String(i % 7)}`)}\n`, 'HG_TABLE_MALFORMED', 3],
  [
    'ragged.csv',
    `a,b\n${rowsOf(60, (i) => (i === 40 ? '1,2,3' : `${String(i)},2`))}\n`,
    'HG_TABLE_MALFORMED',
    3,
  ],
  ['cut.parquet', 'PAR1 and then nothing of a parquet file', 'HG_FILE_UNREADABLE', 3],
  ['cut.npz', 'PK and then nothing of an archive', 'HG_FILE_UNREADABLE', 3],
]

describe('tables that cannot be used', () => {
  it.each(refused)('%s', async (name, text, code, status) => {
    const path = await writeText(folder, name, text)
    const outcome = await hourglass(['detect', path, ...quick, '--model', join(folder, 'x.onnx')])
    expect(outcome.stderr).toMatch(new RegExp(`^error ${code}: .*${name.split('.')[0]!}`, 'm'))
    expect(outcome.status).toBe(status)
    expect(outcome.stdout).toBe('')
    expect((await readdir(folder)).filter((file) => file.startsWith('x.') || file.includes('tmp'))).toEqual(
      [],
    )
  })

  it('a missing file, a folder', async () => {
    const missing = await hourglass(['detect', join(folder, 'no.csv')])
    expect(missing).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^error HG_FILE_MISSING: .*no\.csv/) as string,
    })
    const directory = await hourglass(['detect', join(folder, 'a-folder')])
    expect(directory).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/HG_FILE_UNREADABLE: .*a-folder/) as string,
    })
  })

  it('says the same as JSON', async () => {
    const { stdout } = await hourglass(['detect', join(folder, 'no.csv'), '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'HG_FILE_MISSING' } })
  })
})

describe('tables that are odd and fine', () => {
  it.each([
    [
      'huge-numbers.csv',
      `a,b\n${rowsOf(200, (i) => `${i === 9 ? '1e400' : String(i % 13)},${String(i % 7)}`)}\n`,
    ],
  ])('%s', async (name, text) => {
    const { status, stderr } = await hourglass(['detect', await writeText(folder, name, text), ...quick])
    expect(stderr).not.toContain('error')
    expect(status).toBe(0)
  })

  it('10,000 columns', { timeout: 300_000 }, async () => {
    const head = Array.from({ length: 10_000 }, (_, i) => `c${String(i)}`).join(',')
    const line = (i: number): string => Array.from({ length: 10_000 }, (_, j) => (i * j) % 11).join(',')
    const path = await writeText(folder, 'wide.csv', `${head}\n${rowsOf(60, line)}\n`)
    const { status, stderr } = await hourglass(['detect', path, ...quick, '--epochs', '1', '--top', '1'])
    expect(stderr).toContain('10,000 columns')
    expect(status).toBe(0)
  })
})

describe('columns and labels', () => {
  it.each([
    [['--label', 'nope'], 'HG_COLUMN_MISSING', 'nope'],
    [['--label', 'region'], 'HG_LABEL_INVALID', 'region'],
    [['--label', 'currency'], 'HG_LABEL_INVALID', 'currency'],
    [['--ignore', 'nope'], 'HG_COLUMN_MISSING', 'nope'],
    [['--columns', 'nope=numeric'], 'HG_COLUMN_MISSING', 'nope'],
    [['--columns', 'region=numeric'], 'HG_COLUMN_TYPE', 'region'],
    [['--ignore', 'items,region,total,paid'], 'HG_TABLE_TOO_SMALL', ''],
    [['--encoding', 'klingon'], 'HG_ENCODING', 'klingon'],
  ])('%j', async (args, code, named) => {
    const { status, stderr } = await hourglass(['detect', orders, ...quick, ...args])
    expect(stderr).toContain(`error ${code}: `)
    expect(stderr).toContain(named)
    expect([2, 3]).toContain(status)
  })

  it('a label with one class', async () => {
    const text = orderLines()
      .map((line, i) => `${line},${i === 0 ? 'odd' : '0'}`)
      .join('\n')
    const path = await writeText(folder, 'one-class.csv', text)
    const { status, stderr } = await hourglass(['detect', path, ...quick, '--label', 'odd'])
    expect(stderr).toMatch(/error HG_LABEL_INVALID: .*odd/)
    expect(status).toBe(3)
  })

  it('new data without a column that the model needs', async () => {
    const model = join(folder, 'needs.onnx')
    await hourglass(['train', orders, ...quick, '--model', model])
    const less = await writeText(folder, 'less.csv', 'order,region,total\nA-1,north,3\nA-2,south,4\n')
    const { status, stderr } = await hourglass(['score', less, '--model', model])
    expect(stderr).toMatch(/error HG_COLUMN_MISSING: .*items/)
    expect(status).toBe(3)
  })
})

describe('models and outputs', () => {
  it('refuses what is no model', async () => {
    const text = await writeText(folder, 'text.onnx', 'not a model')
    for (const args of [
      ['inspect', text],
      ['score', orders, '--model', text],
    ]) {
      const { status, stderr } = await hourglass(args)
      expect(stderr).toMatch(/error HG_MODEL_\w+: /)
      expect(status).toBe(4)
    }
    const missing = await hourglass(['inspect', join(folder, 'no.onnx')])
    expect(missing).toMatchObject({ status: 3, stderr: expect.stringContaining('HG_FILE_MISSING') as string })
  })

  it('refuses places that cannot be written before any work is done', async () => {
    for (const option of ['--model', '--out', '--report'] as const) {
      const ending = { '--model': 'onnx', '--out': 'csv', '--report': 'html' }[option]
      const path = join(folder, 'no-such-folder', `x.${ending}`)
      const { status, stderr } = await hourglass(['detect', orders, option, path])
      expect(stderr).toContain(
        `error HG_OUTPUT_UNWRITABLE: writing ${path}: the folder does not exist; make it first`,
      )
      expect(stderr).not.toContain('rows')
      expect(status).toBe(6)
    }
  })

  it('refuses to replace its input', async () => {
    const { status, stderr } = await hourglass(['detect', orders, '--out', orders])
    expect([status, stderr]).toEqual([2, expect.stringContaining('is taken by an input of this command')])
  })
})

describe('Ctrl-C', () => {
  // Wide enough that no machine is done before the key is pressed.
  const slow = ['--latent', '64', '--hidden', '512,512', '--batch-size', '16', '--threads', '1']

  /** Presses the key once training shows on the live line. */
  function onceTraining(io: TestIo, press: () => void): void {
    const timer = setInterval(() => {
      if (!io.text.stderr.includes('training')) return
      clearInterval(timer)
      press()
    }, 10)
  }

  it('stops at a safe point, keeps the state, and says how to resume; resuming ends and cleans up', async () => {
    const args = ['train', orders, ...slow, '--model', join(folder, 'stopped.onnx')]
    const io = testIo({ terminal: true, env: { NO_COLOR: '1' } })
    onceTraining(io, io.pressCtrlC)
    const { status, stderr } = await hourglass(args, io)
    expect(stderr).toContain('stopping at the next safe point')
    expect(stderr).toMatch(
      /error HG_INTERRUPTED: .*stopped\.onnx\.checkpoint; the same command with --resume/,
    )
    expect(status).toBe(130)
    const left = async (): Promise<string[]> =>
      (await readdir(folder)).filter((file) => file.startsWith('stopped'))
    expect(await left()).toEqual(['stopped.onnx.checkpoint'])
    const resumed = await hourglass([...args, '--resume'])
    expect([resumed.status, await left()]).toEqual([0, ['stopped.onnx']])
  })

  it('says so when there is nothing to resume', async () => {
    const { status, stderr } = await hourglass([
      'train',
      orders,
      ...quick,
      '--resume',
      '--model',
      join(folder, 'r.onnx'),
    ])
    expect(stderr).toMatch(/--resume: there is no .*r\.onnx\.checkpoint; training starts from the beginning/)
    expect(status).toBe(0)
  })

  it('ends at once the second time', async () => {
    const io = testIo({ terminal: true })
    onceTraining(io, () => {
      io.pressCtrlC()
      io.pressCtrlC()
    })
    const { stderr } = await hourglass(['detect', orders, ...slow], io)
    expect(io.exits).toEqual([130])
    expect(stderr).toContain('with --model, a stopped training can be resumed')
  })
})
