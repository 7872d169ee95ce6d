/**
 * Runs one command line from its words to its exit status. What the words mean is in program.ts.
 */
import { reportFailure } from './failure.js'
import type { Io } from './io.js'
import { createProgram } from './program.js'

/**
 * Runs a command line.
 *
 * @returns the exit status: 0, or that of the error's code
 */
export async function runCommandLine(io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(io.args, { from: 'user' })
    await io.stdout.flush()
    return 0
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
