/** Wrong cells and rows, what stands out, and what is expected in them. */
import { beforeAll, describe, expect, it } from 'vitest'
import { manifoldTable, patientOf } from '../../../test/support/planted-manifold.js'
import type { Patient } from './diagnosis.js'
import { nearestIsSeen } from './memorisation.js'
import { detection, plantCells, plantRows, restoration } from './planted-cells.js'
import { passErrors, scoresBy, usualWeights } from './row-scores.js'
import { estimate, pairedDifference, standardErrors } from './statistics/paired.js'
import { rowsAt } from './bound.js'
import { trainTrial, type Trial } from './trial.js'

let patient: Patient
let [narrow, copying]: Trial[] = []

beforeAll(async () => {
  patient = await patientOf(manifoldTable({ dimension: 2, columns: 8, rows: 800 }))
  const train = (latent: number): Promise<Trial> =>
    trainTrial(
      patient,
      { kind: 'undercomplete', threads: 1, learningRate: 5e-3, options: { hidden: [32], latent } },
      { steps: 500 },
    )
  narrow = await train(2)
  copying = await train(8)
}, 30_000)

describe('planted cells', () => {
  it('exchange one cell of each row for another value of its column', () => {
    const { clean, planted, columns } = plantCells(patient, patient.split.validation, 3)
    for (let row = 0; row < clean.count; row++) {
      const differ = Array.from({ length: 8 }, (_, j) => j).filter(
        (j) => clean.features[row * 8 + j] !== planted.features[row * 8 + j],
      )
      expect(differ).toEqual([columns[row]])
      const among = Array.from({ length: clean.count }, (_, i) => clean.features[i * 8 + columns[row]!])
      expect(among).toContain(planted.features[row * 8 + columns[row]!])
    }
  })

  it('leave cells alone that are not known', () => {
    const mask = new Float32Array(patient.sampled.length * 8).fill(1)
    for (let row = 0; row < patient.sampled.length; row++) mask[row * 8 + (row % 8)] = 0
    for (const plant of [plantCells, plantRows]) {
      const { clean, planted } = plant({ ...patient, mask }, patient.split.validation, 3)
      const moved = [...clean.features].filter(
        (value, i) => value !== planted.features[i] && clean.mask![i] === 0,
      )
      expect(moved).toEqual([])
    }
  })

  it('stand out, and are restored, with a narrow code; a network that copies restores nothing', async () => {
    const cells = plantCells(patient, patient.split.validation, 3)
    const found = estimate(await detection(patient.machine, narrow!, cells))
    expect(found.mean).toBeGreaterThan(0.8)
    const wrong = await restoration(patient.machine, copying!, cells)
    const restored = await restoration(patient.machine, narrow!, cells)
    expect(standardErrors(pairedDifference(wrong, restored))).toBeGreaterThan(4)
    expect(estimate(restored).mean).toBeLessThan(0.7 * estimate(wrong).mean)
  })
})

describe('scores of rows', () => {
  it('are about 1 for the rows that say what is usual, and less for a better model in the same units', async () => {
    const rows = rowsAt(patient, patient.split.validation)
    const errors = await passErrors(patient.machine, narrow!, rows)
    const weights = usualWeights(errors)
    // The prior scale, worth five rows of two hundred, is far above these errors.
    expect(estimate(scoresBy(weights, errors)).mean).toBeGreaterThan(0.75)
    expect(estimate(scoresBy(weights, errors)).mean).toBeLessThan(1.02)
    const better = await passErrors(patient.machine, copying!, rows)
    expect(estimate(scoresBy(weights, better)).mean).toBeLessThan(0.7)
  })
})

describe('memorisation', () => {
  it('is not seen in a model that gives back what it is shown', async () => {
    const { training, validation } = patient.split
    const share = await nearestIsSeen(patient, copying!, training, validation)
    expect(Math.abs(share.mean - 0.5)).toBeLessThan(4 * share.error)
  })

  it('is seen where reconstructions lie at seen rows', async () => {
    // Seen rows that are the unseen ones themselves, all but the noise of a reconstruction.
    const { validation } = patient.split
    const share = await nearestIsSeen(patient, copying!, validation, validation)
    expect(share.mean).toBeGreaterThan(0.9)
  })

  it('cannot be told of three rows', async () => {
    const few = patient.split.validation.subarray(0, 3)
    const share = await nearestIsSeen(patient, narrow!, patient.split.training, few)
    expect(share.error).toBe(Infinity)
  })
})
