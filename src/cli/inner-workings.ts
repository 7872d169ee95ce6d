/**
 * The inner workings of a model as `inspect` tells them: layers at work, gradients, the encoder's Jacobian, latent
 * units. What is measured is the inspection room's; this file words it and cuts it to what people and programs read.
 */
import type { AnomalyDetector } from '../anomaly/index.js'
import { formatCount, formatNumber, formatPercent, formatPlural } from '../base/index.js'
import { selectRows, type Table } from '../data/index.js'
import type { LayerTrace, ParameterSummary, Trace } from '../inspection/index.js'
import type { InnerWorkings } from './results.js'

/** Rows that are looked at. */
const mostRows = 512
/** Rows whose activations are given in full, and the units given of each layer. */
const shownRows = 3
const shownUnits = 256
/** Latent units told of in text. */
const toldUnits = 12

/** Looks at a model with the first rows of a table. */
export async function traceOf(detector: AnomalyDetector, table: Table): Promise<Trace> {
  const [{ trace }, { loadKernels, nodeEngine }] = await Promise.all([
    import('../inspection/index.js'),
    import('../engine/node.js'),
  ])
  const count = Math.min(mostRows, table.rowCount)
  const rows = selectRows(
    table,
    Int32Array.from({ length: count }, (_, i) => i),
  )
  const features = await detector.features(rows)
  return trace(
    detector.trained(),
    { rows: count, ...features },
    { engine: nodeEngine, kernels: loadKernels() },
  )
}

/** What `--json` says of a trace. */
export function innerFacts(trace: Trace, source: string): InnerWorkings {
  const { rows, layers, others, jacobian, units } = trace
  return {
    source,
    rows,
    layers: layers.map((layer) => layerFacts(layer, rows)),
    otherParameters: others.map(parameterFacts),
    jacobian: {
      rows: jacobian.rows,
      norms: [...jacobian.norms],
      singularValues: jacobian.singularValues.map((values) => [...values]),
    },
    units: units.map(({ unit, mean, deviation, answers }) => ({
      unit,
      mean,
      deviation,
      answers: answers.map(({ column, change }) => ({ column, change })),
    })),
  }
}

function layerFacts(
  { parameters, output, ...layer }: LayerTrace,
  rows: number,
): InnerWorkings['layers'][number] {
  const examples = Array.from({ length: Math.min(shownRows, rows) }, (_, row) =>
    Array.from(output.subarray(row * layer.units, row * layer.units + Math.min(layer.units, shownUnits))),
  )
  const { shape, ...numbers } = layer
  return { ...numbers, shape: [...shape], parameters: parameters.map(parameterFacts), examples }
}

const parameterFacts = ({ shape, ...parameter }: ParameterSummary) => ({ ...parameter, shape: [...shape] })

/** What people read of a trace. */
export function innerLines(trace: Trace, source: string): readonly string[] {
  return [
    `at work on ${formatPlural(trace.rows, 'row')} of ${source}`,
    ...table([
      [
        'layer',
        'gives',
        'units',
        'parameters',
        'mean',
        'deviation',
        'from',
        'to',
        'dead',
        'saturated',
        'gradient',
      ],
      ...trace.layers.map(layerCells),
    ]),
    ...trace.others.map(
      ({ name, count }) => `  ${name}: ${formatPlural(count, 'number')}, not part of this pass`,
    ),
    ...jacobianLines(trace),
    ...unitLines(trace),
  ]
}

function layerCells(layer: LayerTrace): readonly string[] {
  const { name, operator, shape, units, parameters, mean, deviation, least, most } = layer
  const count = parameters.reduce((sum, parameter) => sum + parameter.count, 0)
  const norms = parameters.flatMap(({ gradientNorm }) => (gradientNorm === undefined ? [] : [gradientNorm]))
  const bounded = operator === 'Sigmoid' || operator === 'Tanh'
  return [
    name,
    operator,
    shape.length > 1 ? shape.join('x') : formatCount(units),
    formatCount(count),
    ...[mean, deviation, least, most].map((value) => formatNumber(value)),
    layer.deadUnits === 0 ? '0' : `${formatCount(layer.deadUnits)} of ${formatCount(units)}`,
    bounded ? formatPercent(layer.saturatedShare) : '-',
    norms.length === 0 ? '-' : formatNumber(Math.hypot(...norms)),
  ]
}

function jacobianLines({ jacobian: { rows, singularValues, norms } }: Trace): readonly string[] {
  if (rows === 0) return []
  const count = singularValues[0]!.length
  const means = Array.from(
    { length: count },
    (_, i) => singularValues.reduce((sum, values) => sum + values[i]!, 0) / rows,
  )
  const shown = means.slice(0, 10).map((value) => formatNumber(value))
  const norm = norms.reduce((sum, value) => sum + value, 0) / rows
  return [
    `encoder   Jacobian at ${formatPlural(rows, 'row')}: mean norm ${formatNumber(norm)}; mean singular values ` +
      `${shown.join(', ')}${count > shown.length ? `, … (${count})` : ''}`,
  ]
}

function unitLines({ units }: Trace): readonly string[] {
  if (units.length === 0) return []
  const shown = units.slice(0, toldUnits)
  const more = units.length - shown.length
  return [
    'latent units, and what moves when each goes from 2 deviations below its mean to 2 above',
    ...shown.map(({ unit, mean, deviation, answers }) => {
      const moved = answers.map(
        ({ column, change }) => `${column} ${change > 0 ? '+' : ''}${formatNumber(change)}`,
      )
      return `  ${String(unit).padStart(3)}  ${formatNumber(mean)} ± ${formatNumber(deviation)}: ${moved.join(', ') || 'nothing'}`
    }),
    ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
  ]
}

/** Lines of cells under each other; the first two columns to the left, numbers to the right. */
function table(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines.map(
    (line) =>
      `  ${line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`,
  )
}
