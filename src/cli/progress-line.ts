/**
 * Progress for people: on a terminal one line that rewrites itself, elsewhere (a log, CI) a plain line every few
 * seconds. Where progress comes from is base/progress.ts.
 */
import { formatDuration, formatPercent, type OnProgress, type Progress } from '../base/index.js'
import type { Sink } from './io.js'

const plainIntervalMs = 5000
const barWidth = 20

/** A progress display on a sink. */
export interface ProgressLine {
  readonly onProgress: OnProgress
  /** Takes the live line away, so that other text can be written. */
  clear(): void
}

/** Makes the display; `now` (milliseconds) can be replaced in tests. */
export function progressLine(sink: Sink, now: () => number = () => performance.now()): ProgressLine {
  return sink.isTerminal ? liveLine(sink) : plainLines(sink, now)
}

/** `training ━━━━━━────  43 %  12 s left  epoch 3 of 40`, cut to the width of the terminal. */
function liveLine(sink: Sink): ProgressLine {
  let shown = false
  return {
    onProgress: (progress) => {
      const text = [progress.phase.padEnd(9), bar(progress.fraction), ...details(progress)].join('  ')
      sink.write(`\r\u001b[2K${text.slice(0, sink.columns - 1)}`)
      shown = true
    },
    clear: () => {
      if (shown) sink.write('\r\u001b[2K')
      shown = false
    },
  }
}

/** At most one line in five seconds, and one at the end of a phase that took longer than that. */
function plainLines(sink: Sink, now: () => number): ProgressLine {
  let last = now()
  let endedPhase = ''
  return {
    onProgress: (progress) => {
      if (progress.phase === endedPhase && progress.fraction === 1) return
      const ended = progress.fraction === 1 && progress.elapsedSeconds * 1000 >= plainIntervalMs
      if (now() - last < plainIntervalMs && !ended) return
      last = now()
      endedPhase = ended ? progress.phase : ''
      sink.write(`${[progress.phase, ...details(progress)].join('  ')}\n`)
    },
    clear: () => undefined,
  }
}

function bar(fraction: number | undefined): string {
  const filled = Math.round((fraction ?? 0) * barWidth)
  return '━'.repeat(filled) + '─'.repeat(barWidth - filled)
}

function details({ fraction, elapsedSeconds, remainingSeconds, detail }: Progress): readonly string[] {
  const time =
    fraction !== 1 && remainingSeconds !== undefined
      ? `${formatDuration(remainingSeconds)} left`
      : `${formatDuration(elapsedSeconds)} so far`
  return [
    ...(fraction === undefined ? [] : [formatPercent(Math.floor(fraction * 100) / 100).padStart(5)]),
    fraction === 1 ? `done in ${formatDuration(elapsedSeconds)}` : time,
    ...(detail === undefined ? [] : [detail]),
  ]
}
