/**
 * Progress and interruption: the one shape in which long work reports how far it is, and the one way it stops.
 */
import { HourglassError } from './errors.js'

/** One report of how far a piece of long work is. */
export interface Progress {
  /** What is being done, for people: 'reading', 'training', 'scoring', … */
  readonly phase: string
  /** Share done, 0 to 1, or undefined while the total is not known. */
  readonly fraction?: number
  /** Seconds since the phase began. */
  readonly elapsedSeconds: number
  /** Seconds left at the present pace, when that can be told. */
  readonly remainingSeconds?: number
  /** A short detail for people, such as 'epoch 3 of 40, held-out loss 0.21'. */
  readonly detail?: string
}

/** Receives progress; must be quick and must not throw. */
export type OnProgress = (progress: Progress) => void

/** What every long operation accepts. */
export interface LongWork {
  /** Called a few times a second at most. */
  readonly onProgress?: OnProgress | undefined
  /** Stops the work at the next safe point with `HG_INTERRUPTED`. */
  readonly signal?: AbortSignal | undefined
}

/** Share of a phase before which the time that is left is anybody's guess. */
const leastTold = 0.01

/**
 * A reporter for one phase that works out elapsed and remaining time and passes on at most one report in
 * `intervalMs` (default 100), and always the last (fraction 1).
 */
export function progressOf(phase: string, onProgress: OnProgress | undefined, intervalMs = 100) {
  const began = performance.now()
  let last = -Infinity
  return (fraction: number | undefined, detail?: string): void => {
    if (onProgress === undefined) return
    const now = performance.now()
    if (now - last < intervalMs && fraction !== 1) return
    last = now
    const elapsedSeconds = (now - began) / 1000
    const known = fraction !== undefined && fraction >= leastTold
    onProgress({
      phase,
      elapsedSeconds,
      ...(fraction !== undefined && { fraction }),
      ...(known && { remainingSeconds: (elapsedSeconds * (1 - fraction)) / fraction }),
      ...(detail !== undefined && { detail }),
    })
  }
}

/** @throws HG_INTERRUPTED once the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted === true) throw new HourglassError('HG_INTERRUPTED', `${doing}: stopped on request`)
}
