/** The linear probe on classes that a line tells apart, on ones that it cannot, and on bad labels. */
import { expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeLearning } from '../learning/node.js'
import { linearProbe, type ProbeRows } from './linear-probe.js'

const random = randomFor(0, 'probe')

/** Points in the plane whose class is told by `classOf`. */
function rowsOf(count: number, classOf: (x: number, y: number) => number): ProbeRows {
  const values = Float32Array.from({ length: 2 * count }, () => 50 + 10 * random.normal())
  const classes = Int32Array.from({ length: count }, (_, i) =>
    classOf(values[2 * i]! - 50, values[2 * i + 1]! - 50),
  )
  return { points: { rows: count, width: 2, values }, classes }
}

const machine = { machine: nodeLearning }

it('is right where a line is enough, whatever the unit', async () => {
  const classOf = (x: number, y: number): number => Number(x + y > 0) + Number(x + y > 12)
  const { accuracy, rows, standardError } = await linearProbe(
    rowsOf(1500, classOf),
    rowsOf(400, classOf),
    machine,
  )
  expect(accuracy).toBeGreaterThan(0.93)
  expect(rows).toBe(400)
  expect(standardError).toBeCloseTo(Math.sqrt((accuracy * (1 - accuracy)) / 400), 12)
})

it('is no better than chance where the classes are a chessboard', async () => {
  const classOf = (x: number, y: number): number => Number(x * y > 0)
  const { accuracy } = await linearProbe(rowsOf(1500, classOf), rowsOf(400, classOf), machine)
  expect(accuracy).toBeLessThan(0.62)
})

it('leaves out rows without a class, and refuses one class', async () => {
  const known = rowsOf(300, (x) => Number(x > 0))
  const some = { ...known, classes: known.classes.map((label, i) => (i % 3 === 0 ? -1 : label)) }
  expect((await linearProbe(some, some, machine)).rows).toBe(200)
  const one = { ...known, classes: known.classes.map(() => 0) }
  await expect(linearProbe(one, one, machine)).rejects.toMatchObject({ code: 'HG_LABEL_INVALID' })
})
