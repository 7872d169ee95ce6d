/** The examinations that try things out, each on a sound subject and on a sick one. */
import { describe, expect, it } from 'vitest'
import { manifoldTable, patientOf } from '../../../test/support/planted-manifold.js'
import type { LearningOptions } from '../../learning/index.js'
import { architectureExamination } from './architecture.js'
import { bottleneckExamination } from './bottleneck.js'
import { costExamination } from './cost.js'
import type { Diagnosis, Examination } from './diagnosis.js'
import { hyperParametersExamination } from './hyper-parameters.js'
import { overfittingExamination } from './overfitting.js'

/** Rows on a surface of dimension 3 in 12 columns. */
const table = manifoldTable({ dimension: 3, columns: 12, rows: 800, seed: 2 })

/** A sound training of few steps; tests change one thing. */
const sound = { kind: 'undercomplete', learningRate: 5e-3, epochs: 200 } as const
const widths = { hidden: [48], latent: 3 } as const
const learningOf = (options: object = {}, settings: Partial<LearningOptions> = {}): LearningOptions => ({
  ...sound,
  ...settings,
  options: { ...widths, ...options },
})

const examined = async (
  examination: Examination,
  learning: LearningOptions,
  rows = table,
): Promise<Diagnosis> => examination(await patientOf(rows, learning, 4))

const illnessOf = ({ illnesses }: Diagnosis, wanted: string) => illnesses.find(({ code }) => code === wanted)

describe('bottleneck', () => {
  it('has nothing against the width of the surface', async () => {
    const diagnosis = await examined(bottleneckExamination, learningOf())
    expect(diagnosis.verdict).toBe('fine')
    expect(diagnosis.summary).toMatch(/About [345]/)
    expect(diagnosis.charts[0]?.series[0]?.x[0]).toBe(1)
  })

  it('finds a code that is too narrow, and the width that mends it', async () => {
    const diagnosis = await examined(bottleneckExamination, learningOf({ latent: 1 }))
    const illness = illnessOf(diagnosis, 'code-too-narrow')!
    expect(illness.verdict).toBe('ill')
    const { fix } = illness.remedies[0]!
    const changed = fix?.kind === 'options' ? (fix.options.options as { readonly latent: number }) : undefined
    expect([3, 4, 5]).toContain(changed?.latent)
    expect(illness.remedies[0]?.command).toMatch(
      /^hourglass train data.csv --kind undercomplete .*--latent [345] /,
    )
  })

  it('finds a code that copies', async () => {
    const diagnosis = await examined(bottleneckExamination, learningOf({ latent: 12 }))
    expect(illnessOf(diagnosis, 'code-too-wide')).toMatchObject({ verdict: 'ill' })
  })
}, 60_000)

describe('overfitting', () => {
  it('has nothing against a small network', async () => {
    const diagnosis = await examined(overfittingExamination, learningOf({ hidden: [16] }))
    expect(diagnosis.verdict).toBe('fine')
    expect(diagnosis.evidence.map(({ name }) => name)).toContain('parameters')
  })

  it('finds a large network that learned from few rows, and a remedy that helps', async () => {
    const few = manifoldTable({ dimension: 3, columns: 12, rows: 160, noise: 0.5 })
    const settings = { epochs: 300, weightDecay: 0, batchSize: 60 }
    const diagnosis = await examined(
      overfittingExamination,
      learningOf({ hidden: [96, 96], latent: 10 }, settings),
      few,
    )
    const illness = illnessOf(diagnosis, 'overfitted')!
    expect(illness.verdict).toBe('ill')
    expect(illness.remedies[0]?.fix).toBeDefined()
    expect(illness.remedies[0]?.command).toMatch(/^hourglass train /)
  })

  it('says that it cannot tell of few rows', async () => {
    const diagnosis = await examined(
      overfittingExamination,
      learningOf(),
      manifoldTable({ dimension: 2, columns: 5, rows: 60 }),
    )
    expect(diagnosis.verdict).toBe('unknown')
  })
}, 60_000)

describe('architecture', () => {
  it('finds a network that is too small', async () => {
    const diagnosis = await examined(architectureExamination, learningOf({ hidden: [2], latent: 1 }))
    const illness = illnessOf(diagnosis, 'architecture-beaten')!
    expect(illness.verdict).toBe('ill')
    expect(illness.remedies[0]?.fix?.kind).toBe('options')
  })

  it('only proposes where nobody chose', async () => {
    const diagnosis = await examined(
      architectureExamination,
      {},
      manifoldTable({ dimension: 2, columns: 6, rows: 200 }),
    )
    expect(diagnosis.verdict).not.toBe('ill')
    expect(diagnosis.charts[0]?.title).toBe('The race')
  })
}, 60_000)

describe('hyper-parameters', () => {
  it('finds a learning rate that is too low', async () => {
    const diagnosis = await examined(hyperParametersExamination, learningOf({}, { learningRate: 3e-5 }))
    const illness = illnessOf(diagnosis, 'learning-rate-too-low')!
    expect(illness.verdict).toBe('ill')
    const { fix } = illness.remedies[0]!
    expect(fix?.kind === 'options' && fix.options.learningRate).toBeGreaterThanOrEqual(3e-4)
    expect(diagnosis.remedies[0]?.command).toBe('hourglass tune data.csv --budget 10m')
  })

  it('says what a training that diverges needs', async () => {
    const diagnosis = await examined(
      hyperParametersExamination,
      learningOf({}, { learningRate: 1e30, epochs: 20 }),
    )
    expect(diagnosis.verdict).toBe('ill')
    expect(diagnosis.illnesses[0]?.code).toBe('training-diverges')
  })
}, 60_000)

describe('cost', () => {
  it('foretells time and memory, and says what cheaper settings keep', async () => {
    const diagnosis = await examined(costExamination, learningOf({}, { epochs: 100 }))
    const value = (name: string): number =>
      diagnosis.evidence.find((evidence) => evidence.name === name)!.value as number
    expect(diagnosis.verdict).toBe('fine')
    expect(value('time')).toBeGreaterThan(0)
    expect(value('steps')).toBe(300) // 560 rows in three batches, a hundred times
    expect(value('memory')).toBeGreaterThan(5e7)
    // The rungs are always tried; half the width and a quarter of the rows where there is time.
    expect(diagnosis.evidence.filter(({ name }) => /^quality of \d+ steps$/.test(name)).length).toBe(2)
    expect(diagnosis.charts[0]?.series[0]?.x).toEqual([
      'start',
      'preparing',
      'steps',
      'evaluations',
      'scoring',
    ])
  })
}, 60_000)
