/** `hourglass features`: the code of every row as columns for another program, and what a linear probe makes of them. */
import { formatPercent, formatPlural, HourglassError, permutation, randomFor } from '../../base/index.js'
import { selectRows, type Table } from '../../data/index.js'
import { classesOf, linearProbe, type ProbeResult } from '../../embedding/index.js'
import { nodeLearning } from '../../learning/node.js'
import type { EmbedOptions, FeaturesOptions } from '../embed-options.js'
import { embeddingFor, type Placed } from '../embedding.js'
import { targetsOf, writeOutput } from '../outputs.js'
import { writePoints } from '../points-file.js'
import type { FeaturesResult } from '../results.js'
import type { Session } from '../session.js'
import { writtenLines } from '../summary.js'

/** Width of the code when none is asked for, and the kind. */
const defaults = { dims: 64, kind: 'sparse' } as const

/** Share of the rows that the probe is measured on, where the model has seen all of them, and the most of each part. */
const [probedShare, mostProbed] = [0.3, 20_000]

/** Runs `features`; `data` and `options` are the words of the command line. */
export async function features(
  session: Session,
  data: string,
  options: FeaturesOptions,
): Promise<FeaturesResult> {
  const { model, out } = options
  const targets = await targetsOf(
    { model, out },
    { json: session.json, inputs: [data, options.train, options.with] },
  )
  const chosen: EmbedOptions =
    options.with === undefined
      ? { ...options, kind: options.kind ?? defaults.kind, dims: options.dims ?? defaults.dims }
      : options
  const placed = await embeddingFor(session, data, chosen, [targets.model, targets.out])
  const { embedding, table, label } = placed
  try {
    const { record } = embedding
    if (targets.model) await writeOutput(targets.model, embedding.toBytes(), session.io)
    const { signal, onProgress } = session
    const codes = await embedding.transform(table, { signal, onProgress })
    if (targets.out) await writePoints(targets.out, codes, session.io, 'f')
    const probes = label === undefined ? undefined : await probe(session, placed, label)
    session.answer(
      [
        `${record.kind}: ${formatPlural(record.dims, 'feature')} of ${formatPlural(table.rowCount, 'row')}, learned from ${record.source}`,
        ...record.warnings.map((warning) => `  warning: ${warning}`),
        ...(probes ? probeLines(probes, label!) : ['no linear probe: there is no --label']),
        ...(out === undefined || out === '-' ? [] : ['written:', ...writtenLines([[out, 'the features']])]),
      ].join('\n'),
    )
    return {
      command: 'features',
      data: table.source,
      rows: table.rowCount,
      learnedFrom: record.source,
      kind: record.kind,
      dims: record.dims,
      ...(probes && {
        label: label!,
        probe: { features: probes.features, columns: probes.columns, rows: probes.features.rows },
      }),
      modelFile: options.with ?? model ?? null,
      outFile: out ?? null,
      notes: [...table.notes, ...record.warnings, ...codes.notes],
      seconds: session.seconds(),
    }
  } finally {
    await embedding.dispose()
  }
}

interface Probes {
  readonly features: ProbeResult
  readonly columns: ProbeResult
}

/** Probes of the features and of the columns themselves, on the same rows. @throws HG_LABEL_INVALID */
async function probe(session: Session, { embedding, table }: Placed, label: string): Promise<Probes> {
  const order = permutation(table.rowCount, randomFor(0, 'probe rows'))
  const measured = Math.min(mostProbed, Math.round(order.length * probedShare))
  if (measured < 1)
    throw new HourglassError('HG_TABLE_TOO_SMALL', `features: ${table.rowCount} rows are too few for a probe`)
  const [test, train] = [order.slice(0, measured), order.slice(measured, measured + mostProbed)]
  const all = classesOf(table, label, Int32Array.from(order.keys()))
  const part = async (rows: Int32Array) => {
    const own: Table = selectRows(table, rows)
    const { values, dims } = await embedding.transform(own)
    const raw = (await embedding.features(own)).features
    const classes = rows.map((row) => all[row]!)
    const points = (numbers: Float32Array, width: number) => ({
      points: { rows: rows.length, width, values: numbers },
      classes,
    })
    return { features: points(values, dims), columns: points(raw, raw.length / rows.length) }
  }
  const [learnFrom, shown] = [await part(train), await part(test)]
  const work = { machine: nodeLearning, signal: session.signal }
  return {
    features: await linearProbe(learnFrom.features, shown.features, work),
    columns: await linearProbe(learnFrom.columns, shown.columns, work),
  }
}

function probeLines({ features: learned, columns }: Probes, label: string): readonly string[] {
  const line = (name: string, { accuracy, standardError }: ProbeResult): string =>
    `  ${name.padEnd(20)}  ${formatPercent(accuracy)} ± ${formatPercent(2 * standardError)}`
  return [
    `a linear probe tells ${label} right, on ${formatPlural(learned.rows, 'row')} that it did not learn from:`,
    line('by the features', learned),
    line('by the columns', columns),
  ]
}
