/** A model's file: it comes back as it was, and what is no such file is told so. */
import { describe, expect, it } from 'vitest'
import { joined } from './bytes.js'
import { codecModelFromBytes, codecModelToBytes } from './codec-model.js'
import { readCodecModel } from './start-codec-node.js'

const model = await readCodecModel()
const corrupt = { code: 'HG_MODEL_CORRUPT' }
const withBorder = (border: Float32Array) =>
  codecModelFromBytes(codecModelToBytes({ ...model, weights: { ...model.weights, border } }))

describe('a codec model', () => {
  it('comes back from its file, under the same id', async () => {
    const again = await codecModelFromBytes(codecModelToBytes(model))
    expect(again.weights).toEqual(model.weights)
    expect(again.entropy).toEqual(model.entropy)
    expect((await codecModelFromBytes(new Uint8Array(model.file))).id).toBe(model.id)
  })

  it('is refused where its transform cannot be turned back', async () => {
    await expect(withBorder(new Float32Array(64))).rejects.toMatchObject(corrupt)
    await expect(withBorder(new Float32Array(64).fill(1))).rejects.toMatchObject(corrupt)
    await expect(withBorder(model.weights.border.map(() => NaN))).rejects.toMatchObject(corrupt)
    await expect(withBorder(model.weights.border.map((value) => 1e30 * value))).rejects.toMatchObject(corrupt)
  })

  it('is refused where it is cut, goes on, or is another file', async () => {
    const { file } = model
    for (const length of [0, 1, 200, 1000, 2000, file.length - 1])
      await expect(codecModelFromBytes(new Uint8Array(file.subarray(0, length)))).rejects.toMatchObject(
        corrupt,
      )
    await expect(codecModelFromBytes(joined([file, Uint8Array.of(0)]))).rejects.toMatchObject(corrupt)
    await expect(codecModelFromBytes(joined([Uint8Array.of(2), file.subarray(1)]))).rejects.toMatchObject(
      corrupt,
    )
  })

  it('is refused where the length of its entropy model is absurd', async () => {
    const at = 1 + 4 * 64 + 2 * 768
    for (const length of [-1, 0, 2 ** 31 - 1]) {
      const bytes = new Uint8Array(model.file)
      new DataView(bytes.buffer).setInt32(at, length, true)
      await expect(codecModelFromBytes(bytes)).rejects.toMatchObject(corrupt)
    }
  })
})
