// How long the command line takes to answer: help, and scoring ten rows. Wall-clock time of a fresh process, best and
// median of several.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatSeconds } from './lib/timing.mjs'

export const title = 'Start-up'

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const mostMs = { help: 150, score: 600 }

/** Rows of the table. */
export function run({ quick, say }) {
  say('start-up')
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-bench-'))
  try {
    const [table, ten, model] = ['table.csv', 'ten.csv', 'model.onnx'].map((name) => join(folder, name))
    writeFileSync(table, csvOf(300))
    writeFileSync(ten, csvOf(10))
    hourglass('train', table, '--kind', 'undercomplete', '--epochs', '2', '--model', model)
    const rounds = quick ? 5 : 20
    const help = timed(rounds, ['--help'], (text) => text.includes('detect'))
    const score = timed(
      rounds,
      ['score', ten, '--model', model, '--json'],
      (text) => JSON.parse(text).rows === 10,
    )
    return [
      rowOf('hourglass --help', help, mostMs.help),
      rowOf('hourglass score, ten rows', score, mostMs.score),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Four related columns. */
function csvOf(rows) {
  const lines = ['a,b,c,d']
  for (let i = 0; i < rows; i++) {
    const t = Math.sin(0.7390851 * i ** 2)
    lines.push([t, t * t, 2 - t, Math.cos(3 * t)].map((x) => x.toFixed(4)).join(','))
  }
  return `${lines.join('\n')}\n`
}

function hourglass(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`hourglass ${args.join(' ')} ended with ${status}:\n${stderr}`)
  return stdout
}

function timed(rounds, args, isRight) {
  const times = []
  for (let i = 0; i < rounds; i++) {
    const began = performance.now()
    const text = hourglass(...args)
    times.push((performance.now() - began) / 1000)
    if (!isRight(text)) throw new Error(`hourglass ${args.join(' ')}: unexpected answer ${text}`)
  }
  return times.toSorted((a, b) => a - b)
}

function rowOf(what, times, most) {
  const median = times[times.length >> 1]
  return {
    what,
    ours: `${formatSeconds(times[0])} (median ${formatSeconds(median)})`,
    peer: `at most ${most} ms`,
    ratio: most / 1000 / times[0],
    medianRatio: most / 1000 / median,
    wanted: 1,
  }
}
