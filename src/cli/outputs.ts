/**
 * Where a command writes: a file, a device or pipe, or standard output. Files are written beside and renamed, so
 * that nothing half-written is ever found under the asked name; devices and pipes get the bytes as they are,
 * because renaming onto /dev/full or a named pipe would replace it.
 */
import { createReadStream } from 'node:fs'
import { access, appendFile, constants, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { HourglassError } from '../base/index.js'
import { unwritable, writeFileAtomic } from '../base/node.js'
import type { Io } from './io.js'

/** An output that was asked for. */
export interface Target {
  readonly path: string
  readonly kind: 'file' | 'device' | 'stdout'
}

/** The outputs there are, and how the names of their files may end. */
const endings = {
  model: ['.onnx'],
  out: ['.csv', '.parquet', '.jsonl'],
  report: ['.html', '.htm'],
  plot: ['.html', '.svg', '.png'],
  compare: ['.html', '.htm'],
} as const

/** Names of the outputs, which are those of their options. */
export type OutputName = keyof typeof endings

/** Outputs that were asked for. */
export type Targets = Partial<Record<OutputName, Target>>

/** What else takes or holds the places that outputs could be sent to. */
export interface Taken {
  /** Whether --json takes standard output. */
  readonly json: boolean
  /** Files that are read, which an output must not replace. */
  readonly inputs: readonly (string | undefined)[]
}

/**
 * Looks at every asked output before the work begins, so that an hour of training does not end at a missing folder.
 *
 * @throws HG_USAGE when an output wants a place that is taken, or a format that there is not;
 * HG_OUTPUT_UNWRITABLE when one cannot be written
 */
export async function targetsOf(
  asked: Readonly<Partial<Record<OutputName, string | undefined>>>,
  { json, inputs }: Taken,
): Promise<Targets> {
  const targets: Targets = {}
  const owners = new Map(json ? [['-', '--json']] : [])
  for (const input of inputs) {
    if (input !== undefined && input !== '-') owners.set(await placeOf(input), 'an input of this command')
  }
  for (const [name, path] of Object.entries(asked) as [OutputName, string | undefined][]) {
    if (path === undefined) continue
    const place = await placeOf(path)
    const owner = owners.get(place)
    if (owner !== undefined) {
      const where = path === '-' ? 'standard output' : path
      throw new HourglassError(
        'HG_USAGE',
        `--${name}: ${where} is taken by ${owner}; send one of them elsewhere`,
      )
    }
    owners.set(place, `--${name}`)
    targets[name] = await targetOf(name, path)
  }
  return targets
}

/** Devices and pipes may have any name; the ending of a file says its format. */
async function targetOf(name: OutputName, path: string): Promise<Target> {
  const target = { path, kind: await kindOf(path) }
  const known: readonly string[] = endings[name]
  if (target.kind === 'file' && !known.includes(extname(path).toLowerCase())) {
    const list = known.join(', ').replace(/, ([^,]*)$/, ' or $1')
    throw new HourglassError('HG_USAGE', `--${name}: expected a name that ends in ${list}, got "${path}"`)
  }
  return target
}

/** The same for every spelling of a path. */
async function placeOf(path: string): Promise<string> {
  return path === '-' ? path : realPathOf(path)
}

/** @throws HG_OUTPUT_UNWRITABLE when there is something already, for results that are not replaced unasked */
export async function expectFree(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined)
  if (found === undefined) return
  throw new HourglassError(
    'HG_OUTPUT_UNWRITABLE',
    `writing ${out}: the file exists; name another, or add --overwrite`,
  )
}

/** Writes bytes to a target, whole or not at all. @throws HG_OUTPUT_UNWRITABLE */
export async function writeOutput(target: Target, data: Uint8Array | string, io: Io): Promise<void> {
  if (target.kind === 'stdout') {
    io.stdout.write(data)
    await io.stdout.flush()
    return
  }
  if (target.kind === 'file') await writeFileAtomic(await realPathOf(target.path), data)
  else await append(target.path, data)
}

/**
 * Writes through a function that takes a path, for formats that want a file of their own: straight to a file, by
 * way of a temporary one to anything else.
 *
 * @param ending of the temporary file's name, which says its format
 */
export async function writeThrough(
  target: Target,
  ending: string,
  io: Io,
  write: (path: string) => Promise<void>,
): Promise<void> {
  if (target.kind === 'file') {
    await write(target.path)
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-'))
  try {
    const path = join(folder, `output${ending}`)
    await write(path)
    if (target.kind === 'device') {
      await writeOutput(target, await readFile(path), io)
      return
    }
    for await (const piece of createReadStream(path)) io.stdout.write(piece as Uint8Array)
    await io.stdout.flush()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function kindOf(path: string): Promise<Target['kind']> {
  if (path === '-') return 'stdout'
  try {
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() === true) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    if (found !== undefined && !found.isFile()) return 'device'
    await access(dirname(path), constants.W_OK)
    if (found !== undefined) await access(path, constants.W_OK)
    return 'file'
  } catch (error) {
    throw unwritable(path, error)
  }
}

async function append(path: string, data: Uint8Array | string): Promise<void> {
  try {
    await appendFile(path, data)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** Where a link leads, so that the link stays one; the path itself where there is nothing yet. */
async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path))
}
