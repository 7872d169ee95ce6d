// Memory and progress of `hourglass detect` on a generated table of 2,000,000 rows and 30 columns: the largest
// resident size (VmHWM of the process, so Linux only) and the longest silence between two lines of progress.
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { formatSeconds } from './lib/timing.mjs'
import { watched } from './lib/watched.mjs'

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
    const words = ['detect', file, '--model', join(folder, 'model.onnx'), '--json']
    const { output, peakGiB, silence, seconds } = await watched(words)
    const result = JSON.parse(output)
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
