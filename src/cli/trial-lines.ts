/** Trials as people read them: one line for each that came to a rung or failed, under one heading. */
import { metrics, type MetricName, type Trial } from '../advice/index.js'
import { formatCount, formatDuration, formatNumber } from '../base/index.js'
import type { Style } from './io.js'

const widths = { trial: 6, kind: 15, steps: 7, value: 21, seconds: 8 }

/** What stands above the lines. */
export function trialHeading(metric: MetricName): string {
  return [
    'trial'.padStart(widths.trial),
    'kind'.padEnd(widths.kind),
    'steps'.padStart(widths.steps),
    metrics[metric].title.padStart(widths.value),
    'time'.padStart(widths.seconds),
    'options',
  ].join('  ')
}

/** A trial by what it gave last; the best so far is marked. */
export function trialLine(trial: Trial, isBest: boolean, style: Style): string {
  const { number, configuration, results, error } = trial
  const { kind, ...options } = configuration
  const last = results.at(-1)
  const failed = error !== undefined
  const words = [
    String(number + 1).padStart(widths.trial),
    String(kind).padEnd(widths.kind),
    (last === undefined ? '-' : formatCount(last.steps)).padStart(widths.steps),
    (failed ? 'failed' : `${isBest ? '* ' : ''}${last!.value.toFixed(4)}`).padStart(widths.value),
    (last === undefined ? '-' : formatDuration(last.seconds)).padStart(widths.seconds),
    failed ? error.message : optionWords(options),
  ]
  const line = words.join('  ')
  return isBest ? style.bold(line) : failed ? style.dim(line) : line
}

/** `latent share 0.2, learning rate 0.002`. */
export function optionWords(options: Readonly<Record<string, string | number>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${spaced(name)} ${typeof value === 'number' ? formatNumber(value) : value}`)
    .join(', ')
}

/** `learningRate` as `learning rate`. */
export const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
