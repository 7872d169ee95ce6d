/** Who is examined, and which rows a model is known to have seen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manifoldTable, patientOf } from '../../../test/support/planted-manifold.js'
import { AnomalyDetector } from '../../anomaly/node.js'
import { selectRows } from '../../data/index.js'
import { isChosen, retrained, subjectOf } from './subject.js'

const table = manifoldTable({ dimension: 2, columns: 6, rows: 300 })
let detector: AnomalyDetector

beforeAll(async () => {
  detector = await AnomalyDetector.fit(table, {
    kind: 'undercomplete',
    latent: 2,
    hidden: [16],
    epochs: 20,
    learningRate: 5e-3,
    seed: 3,
    threads: 1,
  })
}, 30_000)
afterAll(() => detector.dispose())

describe('subject', () => {
  it('is the planned training without a model; a plan that nobody chose is not held against anybody', async () => {
    const patient = await patientOf(table)
    const subject = await subjectOf(patient)
    expect(subject).toMatchObject({ origin: 'plan', seen: false, patient })
    expect(isChosen(subject)).toBe(false)
    expect(isChosen({ ...subject, learning: { latent: 4 } })).toBe(true)
  })

  it('is the model, with the rows that it has seen where they are the same', async () => {
    const subject = await subjectOf({ ...(await patientOf(table)), detector })
    expect(subject).toMatchObject({ origin: 'model', seen: true, steps: 20 })
    expect(isChosen(subject)).toBe(true)
    const { training, validation } = subject.patient.split
    expect([training.length, validation.length]).toEqual([210, 60])
    expect(training.some((row) => validation.includes(row))).toBe(false)
    expect(subject.learning).toMatchObject({
      kind: 'undercomplete',
      learningRate: 5e-3,
      epochs: 20,
      options: { hidden: [16], latent: 2 },
    })
    expect(subject.learning).not.toHaveProperty('batchSize', 256)
  })

  it('does not take other rows for those that the model has seen', async () => {
    const other = manifoldTable({ dimension: 2, columns: 6, rows: 300, seed: 9 })
    const reversed = selectRows(
      table,
      Int32Array.from({ length: 300 }, (_, i) => 299 - i),
    )
    for (const rows of [other, reversed]) {
      const patient = await patientOf(rows)
      const subject = await subjectOf({ ...patient, detector })
      expect(subject.seen).toBe(false)
      expect(subject.patient.split).toEqual(patient.split)
    }
  })

  it('is trained again once, whoever asks', async () => {
    const subject = await subjectOf({ ...(await patientOf(table)), detector })
    expect(retrained(subject)).toBe(retrained(subject))
    expect((await retrained(subject)).record.steps).toBe(20)
  })
})
