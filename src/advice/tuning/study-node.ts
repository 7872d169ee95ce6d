/**
 * Studies in files: DuckDB databases of four small tables. Why DuckDB: docs/decisions/tuning.md.
 *
 *     study        one row: version, fingerprint of the table, setup as JSON
 *     trial        number, configuration as JSON, state, times, error
 *     rung         what each trial gave at each rung
 *     checkpoint   the training state that a paused trial goes on from
 *
 * Every change is a transaction that is on the disk when it returns, so that a killed process leaves all of a change or
 * nothing of it; what DuckDB has in its log beside the file (`.wal`) is taken in at the next opening.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import { HourglassError, messageOf } from '../../base/index.js'
import { unwritable } from '../../base/node.js'
import type { ColumnOverrides, Table } from '../../data/index.js'
import { expectStudy, type StudyFacts } from './study-checks.js'
import { studyVersion, type RungResult, type StudyStore, type Trial, type TrialState } from './study.js'

/** What opens a study. */
export interface OpenStudy extends StudyFacts {
  readonly path: string
  /** Whether to go on with a study that is there. */
  readonly resume: boolean
}

const tables = `
  CREATE TABLE trial (number INTEGER, configuration VARCHAR, state VARCHAR, started_at VARCHAR, error_code VARCHAR, error_message VARCHAR);
  CREATE TABLE rung (trial INTEGER, rung INTEGER, steps INTEGER, value DOUBLE, parts VARCHAR, seconds DOUBLE, finished_at VARCHAR);
  CREATE TABLE checkpoint (trial INTEGER, state BLOB);
  CREATE TABLE study (version INTEGER, created_at VARCHAR, fingerprint VARCHAR, source VARCHAR, setup VARCHAR);`

/**
 * Opens the study of a file, or makes it.
 *
 * @throws HG_STUDY_EXISTS, HG_STUDY_INVALID, HG_STUDY_VERSION, HG_STUDY_DATA, HG_STUDY_SETUP, HG_STUDY_BUSY,
 *   HG_OUTPUT_UNWRITABLE
 */
export async function openStudy({ path, resume, ...facts }: OpenStudy): Promise<StudyStore> {
  const exists = existsSync(path)
  if (exists && !resume) throw studyExists(path)
  const instance = await open(path, exists)
  try {
    const connection = await instance.connect()
    if (exists && !(await isEmpty(connection))) await expectSame(connection, path, facts)
    else await create(connection, facts)
    return storeOf(connection, path, () => {
      connection.closeSync()
      instance.closeSync()
    })
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

/** The error of a study that is there already. */
export const studyExists = (path: string): HourglassError =>
  new HourglassError(
    'HG_STUDY_EXISTS',
    `study: ${path} is there already; go on with it by --resume, or name another file`,
  )

async function open(path: string, exists: boolean): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, {
      threads: '1',
      memory_limit: '256MB',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
  } catch (error) {
    const message = messageOf(error)
    if (/lock/i.test(message)) {
      throw new HourglassError(
        'HG_STUDY_BUSY',
        `study: ${path} is in use by another process; wait until it ends, or name another file`,
        { cause: error },
      )
    }
    if (!exists) throw unwritable(path, systemError(message, error))
    const isNewer = /version/i.test(message)
    throw new HourglassError(
      isNewer ? 'HG_STUDY_VERSION' : 'HG_STUDY_INVALID',
      isNewer
        ? `study: ${path} was written by another version of Hourglass; go on with that version, or name another file`
        : `study: ${path} is no study, or is damaged; name another file, or remove it`,
      { cause: error },
    )
  }
}

/** DuckDB says in words what the system said by a code. */
function systemError(message: string, cause: unknown): unknown {
  const found: readonly (readonly [RegExp, string])[] = [
    [/no such file|does not exist/i, 'ENOENT'],
    [/permission|read-only/i, 'EACCES'],
    [/is a directory/i, 'EISDIR'],
    [/no space/i, 'ENOSPC'],
  ]
  const code = found.find(([words]) => words.test(message))?.[1]
  return code === undefined ? cause : Object.assign(new Error(message), { code })
}

/** A process that was killed before its first transaction leaves a database without tables. */
async function isEmpty(connection: DuckDBConnection): Promise<boolean> {
  const [found] = await allOf(connection, 'SELECT count(*) AS tables FROM duckdb_tables()')
  return Number(found?.['tables']) === 0
}

async function create(connection: DuckDBConnection, { setup, data }: StudyFacts): Promise<void> {
  await inTransaction(connection, async () => {
    await connection.run(tables)
    await connection.run('INSERT INTO study VALUES ($1, $2, $3, $4, $5)', [
      studyVersion,
      new Date().toISOString(),
      data.fingerprint,
      data.source,
      JSON.stringify(setup),
    ])
  })
}

async function expectSame(connection: DuckDBConnection, path: string, facts: StudyFacts): Promise<void> {
  let rows: readonly Record<string, unknown>[]
  try {
    rows = await allOf(connection, 'SELECT version, fingerprint, source, setup FROM study')
  } catch (error) {
    throw new HourglassError(
      'HG_STUDY_INVALID',
      `study: ${path} is a database, but not of a study; name another file`,
      { cause: error },
    )
  }
  expectStudy(rows[0], facts, path)
}

function storeOf(connection: DuckDBConnection, path: string, close: () => void): StudyStore {
  // One connection, so that transactions must not overlap: each waits for the one before.
  let last: Promise<unknown> = Promise.resolve()
  const after = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next.catch((error: unknown) => {
      const full = /no space|could not (?:write|flush|sync)/i.test(messageOf(error))
      throw full ? unwritable(path, systemError('no space', error)) : error
    })
  }
  const run = (sql: string, ...values: DuckDBValue[]): Promise<unknown> => connection.run(sql, values)
  const change = (work: () => Promise<void>): Promise<void> => after(() => inTransaction(connection, work))
  return {
    path,
    trials: () => after(() => readTrials(connection)),
    begin: ({ number, configuration }) =>
      change(async () => {
        const [known] = await allOf(connection, 'SELECT number FROM trial WHERE number = $1', [number])
        if (known !== undefined) await run("UPDATE trial SET state = 'running' WHERE number = $1", number)
        else
          await run(
            "INSERT INTO trial VALUES ($1, $2, 'running', $3, NULL, NULL)",
            number,
            JSON.stringify(configuration),
            new Date().toISOString(),
          )
      }),
    finishRung: (number, result, next, checkpoint) =>
      change(async () => {
        await insertRung(run, number, result)
        await run('UPDATE trial SET state = $1 WHERE number = $2', next, number)
        await run('DELETE FROM checkpoint WHERE trial = $1', number)
        if (next === 'paused') await insertCheckpoint(connection, number, checkpoint)
      }),
    fail: (number, { code, message }) =>
      change(async () => {
        const sql = "UPDATE trial SET state = 'failed', error_code = $1, error_message = $2 WHERE number = $3"
        await run(sql, code, message, number)
        await run('DELETE FROM checkpoint WHERE trial = $1', number)
      }),
    checkpoint: (number) =>
      after(async () => {
        const [found] = await allOf(connection, 'SELECT state FROM checkpoint WHERE trial = $1', [number])
        return found === undefined ? undefined : (found['state'] as { readonly bytes: Uint8Array }).bytes
      }),
    close: () =>
      after(() => {
        close()
        return Promise.resolve()
      }),
  }
}

async function insertRung(
  run: (sql: string, ...values: DuckDBValue[]) => Promise<unknown>,
  trial: number,
  { steps, value, parts, seconds, finishedAt }: RungResult,
): Promise<void> {
  const rung = '(SELECT count(*) FROM rung WHERE trial = $1)'
  await run(
    `INSERT INTO rung VALUES ($1, ${rung}, $2, $3, $4, $5, $6)`,
    ...[trial, steps, value, JSON.stringify(parts), seconds, finishedAt],
  )
}

async function insertCheckpoint(
  connection: DuckDBConnection,
  trial: number,
  state: Uint8Array,
): Promise<void> {
  const statement = await connection.prepare('INSERT INTO checkpoint VALUES ($1, $2)')
  try {
    statement.bindInteger(1, trial)
    statement.bindBlob(2, state)
    await statement.run()
  } finally {
    statement.destroySync()
  }
}

async function readTrials(connection: DuckDBConnection): Promise<readonly Trial[]> {
  const trials = await allOf(connection, 'SELECT * FROM trial ORDER BY number')
  const rungs = await allOf(connection, 'SELECT * FROM rung ORDER BY trial, rung')
  return trials.map((row) => ({
    number: Number(row['number']),
    configuration: JSON.parse(String(row['configuration'])) as Trial['configuration'],
    state: String(row['state']) as TrialState,
    startedAt: String(row['started_at']),
    results: rungs
      .filter((rung) => rung['trial'] === row['number'])
      .map((rung) => ({
        steps: Number(rung['steps']),
        value: Number(rung['value']),
        parts: JSON.parse(String(rung['parts'])) as RungResult['parts'],
        seconds: Number(rung['seconds']),
        finishedAt: String(rung['finished_at']),
      })),
    ...errorIn(row),
  }))
}

function errorIn(row: Readonly<Record<string, unknown>>): Pick<Trial, 'error'> {
  const { error_code: code, error_message: message } = row
  return typeof code === 'string' && typeof message === 'string' ? { error: { code, message } } : {}
}

async function allOf(
  connection: DuckDBConnection,
  sql: string,
  values: DuckDBValue[] = [],
): Promise<readonly Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql, values)).getRowObjects()
}

async function inTransaction(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  await connection.run('BEGIN')
  try {
    await work()
    await connection.run('COMMIT')
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined) // the error that matters is the first
    throw error
  }
}

/** SHA-256 of a table, names, storage and cells of its columns in order, and of how they are to be read. */
export function tableFingerprint({ columns, rowCount, grid }: Table, overrides: ColumnOverrides): string {
  const hash = createHash('sha256').update(JSON.stringify([rowCount, grid ?? null, overrides]))
  for (const column of columns) {
    hash.update(JSON.stringify([column.name, column.storage]))
    const cells = column.storage === 'string' ? column.codes : column.values
    hash.update(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength))
    if (column.storage === 'string') hash.update(JSON.stringify(column.categories))
  }
  return hash.digest('hex')
}
