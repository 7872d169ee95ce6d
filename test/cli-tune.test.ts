/** `hourglass tune` from words to files; trials run in the workers of the built package. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metricNames } from '../src/advice/index.js'
import { tuneResultSchema, type TuneResult } from '../src/cli/results.js'
import { tuneMetrics } from '../src/cli/tune-options.js'
import { nodesInOrder, type Tensor } from '../src/graph/index.js'
import { loadModel } from '../src/model-file/node.js'
import { hourglass, testIo } from './cli-io.js'
import { writeLabelled, writeOrders } from './cli-tables.js'

const cli = resolve(import.meta.dirname, '../dist/cli/main.js')

let folder = ''
let orders = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-tune-cli-'))
  orders = await writeOrders(folder, 'orders.csv', 200)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const quick = ['--epochs', '6', '--kind', 'undercomplete,denoising', '--workers', '1']

/** Every constant of a model's graph, weights and calibration among them. */
async function constantsOf(path: string): Promise<readonly Tensor[]> {
  const { graph } = await loadModel(path)
  return nodesInOrder(Object.values(graph.outputs)).flatMap((node) =>
    node.op === 'Constant' ? [node.tensor] : [],
  )
}

/** What two searches must share: all but times. */
const essence = ({ trials }: TuneResult) =>
  trials.map(({ results, ...trial }) => ({
    ...trial,
    results: results.map(({ steps, value }) => ({ steps, value })),
  }))

describe('tune', () => {
  it('finds, learns, explains, and gives a command that makes the same model', async () => {
    const [model, report, study] = [at('best.onnx'), at('tuning.html'), at('a.study')]
    const { status, stdout, stderr } = await hourglass([
      ...['tune', orders, '--budget', '20 trials', ...quick, '--ignore', 'paid', '--json'],
      ...['--model', model, '--report', report, '--study', study],
    ])
    expect(status, stderr).toBe(0)
    const result = tuneResultSchema.parse(JSON.parse(stdout))
    expect(result.trials).toHaveLength(20)
    expect(result.trials.filter(({ state }) => state === 'done').length).toBeGreaterThan(0)
    expect(result.importance?.map(({ option }) => option)).toContain('learningRate')
    expect(stderr).toMatch(/trial +kind +steps +planted AUROC/)
    const page = await readFile(report, 'utf8')
    for (const words of ['What mattered', 'The course of the search', 'learning rate', '--ignore paid'])
      expect(page).toContain(words)
    expect(page.match(/<svg/g)!.length).toBeGreaterThan(10)

    const again = result.reproduce.replace(model, at('again.onnx')).split(' ').slice(1)
    expect((await hourglass(again)).status).toBe(0)
    expect(await constantsOf(at('again.onnx'))).toEqual(await constantsOf(model))
  })

  it('goes on after kill -9, and makes the trials that it would have made', async () => {
    const command = (study: string) => [
      cli,
      'tune',
      orders,
      '--budget',
      '6 trials',
      ...quick,
      '--json',
      '--study',
      study,
    ]
    const undisturbed = spawnSync(process.execPath, command(at('whole.study')), { encoding: 'utf8' })
    expect(undisturbed.status, undisturbed.stderr).toBe(0)
    const child = spawn(process.execPath, command(at('killed.study')), {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (text: Buffer) => (said += text.toString()))
    const ended = new Promise((done) => child.once('exit', done))
    // Two trials are told of, so that the third is under way.
    while (!/^ +2 +\w/m.test(said) && child.exitCode === null)
      await new Promise((wait) => setTimeout(wait, 10))
    child.kill('SIGKILL')
    await ended
    const resumed = spawnSync(process.execPath, [...command(at('killed.study')), '--resume'], {
      encoding: 'utf8',
    })
    expect(resumed.status, resumed.stderr).toBe(0)
    expect(resumed.stderr).toMatch(/^ +1 [^]*these \d trials were in .*killed\.study already/m)
    const [whole, rest] = [undisturbed.stdout, resumed.stdout].map((text) =>
      tuneResultSchema.parse(JSON.parse(text)),
    )
    expect(essence(rest!)).toEqual(essence(whole!))
    expect(existsSync(`${at('killed.study')}.wal`)).toBe(false)
  })

  it('sets a label aside, and says how to go on when it is stopped', async () => {
    const io = testIo()
    const labelled = await writeLabelled(folder)
    const run = hourglass(['tune', labelled, '--label', 'odd', ...quick, '--study', at('stopped.study')], io)
    while (!/^ +1 +denoising|^ +1 +undercomplete/m.test(io.text.stderr))
      await new Promise((wait) => setTimeout(wait, 10))
    io.pressCtrlC()
    const { status, stderr } = await run
    expect(status).toBe(130)
    expect(stderr).toContain('odd is set aside')
    expect(stderr).toContain(
      `the study is kept in ${at('stopped.study')}; the same command with --resume goes on with it`,
    )
    expect(stderr).not.toMatch(/categorical.*odd|boolean.*odd|numeric.*odd/)
  })
})

describe('bad input', () => {
  it.each([
    [['--budget', '10 minutes or so'], 2, /expected a time such as/],
    [['--budget', '0 trials'], 2, /expected a time such as/],
    [['--metric', 'auroc'], 2, /expected planted or/],
    [['--kind', 'sparse,none'], 2, /expected undercomplete or/],
    [['--kind', 'count', '--budget', '2 trials'], 2, /count cannot be tuned/],
    [['--resume'], 2, /--study/],
  ] as const)('%j', async (words, status, message) => {
    const outcome = await hourglass(['tune', orders, ...words])
    expect(outcome.status).toBe(status)
    expect(outcome.stderr).toMatch(message)
  })

  it('does not take over a study that is there, or another file', async () => {
    await writeFile(at('there.study'), 'no study')
    const first = await hourglass(['tune', orders, '--study', at('there.study')])
    expect(first).toMatchObject({ status: 2 })
    expect(first.stderr).toContain('HG_STUDY_EXISTS')
    const second = await hourglass(['tune', orders, ...quick, '--study', at('there.study'), '--resume'])
    expect(second.status).toBe(5)
    expect(second.stderr).toContain('HG_STUDY_INVALID')
    expect(await readFile(at('there.study'), 'utf8')).toBe('no study')
    const third = await hourglass(['tune', orders, '--study', orders])
    expect(third.status).toBe(2)
  })
})

it('names the metrics that there are', () => expect(tuneMetrics).toEqual(metricNames))
