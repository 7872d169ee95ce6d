/**
 * Any graph at all that passes the checks, however senseless, neither crashes nor hangs ONNX Runtime.
 * HOURGLASS_GRAPHS sets their number, HOURGLASS_SEED another seed.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { randomGraph } from '../../test/support/random-graphs.js'
import { HourglassError, randomFor } from '../base/index.js'
import { sealModel } from './seal.js'
import { verifyModel } from './verify.js'

const count = Number(process.env['HOURGLASS_GRAPHS'] ?? 300)
const random = randomFor(Number(process.env['HOURGLASS_SEED'] ?? 0), 'graphs')
const folder = mkdtempSync(join(tmpdir(), 'hourglass-graphs-'))
afterAll(() => rmSync(folder, { recursive: true }))
const metadata = { kind: 'example', created: '2026-01-01T00:00:00Z', sections: {} }

it(`${count} random graphs run or fail in order`, async () => {
  let written = 0
  for (let i = 0; i < count; i++) {
    try {
      const bytes = await sealModel(randomGraph(random, 1 + random.below(12)), metadata)
      await verifyModel(bytes) // what one side accepts, so does the other
      writeFileSync(join(folder, `${i}.onnx`), bytes)
      written++
    } catch (error) {
      expect(error).toBeInstanceOf(HourglassError)
      expect(error).toMatchObject({ code: 'HG_MODEL_TOO_LARGE' })
    }
  }
  const script = resolve(import.meta.dirname, '../../test/support/run-models.mjs')
  const done = spawnSync(process.execPath, [script, folder], { encoding: 'utf8', timeout: 100_000 })
  expect(done.status, `ended at ${done.stderr.trimEnd().split('\n').at(-1) ?? ''}`).toBe(0)
  const { ran, failed } = JSON.parse(done.stdout) as { ran: number; failed: number }
  expect(ran + failed).toBe(written)
  expect(ran).toBeGreaterThan(count / 10)
})
