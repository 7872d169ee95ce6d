import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { replaceFile, writeFileAtomic } from './files-node.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-files-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('writes a file, and replaces one', async () => {
  const path = join(folder, 'a.txt')
  await writeFileAtomic(path, 'first')
  await writeFileAtomic(path, Uint8Array.of(104, 105))
  expect(await readFile(path, 'utf8')).toBe('hi')
})

it('keeps the old file and leaves nothing behind when the writing fails', async () => {
  const path = join(folder, 'kept.txt')
  await writeFile(path, 'old')
  const fails = replaceFile(path, async (temporary) => {
    await writeFile(temporary, 'half')
    throw new Error('stopped')
  })
  await expect(fails).rejects.toThrow('stopped')
  expect(await readFile(path, 'utf8')).toBe('old')
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

it('says why it cannot write', async () => {
  await expect(writeFileAtomic(join(folder, 'none', 'x'), '')).rejects.toThrow(/folder does not exist/)
  await mkdir(join(folder, 'taken'))
  await expect(writeFileAtomic(join(folder, 'taken'), '')).rejects.toMatchObject({
    code: 'HG_OUTPUT_UNWRITABLE',
  })
})

it.skipIf(process.getuid?.() === 0)('says that a folder is not to be written in', async () => {
  const closed = join(folder, 'closed')
  await mkdir(closed)
  await chmod(closed, 0o500)
  await expect(writeFileAtomic(join(closed, 'x'), '')).rejects.toThrow(/no permission/)
})

it.skipIf(!existsSync('/dev/full'))('says that the device is full', async () => {
  const fills = replaceFile(join(folder, 'full'), () => writeFile('/dev/full', 'x'.repeat(100)))
  await expect(fills).rejects.toThrow(/no space is left/)
})
