/**
 * Runs the command line inside the test process, with streams that remember what was written. What needs a real
 * process (signals, pipes, devices) is in cli-process.test.ts.
 */
import type { Io, Sink } from '../src/cli/io.js'
import { runCommandLine } from '../src/cli/run.js'

/** What a command line left behind. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Streams of a test, and a hand on Ctrl-C. */
export interface TestIo extends Io {
  readonly text: { stdout: string; stderr: string }
  readonly pressCtrlC: () => void
  readonly exits: number[]
}

/** A process that is not one. */
export function testIo(
  options: {
    env?: Record<string, string>
    terminal?: boolean
  } = {},
): TestIo {
  const text = { stdout: '', stderr: '' }
  const callbacks = new Set<() => void>()
  const exits: number[] = []
  const sink = (name: 'stdout' | 'stderr'): Sink => ({
    write: (data) => {
      text[name] += typeof data === 'string' ? data : Buffer.from(data).toString('utf8')
    },
    flush: () => Promise.resolve(),
    isTerminal: options.terminal ?? false,
    columns: 100,
  })
  return {
    program: 'hourglass',
    args: [],
    stdinIsTerminal: false,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: options.env ?? {},
    platform: 'linux',
    onStop: (callback) => {
      callbacks.add(callback)
      return () => void callbacks.delete(callback)
    },
    exitNow: (code) => void exits.push(code),
    text,
    exits,
    pressCtrlC: () => callbacks.forEach((callback) => callback()),
  }
}

/** Runs one command line. */
export async function hourglass(args: readonly string[], io: TestIo = testIo()): Promise<Outcome> {
  const status = await runCommandLine({ ...io, args })
  return { status, ...io.text }
}
