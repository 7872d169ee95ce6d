/** What the examination of overfitting shows: its figures and its charts. What they mean for the verdict: overfitting.ts. */
import { createAutoencoder } from '../../autoencoders/index.js'
import { sizeOf } from '../../graph/index.js'
import { planFor } from '../../learning/index.js'
import type { TrainingRecord } from '../../training/index.js'
import type { Chart, Evidence } from './diagnosis.js'
import type { TriedRemedy } from './overfitting-remedies.js'
import type { Estimate } from './statistics/paired.js'
import type { Subject } from './subject.js'

/** What was measured of the model itself. */
export interface Gap {
  /** Score of unseen rows less that of seen rows, in units of the score of unseen rows. */
  readonly gap: Estimate
  /** How often an unseen row scores above a seen one. */
  readonly above: Estimate
  /** How often the row nearest to the reconstruction of an unseen row is a seen one. */
  readonly memory: Estimate
}

/** The gap, and whether rows are remembered. */
export function gapEvidence({ gap, above, memory }: Gap): readonly Evidence[] {
  return [
    {
      name: 'gap between seen and unseen rows',
      ...valueOf(gap),
      meaning:
        'how far the errors of rows that gradients came from lie below those of other rows, as a share of the latter',
    },
    {
      name: 'unseen row is the worse one',
      ...valueOf(above),
      meaning: 'of pairs of a seen and an unseen row; 0.5 where the model treats both alike',
    },
    ...(Number.isFinite(memory.error)
      ? [
          {
            name: 'reconstruction is nearest to a seen row',
            ...valueOf(memory),
            meaning: 'of unseen rows, among as many seen as unseen ones; 0.5 without memory of single rows',
          },
        ]
      : []),
  ]
}

/** Mean and interval of an estimate, as evidence has them. */
export function valueOf({ mean, low, high }: Estimate): Pick<Evidence, 'value' | 'low' | 'high'> {
  return { value: mean, ...(Number.isFinite(low) && { low, high }) }
}

/** Numbers that are fitted against numbers that they are fitted to. */
export function capacityOf({ patient, learning }: Subject, rows: number): readonly Evidence[] {
  const { layout } = patient.preprocessing
  const data = { rows: patient.features.length / layout.width, features: patient.features, ...patient.split }
  const { parameters } = createAutoencoder(planFor(layout, data, learning).autoencoder)
  const count = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const cells = rows * layout.columns.length
  return [
    { name: 'parameters', value: count, meaning: 'numbers that training fits' },
    { name: 'cells', value: cells, meaning: `of ${rows} training rows, that they are fitted to` },
  ]
}

/** On which rows the figures stand. */
export function howMeasured({
  seen,
  origin,
  cutFrom,
  steps,
  patient: { split },
}: Subject): readonly Evidence[] {
  const how = seen
    ? 'the rows of this table that the model was trained on, against those that only calibrated it'
    : origin === 'model'
      ? 'the model does not say which of these rows it has seen: the same training was done again on a part of them'
      : 'the planned training, done on a part of the rows'
  return [
    { name: 'training rows', value: split.training.length, meaning: how },
    { name: 'held-out rows', value: split.validation.length, meaning: 'no gradient came from them' },
    ...(cutFrom !== undefined && steps !== undefined
      ? [{ name: 'steps of each training', value: steps, meaning: 'fewer than planned, for want of time' }]
      : []),
  ]
}

/** Loss on training and held-out rows over the training. */
export function learningCurve({ points, bestStep }: TrainingRecord): readonly Chart[] {
  const held = points.filter(({ validationLoss }) => validationLoss !== undefined)
  if (held.length < 2) return []
  return [
    {
      kind: 'curve',
      title: 'Loss while training',
      x: 'step',
      y: 'loss',
      series: [
        {
          name: 'training rows',
          x: points.map(({ step }) => step),
          y: points.map(({ trainLoss }) => trainLoss),
        },
        {
          name: 'held-out rows',
          x: held.map(({ step }) => step),
          y: held.map(({ validationLoss }) => validationLoss!),
        },
      ],
      marks: [{ axis: 'x', at: bestStep, text: 'weights kept' }],
    },
  ]
}

/** What was tried, and how much smaller the errors of unseen rows became. */
export function remedyChart(tried: readonly TriedRemedy[]): readonly Chart[] {
  if (tried.length === 0) return []
  return [
    {
      kind: 'bars',
      title: 'Remedies that were tried',
      x: 'remedy',
      y: 'share by which errors of unseen rows fall',
      series: [
        {
          name: 'gain',
          x: tried.map(({ name }) => name),
          y: tried.map(({ gain }) => gain.mean),
          low: tried.map(({ gain }) => gain.low),
          high: tried.map(({ gain }) => gain.high),
        },
      ],
    },
  ]
}
