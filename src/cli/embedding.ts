/** From the options of `embed` and `features` to an embedding: rows are read, and a model learned or loaded. */
import { HourglassError } from '../base/index.js'
import type { Table } from '../data/index.js'
import type { EmbeddingOptions } from '../embedding/index.js'
import { Embedding } from '../embedding/node.js'
import { windowOptionsOf, windowsOf } from '../data/index.js'
import type { EmbedOptions, MapReadingOptions } from './embed-options.js'
import { checkpointFor, withWayToResume } from './learning.js'
import type { Target } from './outputs.js'
import { labelNameOf, overridesFor, readData } from './reading.js'
import { holdsCounts, readCountsTable } from './reading-counts.js'
import type { Session } from './session.js'
import { tableLines } from './summary.js'

/** An embedding, the rows to place, and those it was learned from where they are others. */
export interface Placed {
  readonly embedding: Embedding
  readonly table: Table
  readonly training: Table | undefined
  readonly label: string | undefined
}

/** Loads the model that was asked for, or learns one. @throws HG_USAGE, HG_INTERRUPTED, what reading and fitting throw */
export async function embeddingFor(
  session: Session,
  data: string,
  options: EmbedOptions,
  targets: readonly (Target | undefined)[],
): Promise<Placed> {
  if (options.with !== undefined) return loaded(session, data, options, options.with)
  if (data === '-' && options.train === '-')
    throw new HourglassError(
      'HG_USAGE',
      '--train: DATA is standard input already; give one of them as a file',
    )
  const checkpoint = checkpointFor(targets, options)
  const raw = options.kind === 'count'
  const training =
    options.train === undefined ? undefined : await readRows(session, options.train, options, { raw })
  const learnFrom = training ?? (await readRows(session, data, options, { raw }))
  session.note(tableLines(learnFrom).join('\n'))
  const label = labelNameOf(learnFrom, options)
  if (label !== undefined) session.note(`label: ${label} is for measures and colours, not learned from`)
  try {
    const embedding = await Embedding.fit(
      learnFrom,
      fitOptions(session, learnFrom, options, {
        label,
        checkpoint,
        ofCounts: ofCounts(options.train ?? data, options),
      }),
    )
    const genes = embedding.record.columns.map(({ name }) => name)
    const table = training === undefined ? learnFrom : await readRows(session, data, options, { raw, genes })
    return { embedding, table, training, label }
  } catch (error) {
    throw await withWayToResume(error, checkpoint)
  }
}

async function loaded(session: Session, data: string, options: EmbedOptions, model: string): Promise<Placed> {
  const unused = (['train', 'kind', 'dims', 'set', 'neighbors', 'epochs', 'model'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (unused !== undefined)
    throw new HourglassError(
      'HG_USAGE',
      `--${unused}: with --with nothing is learned; leave one of the two out`,
    )
  const embedding = await Embedding.load(model)
  const { record } = embedding
  const genes = record.columns.map(({ name }) => name)
  const read = await readRows(session, data, options, { raw: record.kind === 'count', genes })
  const windows = windowOptionsOf(record)
  const table = windows === undefined ? read : windowsOf(read, windows)
  session.note(tableLines(table).join('\n'))
  return { embedding, table, training: undefined, label: labelNameOf(table, options) }
}

const ofCounts = (path: string, { counts }: MapReadingOptions): boolean =>
  counts === true || holdsCounts(path)

/** Reads rows: counts where they are counts, else a table. */
async function readRows(
  session: Session,
  path: string,
  options: MapReadingOptions,
  wanted: { readonly raw: boolean; readonly genes?: readonly string[] },
): Promise<Table> {
  if (ofCounts(path, options)) return readCountsTable(session, path, options, wanted)
  const alone = (['genes', 'orientation', 'metadata'] as const).find((name) => options[name] !== undefined)
  if (alone !== undefined)
    throw new HourglassError('HG_USAGE', `--${alone}: this is about counts of cells; say so with --counts`)
  return readData(session, path, options)
}

function fitOptions(
  { signal, onProgress }: Session,
  table: Table,
  options: EmbedOptions,
  {
    label,
    checkpoint,
    ofCounts,
  }: {
    readonly label: string | undefined
    readonly checkpoint: string | undefined
    readonly ofCounts: boolean
  },
): EmbeddingOptions {
  const same = [
    'kind',
    'dims',
    'neighbors',
    'exaggeration',
    'encoder',
    'topology',
    'holdOut',
    'scaling',
    'seed',
  ] as const
  const more = ['hidden', 'epochs', 'batchSize', 'learningRate', 'weightDecay', 'threads'] as const
  const given = [...same, ...more].filter((name) => options[name] !== undefined)
  const known = label !== undefined && table.columns.some(({ name }) => name === label)
  return {
    ...(ofCounts && { kind: 'neighbors' as const, ...sharedUnit(options) }),
    ...(Object.fromEntries(given.map((name) => [name, options[name]])) as EmbeddingOptions),
    ...(options.set !== undefined && { options: options.set }),
    ...(known && { label }),
    ...(checkpoint !== undefined && { checkpoint: { path: checkpoint, resume: options.resume ?? false } }),
    columns: overridesFor(table, options, known ? label : undefined),
    signal,
    onProgress,
  }
}

/**
 * Logarithms of evened counts are in one unit already. A unit for each gene would make the noise of rarely seen genes as
 * loud as what tells cells apart.
 */
function sharedUnit({ kind, set }: EmbedOptions): Pick<EmbeddingOptions, 'scaling'> {
  const ownNeeds = kind === 'count' || (set !== undefined && 'loss' in set && set['loss'] === 'bernoulli')
  return ownNeeds ? {} : { scaling: 'shared' }
}
