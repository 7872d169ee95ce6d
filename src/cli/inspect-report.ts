/** From a model and what was seen of it at work to the plain data of an `inspect` report. */
import type { AnomalyDetector, DetectorRecord } from '../anomaly/index.js'
import type { Grid } from '../base/index.js'
import type { LatentUnit, LayerTrace, Trace } from '../inspection/index.js'
import type { InspectReport, ReportLayer, ReportUnit, ReportWork } from '../report/index.js'
import { packageVersion } from './version.js'

/** A model at work, and where the rows came from. */
export interface Seen {
  readonly trace: Trace
  readonly source: string
}

/** Outputs of a layer that its distribution is drawn from, at most. */
const sampleSize = 20_000

/** What the page says. */
export function inspectReport(
  path: string,
  { record }: AnomalyDetector,
  seen: Seen | undefined,
): InspectReport {
  const { kind, widths, latent, parameterCount, training } = record
  return {
    title: `${kind.charAt(0).toUpperCase()}${kind.slice(1)} autoencoder, seen from inside`,
    modelFile: path,
    source: record.source,
    createdAt: record.createdAt,
    version: packageVersion(),
    seed: record.seed,
    model: { kind, widths, latent, parameterCount, modelFile: path, seconds: training.seconds },
    options: Object.entries(record.options).map(([name, value]) => [name, textOf(value)] as const),
    training,
    course: training.points.map(({ step, epoch, parts, metrics = {}, gradientNorms = {} }) => ({
      step,
      epoch,
      parts,
      metrics,
      gradientNorms: byLayer(gradientNorms),
    })),
    ...(seen && { work: workOf(seen, record) }),
    warnings: record.warnings,
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Norms of parameters as norms of layers: `encoder.0.weight` and `encoder.0.bias` are both of `encoder.0`. */
function byLayer(norms: Readonly<Record<string, number>>): Record<string, number> {
  const squares: Record<string, number> = {}
  for (const [name, norm] of Object.entries(norms)) {
    const layer = name.slice(0, Math.max(name.lastIndexOf('.'), 0)) || name
    squares[layer] = (squares[layer] ?? 0) + norm ** 2
  }
  return Object.fromEntries(Object.entries(squares).map(([layer, square]) => [layer, Math.sqrt(square)]))
}

function workOf({ trace, source }: Seen, { grid }: DetectorRecord): ReportWork {
  const { rows, layers, jacobian, units } = trace
  return {
    source,
    rows,
    layers: layers.map(layerOf),
    jacobian: { rows: jacobian.rows, singularValues: jacobian.singularValues },
    units: units.map((unit) => unitOf(unit, grid)),
  }
}

function layerOf({ parameters, output, saturatedShare, operator, ...layer }: LayerTrace): ReportLayer {
  const norms = parameters.flatMap(({ gradientNorm }) => (gradientNorm === undefined ? [] : [gradientNorm]))
  const stride = Math.max(1, Math.ceil(output.length / sampleSize))
  return {
    ...layer,
    operator,
    parameterCount: parameters.reduce((sum, { count }) => sum + count, 0),
    ...((operator === 'Sigmoid' || operator === 'Tanh') && { saturatedShare }),
    ...(norms.length > 0 && { gradientNorm: Math.hypot(...norms) }),
    sample: output.filter((_, i) => i % stride === 0),
  }
}

function unitOf({ unit, mean, deviation, answers, decoded }: LatentUnit, grid: Grid | undefined): ReportUnit {
  if (grid?.kind !== 'image') return { unit, mean, deviation, answers }
  const { width, height, channels } = grid
  return {
    unit,
    mean,
    deviation,
    answers,
    images: decoded.map((pixels) => ({ width, height, channels, pixels })),
  }
}
