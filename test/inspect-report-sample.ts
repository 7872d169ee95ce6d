/** A report of `inspect` as the tests see it: numbers of plausible size, from formulas, the same every time. */
import type { InspectReport, ReportImage, ReportLayer, ReportUnit, ReportWork } from '../src/report/index.js'

const layerNames = ['encoder.0', 'encoder.1', 'decoder.0', 'decoder.1']

/** A variational autoencoder of 12 features, learned from penguins, at work on them unless without rows. */
export function sampleInspectReport({ hasRows = true } = {}): InspectReport {
  const steps = Array.from({ length: 30 }, (_, i) => 50 * (i + 1))
  return {
    title: 'Variational autoencoder, seen from inside',
    modelFile: 'penguins.onnx',
    source: 'penguins.json',
    createdAt: '2026-03-01T12:00:30.000Z',
    version: '0.1.0',
    seed: 7,
    model: { kind: 'variational', widths: [12, 8, 4, 8, 12], latent: 4, parameterCount: 1951, seconds: 3 },
    options: [
      ['latent', '4'],
      ['hidden', '[8]'],
    ],
    training: {
      points: steps.map((step, i) => ({
        step,
        epoch: i,
        trainLoss: 3 + 20 / (i + 1),
        validationLoss: 3.5 + 18 / (i + 1),
      })),
      bestStep: 1500,
      stopped: 'finished',
      steps: 1500,
    },
    course: steps.map((step, i) => ({
      step,
      epoch: i,
      parts: { reconstruction: 2 + 20 / (i + 1), kl: 1 - 1 / (i + 1.1) },
      metrics: { klPerUnit: 0.3 - 0.1 / (i + 1), activeUnits: 4 },
      gradientNorms: Object.fromEntries(layerNames.map((name, k) => [name, (k + 1) / (i + 2)])),
    })),
    ...(hasRows && { work: sampleWork() }),
    warnings: ['69 rows calibrate the threshold: no row can be flagged.'],
  }
}

/** The same model as if its rows were images of 5 × 4 pixels and so many channels. */
export function sampleImageReport(channels: number): InspectReport {
  const report = sampleInspectReport()
  const images = Array.from({ length: 5 }, (_, step): ReportImage => ({
    width: 5,
    height: 4,
    channels,
    pixels: Float32Array.from({ length: 20 * channels }, (__, i) => Math.sin(i + step)),
  }))
  return {
    ...report,
    work: { ...report.work!, units: report.work!.units.map((one) => ({ ...one, images })) },
  }
}

function sampleWork(): ReportWork {
  return {
    source: 'penguins.json',
    rows: 344,
    layers: layerNames.map((name, k) => layer(name, k)),
    jacobian: {
      rows: 8,
      singularValues: Array.from({ length: 8 }, (_, row) =>
        [2, 0.9, 0.3, 0.004].map((value) => value * (1 + row / 20)),
      ),
    },
    units: Array.from({ length: 4 }, (_, i) => unit(i)),
  }
}

function layer(name: string, k: number): ReportLayer {
  const isOutput = k === 3
  const sample = Float32Array.from({ length: 500 }, (_, i) =>
    Math.max(isOutput ? -9 : 0, 3 * Math.sin(i * (k + 1))),
  )
  return {
    name,
    operator: isOutput ? 'Sigmoid' : 'Relu',
    shape: k === 1 ? [2, 2, 2] : [8],
    units: 8,
    parameterCount: 136,
    mean: 0.42,
    deviation: 0.6,
    least: isOutput ? -3 : 0,
    most: 3,
    deadUnits: k === 0 ? 5 : 0,
    ...(isOutput && { saturatedShare: 0.07 }),
    gradientNorm: 0.1 * (k + 1),
    sample,
  }
}

function unit(i: number): ReportUnit {
  return {
    unit: 3 - i,
    mean: 0.25,
    deviation: 0.8 - i / 10,
    answers: [
      { column: 'Beak Length (mm)', change: 0.8 - i / 10 },
      { column: 'Species', change: -0.4 },
    ],
  }
}
