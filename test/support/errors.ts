/** The code of the error that some work throws, for tests that care for nothing else of it. */
import { HourglassError } from '../../src/base/index.js'

/** Runs work that must throw one of our errors; any other error passes through. */
export function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof HourglassError) return error.code
    throw error
  }
  return 'no error'
}
