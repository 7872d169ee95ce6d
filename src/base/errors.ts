/**
 * The one error class of the project. Codes and their meanings live in error-codes.ts.
 */
import { errorCatalogue, type ErrorCode } from './error-codes.js'

/**
 * An error with a stable code. The message says where, what was expected, what came, and what to do.
 *
 * @example
 * throw new HourglassError('HG_COLUMN_MISSING', 'label: no column "fraud" in sales.csv; columns are: a, b, c')
 */
export class HourglassError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(errorCatalogue[code].exitCode === 70 ? `internal: ${message}` : message, options)
    this.name = 'HourglassError'
    this.code = code
  }
}

/** The exit status the command line ends with for this error; 70 for anything that is not ours. */
export function exitCodeOf(error: unknown): number {
  return error instanceof HourglassError ? errorCatalogue[error.code].exitCode : 70
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
