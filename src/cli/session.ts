/**
 * What a command gets to work with, and the frame it runs in: where its text goes, progress, the first and the
 * second Ctrl-C, the JSON object at the end. What a command does is in commands/.
 */
import { formatDuration, type OnProgress } from '../base/index.js'
import { styleFor, type Io, type Style } from './io.js'
import { progressLine } from './progress-line.js'

/** The surroundings of one command. */
export interface Session {
  readonly io: Io
  readonly json: boolean
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
  /** Seconds since the command began. */
  readonly seconds: () => number
  /** A line about what goes on, to standard error. */
  readonly note: (text: string) => void
  /** What the person asked for: to standard output, or to standard error where data goes to standard output. */
  readonly answer: (text: string) => void
  /** Sets the exit status where a part of the work failed and the rest is done. */
  readonly endWith: (status: number) => void
  /** Emphasis for `answer`. */
  readonly style: Style
}

/** How a command is run. */
export interface Performance {
  readonly json: boolean
  /** Whether an output of the command goes to standard output. */
  readonly dataOnStdout: boolean
}

/**
 * Runs a command in a session and prints its result as JSON if asked.
 *
 * @throws whatever the command throws, after the progress line is gone
 */
export async function perform(
  io: Io,
  { json, dataOnStdout }: Performance,
  command: (session: Session) => Promise<object>,
): Promise<void> {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const line = progressLine(io.stderr)
  const answers = json || dataOnStdout ? io.stderr : io.stdout
  const stop = new AbortController()
  const forget = onStopTwice(io, stop, (text) => {
    line.clear()
    io.stderr.write(`${text}\n`)
  })
  const write = (sink: Io['stdout'], text: string): void => {
    line.clear()
    sink.write(`${text}\n`)
  }
  try {
    const result = await command({
      io,
      json,
      signal: stop.signal,
      onProgress: line.onProgress,
      seconds,
      note: (text) => write(io.stderr, text),
      answer: (text) => write(answers, text),
      endWith: (status) => io.endWith?.(status),
      style: styleFor(answers, io.env),
    })
    line.clear()
    if (json) io.stdout.write(`${JSON.stringify(result)}\n`)
  } finally {
    line.clear()
    forget()
  }
}

/** The first request to stop aborts the work, the second ends the process. */
function onStopTwice(io: Io, stop: AbortController, say: (text: string) => void): () => void {
  let asked: number | undefined
  return io.onStop(() => {
    if (asked === undefined) {
      asked = performance.now()
      say('stopping at the next safe point; press Ctrl-C again to end at once')
      stop.abort()
      return
    }
    say(`ended at once, ${formatDuration((performance.now() - asked) / 1000)} after the first request`)
    io.exitNow(130)
  })
}

/** A word as a POSIX shell takes it. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
