/**
 * A first pass over the bytes of a file, before anything is allocated for it: they must be well-formed protobuf
 * of our schema, hold no field that Hourglass never writes, and stay within the limits.
 *
 * Protobuf merges a message that occurs twice and keeps fields it does not know; both are refused here. The schema
 * is not recursive, so a file cannot nest deeper than the schema does. Next: decode.ts reads what passed.
 */
import { fromBinary, ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { HourglassError, messageOf } from '../../base/index.js'
import { ModelProtoSchema, StringStringEntryProtoSchema } from './onnx_pb.js'

/** The fields that Hourglass writes, by message. Every other one, known to ONNX or not, is refused. */
const written: Readonly<Record<string, readonly string[]>> = {
  ModelProto: [
    ...['ir_version', 'producer_name', 'producer_version', 'graph', 'opset_import', 'metadata_props'],
  ],
  OperatorSetIdProto: ['domain', 'version'],
  StringStringEntryProto: ['key', 'value'],
  GraphProto: ['node', 'name', 'initializer', 'input', 'output'],
  NodeProto: ['input', 'output', 'name', 'op_type', 'attribute', 'domain'],
  AttributeProto: ['name', 'f', 'i', 's', 'floats', 'ints', 'strings', 'type'],
  TensorProto: ['dims', 'data_type', 'name', 'raw_data', 'string_data'],
  ValueInfoProto: ['name', 'type'],
  TypeProto: ['tensor_type'],
  Tensor: ['elem_type', 'shape'],
  TensorShapeProto: ['dim'],
  Dimension: ['dim_value', 'dim_param'],
}

interface Rule {
  readonly field: DescField
  readonly allowed: boolean
  readonly wireType: WireType
  readonly isName: boolean
}

/** Rules by field number, for each message of the schema. Made at the first file. */
const rules = new Map<DescMessage, ReadonlyMap<number, Rule>>()

function rulesOf(message: DescMessage): ReadonlyMap<number, Rule> {
  const known = rules.get(message)
  if (known !== undefined) return known
  const allowed = written[message.name] ?? []
  const made = new Map(
    message.fields.map((field) => [
      field.number,
      {
        field,
        allowed: allowed.includes(field.name),
        wireType: wireTypeOf(field),
        isName: field.scalar === ScalarType.STRING && message !== StringStringEntryProtoSchema,
      },
    ]),
  )
  rules.set(message, made)
  return made
}

function wireTypeOf({ scalar, message }: DescField): WireType {
  const delimited = message !== undefined || scalar === ScalarType.STRING || scalar === ScalarType.BYTES
  if (delimited) return WireType.LengthDelimited
  return scalar === ScalarType.FLOAT ? WireType.Bit32 : WireType.Varint
}

/** Most fields and list elements in a whole file. Each costs some hundred bytes of memory once read. */
const maxFields = 4_000_000

/** Longest name of a node, value, attribute or dimension, in bytes of UTF-8. */
const maxNameBytes = 4096

/**
 * Checks the bytes of a model file against the schema.
 *
 * @throws HG_MODEL_CORRUPT, HG_MODEL_UNSAFE, HG_MODEL_TOO_LARGE
 */
export function checkWire(bytes: Uint8Array): void {
  readable(() => checkMessage(ModelProtoSchema, bytes, { left: maxFields }))
}

/** What stands at the top of an ONNX file, read without reading its graph. */
export interface ModelHeader {
  readonly producerName: string
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * The header of any ONNX file, whoever wrote it.
 *
 * @throws HG_MODEL_CORRUPT when the bytes are no ONNX file, or one cut short
 */
export function readHeader(bytes: Uint8Array): ModelHeader {
  return readable(() => {
    const fields = ModelProtoSchema.field
    const reader = new BinaryReader(bytes)
    const metadata: [string, string][] = []
    let producerName = ''
    let graphs = 0
    for (let left = maxHeaderFields; reader.pos < reader.len && left > 0; left--) {
      const [number, wireType] = reader.tag()
      if (number === fields.producerName.number) producerName = reader.string(true)
      else if (number === fields.metadataProps.number) metadata.push(readEntry(reader.bytes()))
      else reader.skip(wireType, number)
      if (number === fields.graph.number) graphs++
    }
    if (reader.pos !== reader.len || graphs !== 1) throw new Error('it does not hold one graph')
    return { producerName, metadata: Object.fromEntries(metadata) }
  })
}

/** Fields of the outermost message, of which Hourglass writes about ten. */
const maxHeaderFields = 10_000

function readEntry(bytes: Uint8Array): [string, string] {
  const { key, value } = fromBinary(StringStringEntryProtoSchema, bytes)
  return [key, value]
}

/** Runs a reader; whatever it trips over is the file's fault. */
function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof HourglassError) throw error
    throw new HourglassError('HG_MODEL_CORRUPT', `model file: not readable as ONNX (${messageOf(error)})`, {
      cause: error,
    })
  }
}

function checkMessage(message: DescMessage, bytes: Uint8Array, budget: { left: number }): void {
  const fields = rulesOf(message)
  const reader = new BinaryReader(bytes)
  const seen = new Set<number>()
  while (reader.pos < reader.len) {
    if (--budget.left < 0)
      throw new HourglassError('HG_MODEL_TOO_LARGE', `model file: more than ${maxFields} fields`)
    const [number, wireType] = reader.tag()
    const rule = fields.get(number)
    if (rule?.allowed !== true) {
      const name = rule?.field.name ?? `field ${number}`
      throw new HourglassError('HG_MODEL_UNSAFE', `model file: ${message.name}.${name} is never written`)
    }
    const repeated = rule.field.fieldKind === 'list'
    if (wireType !== rule.wireType || (!repeated && seen.has(number)))
      throw new HourglassError(
        'HG_MODEL_CORRUPT',
        `model file: ${message.name}.${rule.field.name} is garbled`,
      )
    seen.add(number)
    if (rule.field.message !== undefined) checkMessage(rule.field.message, reader.bytes(), budget)
    else if (reader.skip(wireType, number).length > maxNameBytes && rule.isName)
      throw new HourglassError('HG_MODEL_TOO_LARGE', `model file: a name of more than ${maxNameBytes} bytes`)
  }
}
