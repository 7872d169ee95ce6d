/** What only a real process shows: signals, pipes that close, full devices, start-up time, shells. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { detectResultSchema, errorResultSchema } from '../src/cli/results.js'
import { quick, writeOrders } from './cli-tables.js'

const program = join(import.meta.dirname, '../dist/cli/main.js')
let folder = ''
let orders = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-test-'))
  orders = await writeOrders(folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built program; `during` may send it signals. */
function run(args: readonly string[], during?: (child: ReturnType<typeof spawn>) => void): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  child.stdin.end()
  during?.(child)
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })))
}

/** Runs a line of bash in which `hourglass` is the built program; returns its standard output and status. */
function bash(line: string): Ended {
  const prelude = `set -o pipefail; hourglass() { "${process.execPath}" "${program}" "$@"; }; `
  try {
    const stdout = execFileSync('bash', ['-c', prelude + line], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return { status: 0, stdout: stdout.toString(), stderr: '' }
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: Buffer; stderr: Buffer }
    return { status, stdout: stdout.toString(), stderr: stderr.toString() }
  }
}

describe('a process', () => {
  it('prints one JSON object and ends by itself', async () => {
    const { status, stdout } = await run(['detect', orders, ...quick, '--json'])
    expect(status).toBe(0)
    expect(detectResultSchema.parse(JSON.parse(stdout)).rows).toBe(400)
  })

  it('ends with the status of its error', async () => {
    const { status, stdout, stderr } = await run(['detect', 'no.csv', '--json'])
    expect(status).toBe(3)
    expect(errorResultSchema.parse(JSON.parse(stdout)).error.code).toBe('HG_FILE_MISSING')
    expect(stderr).toMatch(/^error HG_FILE_MISSING: /)
  })

  it('writes no escape codes into a pipe', async () => {
    const { stdout, stderr } = await run(['detect', orders, ...quick])
    expect(stdout + stderr).not.toContain('\u001b')
  })

  it('passes through pipes on both sides', () => {
    const { status, stdout } = bash(
      `cat orders.csv | hourglass detect - ${quick.join(' ')} --out - 2>/dev/null | wc -l`,
    )
    expect([status, stdout.trim()]).toEqual([0, '401'])
  })

  it('says when there is nothing on standard input', async () => {
    const { status, stderr } = await run(['detect', '-'])
    expect(stderr).toMatch(/^error HG_TABLE_EMPTY: standard input/)
    expect(status).toBe(3)
  })

  it('does not mind a reader that goes away', () => {
    const { status, stdout } = bash(
      `hourglass detect orders.csv ${quick.join(' ')} --out - 2>/dev/null | head -1`,
    )
    expect([status, stdout]).toEqual([0, 'row,order,score,p_value,anomaly,top_column,reason\n'])
    expect(bash('hourglass --help | head -1').status).toBe(0)
  })

  it.runIf(process.platform === 'linux')('says when a device is full, and replaces none', () => {
    for (const out of [
      '--out /dev/full',
      '--out - > /dev/full',
      '--report /dev/full',
      '--json > /dev/full',
    ]) {
      const { status, stderr } = bash(`hourglass detect orders.csv ${quick.join(' ')} ${out}`)
      expect(stderr, out).toContain('error HG_OUTPUT_UNWRITABLE: ')
      expect(status, out).toBe(6)
    }
    expect(bash('test -c /dev/full').status).toBe(0)
  })

  it('leaves nothing half-written where a folder is read-only', () => {
    const asUser = process.getuid?.() === 0 ? 'setpriv --reuid 65534 --clear-groups' : ''
    const line = `mkdir -p locked && chmod 555 locked && chmod 755 . && ${asUser} "${process.execPath}" "${program}"`
    const { status, stderr } = bash(`${line} detect orders.csv --out locked/scores.csv`)
    expect(stderr).toMatch(/HG_OUTPUT_UNWRITABLE: writing locked\/scores\.csv: no permission/)
    expect([status, bash('ls -A locked').stdout]).toEqual([6, ''])
  })
})

describe('Ctrl-C', () => {
  const slow = ['--latent', '64', '--hidden', '512,512', '--batch-size', '16', '--threads', '1']

  it('keeps the state and says how to resume', async () => {
    const ended = await run(['train', orders, ...slow, '--model', 'stopped.onnx'], (child) => {
      // Columns are told before training begins; a second later it is under way.
      child.stderr?.once('data', () => setTimeout(() => child.kill('SIGINT'), 1000))
    })
    expect(ended.stderr).toMatch(
      /HG_INTERRUPTED: .*stopped\.onnx\.checkpoint; the same command with --resume goes on/,
    )
    expect(ended.status).toBe(130)
    expect((await readdir(folder)).filter((name) => name.includes('stopped'))).toEqual([
      'stopped.onnx.checkpoint',
    ])
  })
})

describe('start-up', () => {
  /** Every script that a command line loads, as V8 lists them. Times are for bench/: tests share their machine. */
  async function loaded(line: string): Promise<readonly string[]> {
    const lists = await mkdtemp(join(folder, 'loaded-'))
    expect(bash(`NODE_V8_COVERAGE="${lists}" ${line}`).status).toBe(0)
    const texts = await Promise.all((await readdir(lists)).map((name) => readFile(join(lists, name), 'utf8')))
    return texts.flatMap((text) =>
      (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
    )
  }

  it('loads what is used alone: no room for help, no training and no report for scores', async () => {
    const help = await loaded('hourglass --help')
    expect(help.some((url) => url.endsWith('/dist/cli/program.js'))).toBe(true)
    expect(help.filter((url) => /onnxruntime|duckdb|zod|dist\/(?!cli|base)/.test(url))).toEqual([])
    await run(['train', orders, ...quick, '--model', 'ten.onnx'])
    const score = await loaded('hourglass score orders.csv --model ten.onnx')
    expect(score.filter((url) => /observablehq|linkedom|dist\/report|dist\/cli\/results/.test(url))).toEqual(
      [],
    )
  })
})

it('completes in bash, and leaves file names to it', () => {
  const complete = (words: string): string =>
    bash(
      `export -f hourglass; source <(hourglass completion bash); COMP_WORDS=(hourglass ${words}); ` +
        'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _hourglass; echo "${COMPREPLY[@]}"',
    ).stdout.trim()
  expect(complete('de')).toBe('detect denoise decompress demo')
  expect(complete('detect --la')).toBe('--label --latent')
  expect(complete('detect x.csv --kind v')).toBe('variational vectorQuantised')
  expect(complete('detect ""')).toBe('')
})

it('is what docs/cli.md and docs/errors.md say', () => {
  const script = join(import.meta.dirname, '../scripts/docs.mjs')
  expect(bash(`"${process.execPath}" "${script}" --check`)).toMatchObject({ status: 0, stderr: '' })
})
