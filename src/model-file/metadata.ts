/**
 * What a model file says about itself: one JSON text beside the graph. This room knows the frame; each use of
 * autoencoders keeps a section of its own in it, with a schema of its own (`sectionOf`).
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'

/** The version of the frame that is written, and the newest that is read. */
export const schemaVersion = 1

/** Keys of ONNX metadata_props. The checksum is the last of them, and its value the last bytes of the file. */
export const metadataKey = 'hourglass'
export const checksumKey = 'hourglass.checksum'

const frame = z.strictObject({
  schemaVersion: z.int().positive(),
  kind: z.string().min(1).max(100),
  created: z.iso.datetime(),
  sections: z.record(z.string().max(100), z.unknown()),
})

/** What the file's JSON holds, its version aside. */
export interface ModelMetadata {
  /** What the model is for, such as `anomaly-detector`. */
  readonly kind: string
  /** When it was made, ISO 8601 in UTC. */
  readonly created: string
  /** Whatever each use needs besides the graph, by the use's name; plain JSON values. */
  readonly sections: Readonly<Record<string, unknown>>
}

/** @throws HG_INTERNAL when the metadata hold something that JSON would lose, such as NaN or an infinite number */
export function stringifyMetadata(metadata: ModelMetadata): string {
  const lossless = (key: string, value: unknown): unknown => {
    const lost =
      typeof value === 'number'
        ? !Number.isFinite(value)
        : ['bigint', 'function', 'symbol'].includes(typeof value) || ArrayBuffer.isView(value)
    if (lost)
      throw new HourglassError('HG_INTERNAL', `model metadata: ${key} is ${String(value)}, which JSON loses`)
    return value
  }
  return JSON.stringify(frame.parse({ schemaVersion, ...metadata }), lossless)
}

/** @throws HG_MODEL_VERSION for a newer frame, HG_MODEL_CORRUPT for a text that is none */
export function parseMetadata(text: string): ModelMetadata {
  const json = parseJson(text)
  const { data: version } = z.object({ schemaVersion: z.int() }).safeParse(json)
  if (version !== undefined && version.schemaVersion > schemaVersion) {
    throw new HourglassError(
      'HG_MODEL_VERSION',
      `model file: its metadata have version ${version.schemaVersion}, this Hourglass reads up to ${schemaVersion}; update Hourglass`,
    )
  }
  const { kind, created, sections } = parsed('metadata', frame, json)
  return { kind, created, sections }
}

/**
 * One use's section, checked.
 *
 * @throws HG_MODEL_FOREIGN when the model has no such section, HG_MODEL_CORRUPT when it does not fit the schema
 */
export function sectionOf<T>(metadata: ModelMetadata, name: string, schema: z.ZodType<T>): T {
  if (!Object.hasOwn(metadata.sections, name)) {
    throw new HourglassError(
      'HG_MODEL_FOREIGN',
      `model file: expected a model with ${name}, this one is a ${metadata.kind}`,
    )
  }
  return parsed(`section ${name}`, schema, metadata.sections[name])
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HourglassError('HG_MODEL_CORRUPT', 'model file: its metadata are not JSON', { cause: error })
  }
}

function parsed<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  throw new HourglassError(
    'HG_MODEL_CORRUPT',
    `model file, ${what}${where}: ${issue?.message ?? 'does not fit'}`,
    { cause: result.error },
  )
}
