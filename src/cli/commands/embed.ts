/** `hourglass embed`: rows to a few dimensions, measured, drawn, and the model kept that does it for new rows. */
import {
  formatDuration,
  formatNumber,
  formatPercent,
  formatPlural,
  HourglassError,
} from '../../base/index.js'
import type { Table } from '../../data/index.js'
import {
  classesOf,
  measurePlaced,
  qualityMeanings,
  type EmbeddingQuality,
  type EmbeddingRecord,
  type MapPoints,
} from '../../embedding/index.js'
import { nodeLearning } from '../../learning/node.js'
import type { EmbedOptions } from '../embed-options.js'
import { embeddingFor, type Placed } from '../embedding.js'
import { learnedColumns } from '../learning.js'
import { targetsOf, writeOutput } from '../outputs.js'
import { writePoints } from '../points-file.js'
import type { EmbedResult } from '../results.js'
import type { Session } from '../session.js'
import { writtenLines } from '../summary.js'

/** Runs `embed`; `data` and `options` are the words of the command line. */
export async function embed(session: Session, data: string, options: EmbedOptions): Promise<EmbedResult> {
  const { model, out, plot } = options
  const targets = await targetsOf(
    { model, out, plot },
    { json: session.json, inputs: [data, options.train, options.with] },
  )
  expectDrawable(options)
  const placed = await embeddingFor(session, data, options, [targets.model, targets.out, targets.plot])
  const { embedding, table } = placed
  try {
    const { record } = embedding
    if (targets.plot && record.dims !== 2)
      throw new HourglassError(
        'HG_USAGE',
        `--plot: the model has ${record.dims} dimensions, and a map has two`,
      )
    if (targets.model) await writeOutput(targets.model, embedding.toBytes(), session.io) // before anything can go wrong
    const { signal, onProgress } = session
    const points = await embedding.transform(table, { signal, onProgress })
    if (targets.out) await writePoints(targets.out, points, session.io)
    const quality = await qualityOf(session, placed, points, options.with !== undefined)
    if (targets.plot) {
      const { writeMap } = await import('../map.js')
      await writeMap(session, targets.plot, { ...placed, points, quality, options })
    }
    const { program } = session.io
    session.answer(
      [
        ...embeddedLines(record, options.with !== undefined),
        ...qualityLines(quality, record, options.with !== undefined || options.train !== undefined),
        ...points.notes.map((note) => `note: ${note}`),
        ...filesWritten([
          [model, `${program} embed NEW-DATA --with ${model}`],
          [out, 'the points'],
          [plot, 'the map'],
        ]),
      ].join('\n'),
    )
    return {
      command: 'embed',
      data: table.source,
      rows: table.rowCount,
      learnedFrom: record.source,
      kind: record.kind,
      dims: record.dims,
      trainingRows: record.rows.training,
      columns: learnedColumns(record.readings),
      ...(quality && { ...quality, measuredRows: quality.rows, rows: table.rowCount }),
      ...(record.projection && { explainedVariance: record.projection.explained }),
      steps: record.training?.steps ?? 0,
      trainingSeconds: record.training?.seconds ?? 0,
      seed: record.seed,
      modelFile: options.with ?? model ?? null,
      outFile: out ?? null,
      plotFile: plot ?? null,
      notes: [...table.notes, ...record.warnings, ...points.notes],
      seconds: session.seconds(),
    }
  } finally {
    await embedding.dispose()
  }
}

/** A map to look at has two dimensions. @throws HG_USAGE */
function expectDrawable({ plot, dims = 2, with: model }: EmbedOptions): void {
  if (plot === undefined || dims === 2 || model !== undefined) return
  throw new HourglassError(
    'HG_USAGE',
    `--plot: a map has two dimensions, and ${dims} are asked for; leave --plot out, or ask for --dims 2`,
  )
}

/**
 * Measures of what was placed: of the held-out rows where DATA itself was learned from, else of the rows of DATA, whose
 * classes are compared with those of the training rows where these are at hand.
 */
async function qualityOf(
  session: Session,
  { embedding, table, training, label }: Placed,
  points: MapPoints,
  fromFile: boolean,
): Promise<EmbeddingQuality | undefined> {
  const { record } = embedding
  if (training === undefined && !fromFile) return record.quality
  const { signal, onProgress } = session
  const numbers = new Map<string, number>()
  const known = training && classesIn(session, training, label, numbers)
  const classes = classesIn(session, table, label, numbers)
  return measurePlaced(
    embedding,
    { table, points, classes, training, trainingClasses: known },
    {
      engine: nodeLearning.engine,
      signal,
      onProgress,
    },
  )
}

/** The classes of rows, when there are any; what is wrong with them is said. */
function classesIn(
  session: Session,
  table: Table,
  label: string | undefined,
  numbers: Map<string, number>,
): Int32Array | undefined {
  if (label === undefined || !table.columns.some(({ name }) => name === label)) return undefined
  try {
    return classesOf(
      table,
      label,
      Int32Array.from({ length: table.rowCount }, (_, i) => i),
      numbers,
    )
  } catch (error) {
    session.note(error instanceof HourglassError ? error.message : String(error))
    return undefined
  }
}

function embeddedLines(record: EmbeddingRecord, fromFile: boolean): readonly string[] {
  const { kind, dims, widths, rows, training, projection, warnings, options } = record
  const { remembered } = options
  const layers =
    typeof remembered === 'number'
      ? `placed by ${formatPlural(remembered, 'remembered row')}, decoder ${widths.slice(1).join('-')}`
      : `layers ${widths.join('-')}`
  const share =
    projection &&
    `, ${formatPercent(projection.explained)} of the variance along ${formatPlural(projection.count, 'direction')}`
  const time =
    training && !fromFile
      ? ` in ${formatPlural(training.steps, 'step')}, ${formatDuration(training.seconds)}`
      : ''
  return [
    (kind === 'neighbors'
      ? 'neighbour-preserving map'
      : kind === 'pca'
        ? 'principal components'
        : `${kind} autoencoder`) + ` to ${formatPlural(dims, 'dimension')}, ${layers}${share ?? ''}`,
    `learned from ${formatPlural(rows.training, 'row')}${time}`,
    ...warnings.map((warning) => `  warning: ${warning}`),
  ]
}

function qualityLines(
  quality: EmbeddingQuality | undefined,
  record: EmbeddingRecord,
  ofData: boolean,
): readonly string[] {
  if (quality === undefined) return ['not measured: no rows are held out']
  const names = Object.keys(qualityMeanings) as (keyof typeof qualityMeanings)[]
  const width = Math.max(...names.map((name) => name.length))
  const which = ofData
    ? formatPlural(quality.rows, 'row') + ' of DATA'
    : `${formatPlural(quality.rows, 'row')} held out`
  return [
    `measured on ${which}, ${quality.neighbors} neighbours${record.label === undefined ? '' : `, classes by ${record.label}`}:`,
    ...names
      .filter((name) => quality[name] !== undefined)
      .map(
        (name) =>
          `  ${name.padEnd(width)}  ${formatNumber(quality[name]!).padEnd(7)}  ${qualityMeanings[name]}`,
      ),
  ]
}

function filesWritten(
  files: readonly (readonly [path: string | undefined, use: string])[],
): readonly string[] {
  const written = files.filter(
    (file): file is readonly [string, string] => file[0] !== undefined && file[0] !== '-',
  )
  return written.length === 0 ? [] : ['written:', ...writtenLines(written)]
}
