import { expect, it } from 'vitest'
import { styleFor, takesColour, type Sink } from './io.js'

const terminal = { isTerminal: true } as Sink
const pipe = { isTerminal: false } as Sink

it('colours terminals, unless NO_COLOR or a dumb terminal say no, or FORCE_COLOR says yes', () => {
  expect(takesColour(terminal, {})).toBe(true)
  expect(takesColour(pipe, {})).toBe(false)
  expect(takesColour(terminal, { NO_COLOR: '1' })).toBe(false)
  expect(takesColour(terminal, { NO_COLOR: '' })).toBe(true)
  expect(takesColour(terminal, { TERM: 'dumb' })).toBe(false)
  expect(takesColour(pipe, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(true)
  expect(takesColour(terminal, { FORCE_COLOR: '0' })).toBe(false)
  expect(styleFor(pipe, {}).bold('x')).toBe('x')
  expect(styleFor(terminal, {}).bold('x')).toBe('\u001b[1mx\u001b[22m')
})
