/**
 * Work on one image file or many: which files are meant, where each result goes, and that one broken file does not stop the
 * others. Several files: those whose result exists already are taken as done, so that a batch that was stopped goes on.
 */
import { mkdir, readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { glob } from 'tinyglobby'
import { exitCodeOf, formatPlural, HourglassError, messageOf } from '../base/index.js'
import { expectFree } from './outputs.js'
import type { Session } from './session.js'

/** How files of images end, in small letters. */
export const imageEndings = ['.png', '.jpg', '.jpeg', '.webp', '.avif', '.tif', '.tiff', '.gif']

/** What a batch is to do. */
export interface BatchPlan {
  /** Files, folders, patterns. */
  readonly inputs: readonly string[]
  /** Endings of the files that are taken from folders, in small letters. */
  readonly endings: readonly string[]
  /** File or folder of the results; missing: beside each input. */
  readonly out: string | undefined
  /** Ending of results in folders: one, or by the name of the file. */
  readonly resultEnding: string | ((file: string) => string)
  /** How the result of a single file may be called, where that is known before it is made. */
  readonly outEndings?: readonly string[]
  readonly overwrite: boolean
}

/** One file of a batch, and its result's place. */
export interface BatchFile {
  readonly file: string
  readonly out: string
}

/** What became of a batch. */
export interface BatchOutcome<R> {
  readonly done: readonly R[]
  readonly failed: readonly { readonly file: string; readonly code: string; readonly message: string }[]
  /** Files whose result existed. */
  readonly skipped: readonly string[]
}

/**
 * Runs `work` on every file.
 *
 * Of a single file errors pass through. Of several, those that fail are listed, the rest is done, and the exit status is
 * that of the first failure.
 *
 * @throws HG_USAGE, HG_FILE_MISSING, HG_OUTPUT_UNWRITABLE before anything is done; HG_INTERRUPTED
 */
export async function runBatch<R>(
  session: Session,
  plan: BatchPlan,
  work: (file: BatchFile, session: Session) => Promise<R>,
): Promise<BatchOutcome<R>> {
  const files = await filesOf(plan)
  const isSingle = files.length === 1 && files[0] === plan.inputs[0] && !/[/\\]$/.test(plan.out ?? '')
  const places = await placesFor(files, plan, isSingle)
  const [done, failed, skipped]: [R[], BatchOutcome<R>['failed'][number][], string[]] = [[], [], []]
  for (const [i, place] of places.entries()) {
    if (isSingle && !plan.overwrite) await expectFree(place.out)
    if (!plan.overwrite && (await exists(place.out))) {
      skipped.push(place.file)
      continue
    }
    const inside = { ...session, onProgress: within(session, i, places.length, place.file) }
    try {
      done.push(await work(place, inside))
    } catch (error) {
      if (isSingle || (error instanceof HourglassError && error.code === 'HG_INTERRUPTED')) throw error
      const { code } = error instanceof HourglassError ? error : { code: 'HG_INTERNAL' }
      failed.push({ file: place.file, code, message: messageOf(error) })
      session.note(`${place.file}: ${messageOf(error)}`)
      if (failed.length === 1) session.endWith(exitCodeOf(error))
    }
  }
  return { done, failed, skipped }
}

/** Lines about what was not done. */
export const batchLines = ({ failed, skipped }: BatchOutcome<unknown>): string[] => [
  ...(skipped.length > 0
    ? [`${formatPlural(skipped.length, 'file')} done before; --overwrite does them again`]
    : []),
  ...(failed.length > 0
    ? [
        `${formatPlural(failed.length, 'file')} failed: ${failed.map(({ file }) => basename(file)).join(', ')}`,
      ]
    : []),
]

/**
 * The files that are meant, each once, in the order of the words and of their names.
 *
 * @throws HG_FILE_MISSING for a folder or a pattern without any
 */
export async function filesOf({ inputs, endings }: Pick<BatchPlan, 'inputs' | 'endings'>): Promise<string[]> {
  const found: string[] = []
  for (const input of inputs) {
    if (await isFolder(input)) {
      const names = (await readdir(input))
        .filter((name) => endings.includes(extname(name).toLowerCase()))
        .sort()
      if (names.length === 0)
        throw new HourglassError(
          'HG_FILE_MISSING',
          `${input}: the folder holds no file that ends in ${endings.join(', ')}`,
        )
      found.push(...names.map((name) => join(input, name)))
    } else if (/[*?[{]/.test(input) && !(await exists(input))) {
      const matches = (await glob(input, { expandDirectories: false })).sort()
      if (matches.length === 0)
        throw new HourglassError('HG_FILE_MISSING', `${input}: no file matches this pattern`)
      found.push(...matches)
    } else found.push(input)
  }
  return [...new Set(found)]
}

async function placesFor(files: readonly string[], plan: BatchPlan, isSingle: boolean): Promise<BatchFile[]> {
  const { out, resultEnding, outEndings } = plan
  const endingOf = typeof resultEnding === 'string' ? () => resultEnding : resultEnding
  const nameOf = (file: string): string => `${basename(file, extname(file))}${endingOf(file)}`
  if (isSingle && out !== undefined && !(await isFolder(out))) {
    if (resolve(out) === resolve(files[0]!))
      throw new HourglassError('HG_USAGE', `--out: ${out} is the input of this command; name another file`)
    if (outEndings?.includes(extname(out).toLowerCase()) === false)
      throw new HourglassError(
        'HG_USAGE',
        `--out: expected a name that ends in ${outEndings.join(', ')}, got "${out}"`,
      )
    return [{ file: files[0]!, out }]
  }
  if (out !== undefined && !(await isFolder(out))) {
    if (extname(out) !== '')
      throw new HourglassError(
        'HG_USAGE',
        `--out: ${out} is one file, and there are ${files.length} images; name a folder`,
      )
    await mkdir(out, { recursive: true })
  }
  const places = files.map((file) => ({ file, out: join(out ?? dirname(file), nameOf(file)) }))
  const owners = new Map<string, string>()
  const read = new Set(files.map((file) => resolve(file)))
  for (const { file, out: place } of places) {
    if (read.has(resolve(place)))
      throw new HourglassError('HG_USAGE', `--out: ${place} is an input of this command; name another folder`)
    const other = owners.get(resolve(place))
    if (other !== undefined)
      throw new HourglassError(
        'HG_USAGE',
        `${other} and ${file} would both become ${place}; give them different names or folders`,
      )
    owners.set(resolve(place), file)
  }
  return places
}

/** Progress of one file as a share of all. */
function within({ onProgress }: Session, i: number, count: number, file: string): Session['onProgress'] {
  if (count === 1) return onProgress
  const began = performance.now()
  return ({ fraction = 0, phase }) => {
    const share = (i + fraction) / count
    const elapsedSeconds = (performance.now() - began) / 1000
    onProgress({ phase, fraction: share, elapsedSeconds, detail: `${i + 1} of ${count}, ${basename(file)}` })
  }
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true
const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined
