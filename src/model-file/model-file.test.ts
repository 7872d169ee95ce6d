/** Model files to bytes and disk and back. Attacks on them are in hostile.test.ts, mutations.test.ts and any-graph.test.ts. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exampleGraphs } from '../../test/support/example-graphs.js'
import { codeOf } from '../../test/support/errors.js'
import { nodeEngine } from '../engine/node.js'
import { encodeModel, floats, graph, input, relu } from '../graph/index.js'
import { sectionOf, type ModelMetadata } from './metadata.js'
import { loadModel, saveModel } from './node.js'
import { sealModel } from './seal.js'
import { verifyModel } from './verify.js'

const folder = mkdtempSync(join(tmpdir(), 'hourglass-model-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

const metadata: ModelMetadata = {
  kind: 'example',
  created: '2026-01-01T00:00:00Z',
  sections: { numbers: { threshold: 1.5, names: ['é', ''] } },
}
const network = exampleGraphs()['network']!

describe('a model file', () => {
  it.each(Object.entries(exampleGraphs()))('%s comes back as it was', async (_, example) => {
    const bytes = await sealModel(example, metadata)
    const model = await verifyModel(bytes)
    expect(model.metadata).toEqual(metadata)
    expect(model.bytes).toBe(bytes)
    expect(Buffer.compare(await sealModel(model.graph, model.metadata), bytes)).toBe(0)
  })

  it('gives the same numbers after saving and loading', async () => {
    const path = join(folder, 'network.onnx')
    await saveModel(path, network, metadata)
    const loaded = await loadModel(path)
    const feeds = { x: floats([1, 2, 3, -1, 0, 1], [2, 3]) }
    const results = []
    for (const source of [network, loaded.graph, loaded.bytes])
      results.push(await (await nodeEngine.compile(source)).run(feeds))
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
    expect(readdirSync(folder)).toEqual(['network.onnx'])
  })

  it('is found altered by a single bit, wherever it is', async () => {
    const bytes = await sealModel(graph({ y: relu(input('x', 'float32', ['batch'])) }), metadata)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      await expect(verifyModel(bytes)).rejects.toMatchObject({
        code: expect.stringMatching(/^HG_MODEL_(CORRUPT|FOREIGN)$/) as string,
      })
      bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
  })

  it('is found cut short, wherever it is', async () => {
    const bytes = await sealModel(network, metadata)
    for (let length = 0; length < bytes.length; length++)
      await expect(verifyModel(bytes.slice(0, length))).rejects.toMatchObject({
        code: expect.stringMatching(/^HG_MODEL_/) as string,
      })
  })
})

describe('what is refused', () => {
  it('files that are not there, or no files', async () => {
    await expect(loadModel(join(folder, 'none.onnx'))).rejects.toMatchObject({ code: 'HG_FILE_MISSING' })
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'HG_FILE_UNREADABLE' })
  })

  it('files of others', async () => {
    writeFileSync(join(folder, 'text.onnx'), 'not a model')
    await expect(loadModel(join(folder, 'text.onnx'))).rejects.toMatchObject({ code: 'HG_MODEL_CORRUPT' })
    await expect(loadModel(new Uint8Array())).rejects.toMatchObject({ code: 'HG_MODEL_CORRUPT' })
    await expect(loadModel(encodeModel(network))).rejects.toMatchObject({ code: 'HG_MODEL_FOREIGN' })
  })

  it('metadata that JSON would lose', async () => {
    const lost = { ...metadata, sections: { numbers: { threshold: Infinity } } }
    await expect(sealModel(network, lost)).rejects.toMatchObject({ code: 'HG_INTERNAL' })
  })

  it('a path that cannot be written, leaving nothing', async () => {
    const before = readdirSync(folder)
    await expect(saveModel(join(folder, 'no', 'such.onnx'), network, metadata)).rejects.toMatchObject({
      code: 'HG_OUTPUT_UNWRITABLE',
    })
    expect(readdirSync(folder)).toEqual(before)
  })
})

it('sections are checked by whoever reads them', () => {
  const numbers = z.object({ threshold: z.number(), names: z.array(z.string()) })
  expect(sectionOf(metadata, 'numbers', numbers)).toEqual(metadata.sections['numbers'])
  expect(codeOf(() => sectionOf(metadata, 'numbers', z.object({ threshold: z.string() })))).toBe(
    'HG_MODEL_CORRUPT',
  )
  expect(codeOf(() => sectionOf(metadata, 'toString', numbers))).toBe('HG_MODEL_FOREIGN')
})
