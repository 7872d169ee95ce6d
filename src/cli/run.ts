/**
 * Runs one command line from its words to its exit status. What the words mean is in program.ts.
 */
import { reportFailure } from './failure.js'
import type { Io } from './io.js'
import { createProgram } from './program.js'

/**
 * Runs a command line.
 *
 * @returns the exit status: 0, that of the error's code, or that of the part of a command's work that failed
 */
export async function runCommandLine(io: Io): Promise<number> {
  try {
    let status = 0
    const program = createProgram({ ...io, endWith: (failed) => (status = failed) })
    await program.parseAsync(io.args, { from: 'user' })
    await io.stdout.flush()
    return status
  } catch (error) {
    const status = reportFailure(error, io, wantsJson(io.args))
    await io.stdout.flush().catch(() => undefined) // said already, or about to be lost with the error itself
    return status
  }
}

/** Whether --json stands among the words; needed before they are understood, for errors about the words. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? undefined : end).includes('--json')
}
