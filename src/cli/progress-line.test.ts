import { expect, it } from 'vitest'
import type { Sink } from './io.js'
import { progressLine } from './progress-line.js'

function sink(isTerminal: boolean, columns = 80): Sink & { text: string } {
  const made = { text: '', write: (data: string) => void (made.text += data), flush: () => Promise.resolve() }
  return Object.assign(made, { isTerminal, columns })
}

const halfway = {
  phase: 'training',
  fraction: 0.434,
  elapsedSeconds: 9,
  remainingSeconds: 11.7,
  detail: 'epoch 3 of 7',
}

it('rewrites one line on a terminal and takes it away', () => {
  const terminal = sink(true)
  const line = progressLine(terminal)
  line.onProgress(halfway)
  expect(terminal.text).toBe('\r\u001b[2Ktraining   ━━━━━━━━━───────────   43 %  12 s left  epoch 3 of 7')
  line.clear()
  line.clear()
  expect(terminal.text.endsWith('7\r\u001b[2K')).toBe(true)
})

it('never reaches the last character of a narrow terminal, where the line would wrap', () => {
  const terminal = sink(true, 20)
  progressLine(terminal).onProgress(halfway)
  expect(terminal.text.replace('\r\u001b[2K', '')).toHaveLength(19)
})

it('writes a plain line at most every five seconds elsewhere', () => {
  const log = sink(false)
  let now = 0
  const line = progressLine(log, () => now)
  for (now = 0; now <= 12_000; now += 100) line.onProgress(halfway)
  line.clear()
  const lines = log.text.split('\n').filter(Boolean)
  expect(lines).toEqual(Array(2).fill('training   43 %  12 s left  epoch 3 of 7'))
  line.onProgress({ phase: 'training', fraction: 1, elapsedSeconds: 21 })
  line.onProgress({ phase: 'training', fraction: 1, elapsedSeconds: 21 })
  expect(log.text.match(/training {2}100 % {2}done in 21 s\n/g)).toHaveLength(1)
})

it('says nothing of short work off a terminal', () => {
  const log = sink(false)
  progressLine(log).onProgress({ phase: 'reading', fraction: 1, elapsedSeconds: 0.2 })
  expect(log.text).toBe('')
})
