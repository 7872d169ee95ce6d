/**
 * How an error reaches a person and a program: one line on standard error, one object with --json, one exit
 * status. The catalogue of codes is base/error-codes.ts; docs/errors.md is generated from it.
 */
import { CommanderError } from 'commander'
import { exitCodeOf, HourglassError, messageOf } from '../base/index.js'
import { styleFor, type Io } from './io.js'

/**
 * Reports an error.
 *
 * @returns the exit status
 */
export function reportFailure(thrown: unknown, io: Io, json: boolean): number {
  const error = asHourglassError(thrown)
  if (error === undefined) return 0
  const style = styleFor(io.stderr, io.env)
  io.stderr.write(`${style.red('error')} ${style.bold(error.code)}: ${error.message}\n`)
  if (error.code === 'HG_INTERNAL' && error.cause instanceof Error) {
    io.stderr.write(`${style.dim(error.cause.stack ?? '')}\nplease report this, with the lines above\n`)
  }
  if (json) io.stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`)
  return exitCodeOf(error)
}

/** Anything thrown as an error with a code; undefined where commander only says that it printed help. */
function asHourglassError(thrown: unknown): HourglassError | undefined {
  if (thrown instanceof HourglassError) return thrown
  if (thrown instanceof CommanderError) {
    return thrown.exitCode === 0 ? undefined : new HourglassError('HG_USAGE', usageMessage(thrown))
  }
  return new HourglassError('HG_INTERNAL', messageOf(thrown), { cause: thrown })
}

/** Commander's message in our form: `unknown option '--hiden'; did you mean --hidden?` */
function usageMessage({ message, code }: CommanderError): string {
  if (code === 'commander.help') return 'no command was given; hourglass --help lists them'
  const [what, suggestion] = message.replace(/^error: /, '').split('\n')
  const meant = suggestion?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?')
  return `${what?.replace(/\.$/, '') ?? message}; ${meant ?? 'add --help to see what there is'}`
}
