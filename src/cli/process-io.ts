/**
 * The real process as io.ts describes it, with the manners a pipe asks for: a reader that goes away (`| head -1`)
 * is no error, a full disk behind standard output is.
 */
import { basename, relative } from 'node:path'
import { HourglassError } from '../base/index.js'
import type { Io, Sink } from './io.js'

/** The process this runs in. */
export function processIo(): Io {
  return {
    program: programName(process.argv[1] ?? ''),
    args: process.argv.slice(2),
    stdinIsTerminal: process.stdin.isTTY,
    stdout: sinkOf(process.stdout, 'standard output'),
    stderr: sinkOf(process.stderr, 'standard error'),
    env: process.env,
    platform: process.platform,
    onStop: (callback) => {
      const signals = ['SIGINT', 'SIGTERM'] as const
      for (const signal of signals) process.on(signal, callback)
      return () => signals.forEach((signal) => process.off(signal, callback))
    },
    exitNow: (code) => process.exit(code),
  }
}

/** The installed program has no ending; the file in dist/ is run by Node. */
function programName(path: string): string {
  return path.endsWith('.js') ? `node ${relative('', path)}` : basename(path)
}

function sinkOf(stream: NodeJS.WriteStream, name: string): Sink {
  let failure: NodeJS.ErrnoException | undefined
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error
  })
  const isGone = (): boolean => failure?.code === 'EPIPE'
  return {
    write: (data) => {
      if (failure === undefined) stream.write(data)
    },
    flush: async () => {
      if (failure === undefined) await new Promise<void>((done) => stream.write('', () => done()))
      if (failure !== undefined && !isGone()) {
        throw new HourglassError(
          'HG_OUTPUT_UNWRITABLE',
          `${name}: cannot be written (${failure.message}); free some space or send it elsewhere`,
        )
      }
    },
    get isTerminal() {
      return stream.isTTY
    },
    get columns() {
      return stream.isTTY ? stream.columns : 80
    },
  }
}
