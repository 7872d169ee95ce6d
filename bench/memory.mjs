// Memory and progress of `hourglass detect` on a generated table of 2,000,000 rows and 30 columns: the largest
// resident size (VmHWM of the process, so Linux only) and the longest silence between two lines of progress.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { clearInterval, setInterval } from 'node:timers'
import { fileURLToPath } from 'node:url'
import { formatSeconds } from './lib/timing.mjs'

export const title = 'Memory'

const columns = 30
const mostGiB = 3

/** Rows of the table; `quick` takes a tenth of the rows. */
export async function run({ quick, say }) {
  const rows = quick ? 200_000 : 2_000_000
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-bench-'))
  try {
    const file = join(folder, 'table.csv')
    say(`memory: writing ${rows.toLocaleString('en')} rows`)
    await writeTable(file, rows)
    const megabytes = Math.round(statSync(file).size / 1e6)
    say(`memory: detect on ${megabytes} MB`)
    const { result, peakGiB, silence, seconds } = await watched(file, join(folder, 'model.onnx'))
    if (result.rows !== rows) throw new Error(`detect read ${result.rows} rows of ${rows}`)
    return [
      {
        what: `detect, ${rows.toLocaleString('en')} × ${columns}, ${megabytes} MB of CSV`,
        ours: `${peakGiB.toFixed(2)} GiB, ${formatSeconds(seconds)}, longest silence ${formatSeconds(silence)}`,
        peer: `at most ${mostGiB} GiB`,
        ratio: mostGiB / peakGiB,
        wanted: 1,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Columns that depend on three hidden ones; every fifth is a category. */
async function writeTable(file, rows) {
  const out = createWriteStream(file)
  out.write(`${Array.from({ length: columns }, (_, i) => `c${i}`).join(',')}\n`)
  let block = ''
  for (let row = 0; row < rows; row++) {
    const hidden = [1, 2, 3].map((k) => Math.sin(0.7390851 * k * row ** 2))
    const cells = Array.from({ length: columns }, (_, i) => {
      const value = hidden[i % 3] * (1 + i / 10) + hidden[(i + 1) % 3]
      return i % 5 === 4 ? `k${Math.floor(2 * value) & 7}` : value.toFixed(4)
    })
    block += `${cells.join(',')}\n`
    if (block.length > 1 << 20) {
      if (!out.write(block)) await once(out, 'drain')
      block = ''
    }
  }
  out.end(block)
  await once(out, 'finish')
}

/** Runs detect, looking at its memory twice a second and at when it speaks. */
async function watched(file, model) {
  const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
  const args = [program, 'detect', file, '--model', model, '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const began = performance.now()
  let [peakKiB, spoke, silence, output, said] = [0, began, 0, '', '']
  const heard = () => {
    silence = Math.max(silence, performance.now() - spoke)
    spoke = performance.now()
  }
  child.stderr.on('data', (text) => {
    heard()
    said += text
  })
  child.stdout.on('data', (text) => (output += text))
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
    } catch {
      // The process has just ended.
    }
  }, 500)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  heard()
  if (code !== 0) throw new Error(`detect ended with ${code}:\n${said}`)
  return {
    result: JSON.parse(output),
    peakGiB: peakKiB / 2 ** 20,
    silence: silence / 1000,
    seconds: (performance.now() - began) / 1000,
  }
}
