/** Files that are written whole or not at all. */
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { HourglassError } from './errors.js'

const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'the folder does not exist; make it first',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EACCES: 'no permission; choose another place',
  EPERM: 'no permission; choose another place',
  EROFS: 'the file system is read-only; choose another place',
  EISDIR: 'it is a folder; name a file',
  ENOSPC: 'no space is left on the device; free some, or choose another place',
  EDQUOT: 'the disk quota is used up; free some space, or choose another place',
}

/** An error of writing `path`, with what to do about it. */
export function unwritable(path: string, cause: unknown): HourglassError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
  const remedy = remedies[code] ?? `the system says ${code}`
  return new HourglassError('HG_OUTPUT_UNWRITABLE', `writing ${path}: ${remedy}`, { cause })
}

/**
 * Writes a file beside its place and renames it into it, so that a reader sees the old content or the new, and an
 * error leaves nothing behind.
 *
 * @throws HG_OUTPUT_UNWRITABLE
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  await replaceFile(path, (temporary) => writeFile(temporary, content, { flag: 'wx' }))
}

/**
 * Lets `write` make a file beside `path` and renames it to `path`; removes it when anything fails.
 *
 * @throws HG_OUTPUT_UNWRITABLE when the file system refuses; other errors of `write` pass through
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await write(temporary)
    await flush(temporary)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error instanceof Error && 'syscall' in error ? unwritable(path, error) : error
  }
}

/** Waits until a file is on the device: a rename that outlives a power cut must not name an empty file. */
async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
