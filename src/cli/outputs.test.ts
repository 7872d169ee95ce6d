import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { testIo } from '../../test/cli-io.js'
import { targetsOf, writeOutput, writeThrough } from './outputs.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('writes a file whole, in the place of the one that was there, and leaves nothing beside it', async () => {
  const path = join(folder, 'out.csv')
  await writeFile(path, 'old')
  const { out } = await targetsOf({ out: path }, { json: false, inputs: [] })
  await writeOutput(out!, 'new', testIo())
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(await readdir(folder)).toEqual(['out.csv'])
})

it('refuses folders, missing folders and two outputs in one place', async () => {
  await mkdir(join(folder, 'sub'))
  const code = 'HG_OUTPUT_UNWRITABLE'
  await expect(targetsOf({ out: join(folder, 'sub') }, { json: false, inputs: [] })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/folder/) as string,
  })
  await expect(
    targetsOf({ out: join(folder, 'no', 'x.csv') }, { json: false, inputs: [] }),
  ).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/folder does not exist; make it first/) as string,
  })
  await expect(targetsOf({ out: '-' }, { json: true, inputs: [] })).rejects.toMatchObject({
    code: 'HG_USAGE',
    message: expect.stringMatching(/--json/) as string,
  })
  await expect(targetsOf({ out: '-', report: '-' }, { json: false, inputs: [] })).rejects.toMatchObject({
    code: 'HG_USAGE',
  })
  await expect(
    targetsOf({ out: 'a.csv', report: 'a.csv' }, { json: false, inputs: [] }),
  ).rejects.toMatchObject({
    code: 'HG_USAGE',
  })
})

it.runIf(process.getuid?.() !== 0)('refuses a folder without permission', async () => {
  await chmod(folder, 0o500)
  await expect(targetsOf({ out: join(folder, 'x.csv') }, { json: false, inputs: [] })).rejects.toMatchObject({
    code: 'HG_OUTPUT_UNWRITABLE',
  })
})

it.runIf(process.platform === 'linux')(
  'writes to a device without replacing it, and says when it is full',
  async () => {
    const { out } = await targetsOf({ out: '/dev/full' }, { json: false, inputs: [] })
    expect(out?.kind).toBe('device')
    await expect(writeOutput(out!, 'x', testIo())).rejects.toMatchObject({
      code: 'HG_OUTPUT_UNWRITABLE',
      message: expect.stringMatching(/no space is left/) as string,
    })
    expect((await stat('/dev/full')).isCharacterDevice()).toBe(true)
  },
)

it('goes through a temporary file to standard output', async () => {
  const io = testIo()
  const { out } = await targetsOf({ out: '-' }, { json: false, inputs: [] })
  await writeThrough(out!, '.csv', io, (path) => writeFile(path, `to ${path.slice(-4)}`))
  expect(io.text.stdout).toBe('to .csv')
})

it('follows a link to the file it names', async () => {
  await writeFile(join(folder, 'real.csv'), 'old')
  await symlink(join(folder, 'real.csv'), join(folder, 'link.csv'))
  const { out } = await targetsOf({ out: join(folder, 'link.csv') }, { json: false, inputs: [] })
  await writeOutput(out!, 'new', testIo())
  expect(await readFile(join(folder, 'real.csv'), 'utf8')).toBe('new')
  expect((await lstat(join(folder, 'link.csv'))).isSymbolicLink()).toBe(true)
})

it('never replaces what is being read, however it is spelled', async () => {
  const data = join(folder, 'data.csv')
  await writeFile(data, 'precious')
  await symlink(data, join(folder, 'link.csv'))
  for (const out of [data, join(folder, '.', 'data.csv'), join(folder, 'link.csv')]) {
    await expect(targetsOf({ out }, { json: false, inputs: [data] })).rejects.toMatchObject({
      code: 'HG_USAGE',
      message: expect.stringMatching(/an input of this command/) as string,
    })
  }
})

it('knows the endings', async () => {
  const asked = (out: string) => targetsOf({ out }, { json: false, inputs: [] })
  await expect(asked(join(folder, 'a.xlsx'))).rejects.toMatchObject({
    code: 'HG_USAGE',
    message: expect.stringMatching(
      /--out: expected a name that ends in \.csv, \.parquet or \.jsonl/,
    ) as string,
  })
  expect((await asked(join(folder, 'A.CSV'))).out?.kind).toBe('file')
})
