/** The points file: columns z0, z1, …, one line for every row of the data, in its order. */
import { writeTable } from '../data/index.js'
import type { MapPoints } from '../embedding/index.js'
import type { Io } from './io.js'
import { writeThrough, type Target } from './outputs.js'

/** Writes points, or features, whose columns are called `prefix` and a number. @throws HG_OUTPUT_UNWRITABLE */
export async function writePoints(
  target: Target,
  { rowCount, dims, values }: Pick<MapPoints, 'rowCount' | 'dims' | 'values'>,
  io: Io,
  prefix = 'z',
): Promise<void> {
  const columns = Array.from({ length: dims }, (_, dim) => ({
    name: `${prefix}${dim}`,
    storage: 'number' as const,
    // All that a float32 holds.
    values: Float64Array.from({ length: rowCount }, (__, row) =>
      Number(values[row * dims + dim]!.toPrecision(7)),
    ),
  }))
  const table = { source: 'points', rowCount, columns, notes: [] }
  await writeThrough(target, '.csv', io, (path) => writeTable(table, path))
}
