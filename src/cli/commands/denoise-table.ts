/** `hourglass denoise` of a table: a series or independent rows without the noise of their numbers. */
import { formatNumber, formatPercent, formatPlural } from '../../base/index.js'
import { readTable, writeTableLike } from '../../data/index.js'
import type { DenoisedColumn } from '../../denoising/index.js'
import { denoiseTable } from '../../denoising/node.js'
import type { DenoisingOptions } from '../denoise-options.js'
import { expectFree, targetsOf, writeThrough } from '../outputs.js'
import type { DenoiseTableResult } from '../results.js'
import type { Session } from '../session.js'

/** Most columns that are listed for people; --json has all. */
const mostListed = 40

const defaultSteps = 800

/** Runs `denoise` on a table. */
export async function denoiseTableFile(
  session: Session,
  file: string,
  options: DenoisingOptions,
): Promise<DenoiseTableResult> {
  const { out, overwrite = false, threads = 0, seed = 0, steps = defaultSteps } = options
  const { delimiter, encoding } = options
  const { io, signal, onProgress } = session
  const targets = await targetsOf({ out }, { json: session.json, inputs: [file] })
  const target = targets.out!
  if (target.kind === 'file' && !overwrite) await expectFree(out)
  if (file === '-' && io.stdinIsTerminal) session.note('reading standard input; end it with Ctrl-D')
  const table = await readTable(file, { delimiter, encoding, signal, onProgress })
  const { order, group, ignore, missing, strength } = options
  const done = await denoiseTable(table, {
    ...(order !== undefined && { order }),
    ...(group !== undefined && { group }),
    ...(ignore !== undefined && { ignore }),
    ...(missing !== undefined && { missing }),
    ...(strength !== undefined && { strength }),
    ...(threads > 0 && { threads }),
    seed,
    steps,
    signal,
    onProgress,
  })
  const changed = done.columns.filter(({ kept, filled }) => kept < 1 || filled > 0).map(({ name }) => name)
  await writeThrough(target, '.csv', io, (path) =>
    writeTableLike(done.table, path, { source: file, changed, delimiter, encoding, signal }),
  )
  const notes = [...table.notes, ...done.notes]
  session.answer(
    [
      `${table.source}: ${formatPlural(table.rowCount, 'row')}, ${done.order === 'time' ? `steps of time of ${formatPlural(done.series, 'series', 'series')}` : 'in no order'}`,
      ...notes.map((note) => `  note: ${note}`),
      ...columnLines(done.columns),
      ...(target.kind === 'stdout' ? [] : [`written: ${out}`]),
    ].join('\n'),
  )
  return {
    command: 'denoise',
    data: file,
    rows: table.rowCount,
    order: done.order,
    series: done.series,
    columns: [...done.columns],
    seed,
    steps,
    outFile: target.kind === 'stdout' ? null : out,
    notes,
    seconds: session.seconds(),
  }
}

/** What was found in each column, side by side. */
function columnLines(columns: readonly DenoisedColumn[]): readonly string[] {
  const rows = columns
    .slice(0, mostListed)
    .map(({ name, noise, spread, told, kept, filled }) => [
      name,
      formatNumber(noise),
      formatNumber(spread),
      formatPercent(told),
      kept === 1 ? 'all' : formatPercent(kept),
      String(filled),
    ])
  const head = ['column', 'noise up to', 'spread', 'told by others', 'of the rest kept', 'filled']
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)))
  return [
    ...[head, ...rows].map((row) =>
      row
        .map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    ),
    ...(columns.length > mostListed
      ? [`and ${columns.length - mostListed} more columns; --json has them all`]
      : []),
    'Noise and spread are standard deviations in the unit of the column.',
  ]
}
