/** `hourglass kinds`: the kinds of autoencoder, and the options of each. Both come from the table of kinds. */
import { z } from 'zod'
import { autoencoderKinds, kinds, optionsOf, type AutoencoderKind } from '../../autoencoders/index.js'
import type { KindsResult } from '../results.js'
import type { Session } from '../session.js'

/** Lists all kinds, or one with its options. Asynchronous as every command is. */
export function listKinds(session: Session, only: AutoencoderKind | undefined): Promise<KindsResult> {
  const chosen = only === undefined ? autoencoderKinds : [only]
  const result: KindsResult = {
    command: 'kinds',
    kinds: chosen.map((kind) => ({ kind, summary: kinds[kind].summary, options: optionFacts(kind) })),
  }
  const width = Math.max(...chosen.map((kind) => kind.length))
  session.answer(
    result.kinds
      .flatMap(({ kind, summary, options }) => [
        `${kind.padEnd(width)}  ${summary}`,
        ...(only === undefined
          ? []
          : options.map(({ name, type, meaning }) => `  ${name} (${type}): ${meaning}`)),
      ])
      .join('\n'),
  )
  return Promise.resolve(result)
}

/** The options of a kind, as its schema describes them. */
export function optionFacts(kind: AutoencoderKind): KindsResult['kinds'][number]['options'] {
  return Object.entries(optionsOf(kind)).map(([name, schema]) => ({
    name,
    type: typeOf(z.toJSONSchema(schema, { unrepresentable: 'any' })),
    meaning: schema.description ?? '',
  }))
}

/** A type as people read it: `0 to 1`, `whole number of at least 1`, `list of …`, `a | b`. */
function typeOf(schema: z.core.JSONSchema._JSONSchema): string {
  if (typeof schema === 'boolean') return 'value'
  if (schema.enum !== undefined) return schema.enum.join(' | ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.type === 'array') {
    return Array.isArray(schema.prefixItems)
      ? schema.prefixItems.map(typeOf).join(', ')
      : `list of ${typeOf(schema.items as z.core.JSONSchema._JSONSchema)}`
  }
  if (schema.type === 'integer') return `whole number${rangeOf(schema)}`
  if (schema.type === 'number') return `number${rangeOf(schema)}`
  if (schema.type === 'boolean') return 'true | false'
  return typeof schema.type === 'string' ? schema.type : 'value'
}

function rangeOf({
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
}: z.core.JSONSchema.BaseSchema): string {
  const parts = [
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? [] : [`at least ${minimum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`at most ${maximum}`]),
  ]
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`
}
