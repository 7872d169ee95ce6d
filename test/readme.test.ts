/** The README's ten lines run as they are printed. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { randomFor } from '../src/base/index.js'
import { tableFromColumns, writeTable } from '../src/data/index.js'

const root = resolve(import.meta.dirname, '..')

it('the ten lines of the README run', async () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))!
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-readme-'))
  try {
    const stream = randomFor(0, 'sensors')
    const load = Array.from({ length: 300 }, () => stream.uniform())
    const sensors = { load, temperature: load.map((x) => 20 + 60 * x + stream.normal()) }
    await writeTable(tableFromColumns(sensors), join(folder, 'sensors.parquet'))
    const entry = pathToFileURL(join(root, 'dist/index.js')).href
    writeFileSync(join(folder, 'example.mjs'), example!.replace(`'hourglass'`, `'${entry}'`))
    const run = spawnSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(run.stderr).toBe('')
    expect(run.stdout).toMatch(/^\d+ of 300 rows are anomalies\ntrue\n$/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
