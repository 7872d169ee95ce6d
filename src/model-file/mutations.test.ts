/**
 * Two thousand altered files: each is refused with a code of its own, or runs in ONNX Runtime without harm.
 *
 * A third is damaged as it is, a third damaged and given a fitting checksum, a third altered in meaning and given a
 * fitting checksum. HOURGLASS_MUTATIONS sets another number, HOURGLASS_SEED another seed.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { exampleGraphs } from '../../test/support/example-graphs.js'
import { altered, damaged, distort, resealed } from '../../test/support/hostile.js'
import { HourglassError, randomFor } from '../base/index.js'
import { sealModel } from './seal.js'
import { verifyModel } from './verify.js'

const count = Number(process.env['HOURGLASS_MUTATIONS'] ?? 2000)
const random = randomFor(Number(process.env['HOURGLASS_SEED'] ?? 0), 'mutations')
const folder = mkdtempSync(join(tmpdir(), 'hourglass-mutations-'))
afterAll(() => rmSync(folder, { recursive: true }))

const metadata = { kind: 'example', created: '2026-01-01T00:00:00Z', sections: {} }
const originals = await Promise.all(
  Object.values(exampleGraphs()).map((example) => sealModel(example, metadata)),
)

function mutation(i: number): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> {
  const original = originals[random.below(originals.length)]!
  if (i % 3 === 0) return damaged(original, random)
  if (i % 3 === 1) return resealed(original, (body) => damaged(body, random))
  return altered(original, (model) => {
    for (let changes = 1 + random.below(3); changes > 0; changes--) distort(model, random)
  })
}

it(`${count} altered files are refused or harmless`, async () => {
  const codes: Record<string, number> = {}
  let survivors = 0
  for (let i = 0; i < count; i++) {
    const bytes = await mutation(i)
    try {
      await verifyModel(bytes)
      writeFileSync(join(folder, `${i}.onnx`), bytes)
      survivors++
    } catch (error) {
      const code = error instanceof HourglassError ? error.code : String(error)
      codes[code] = (codes[code] ?? 0) + 1
    }
  }
  expect(Object.keys(codes).filter((code) => !code.startsWith('HG_MODEL_'))).toEqual([])
  expect(survivors).toBeGreaterThan(count / 100) // else the checks behind the checksum were not tried
  const script = resolve(import.meta.dirname, '../../test/support/run-models.mjs')
  const done = spawnSync(process.execPath, [script, folder], { encoding: 'utf8', timeout: 100_000 })
  expect(done.status, `ended at ${done.stderr.trimEnd().split('\n').at(-1) ?? ''}`).toBe(0)
  const { ran, failed } = JSON.parse(done.stdout) as { ran: number; failed: number }
  expect(ran + failed).toBe(survivors)
})
