/** Attributes of nodes, to and from ONNX. Which ones an operator takes stands in its row of the table. */
import { create } from '@bufbuild/protobuf'
import { HourglassError } from '../../base/index.js'
import type { AttributeType, Operator } from '../operators/operator.js'
import type { DType } from '../tensor.js'
import type { Attributes, AttributeValue } from '../value.js'
import { elementTypeNumber, elementTypeOf } from './element-types.js'
import { AttributeProto_AttributeType as Kind, AttributeProtoSchema, type AttributeProto } from './onnx_pb.js'
import { decodeText, encodeText } from './tensors.js'

const kinds = {
  int: Kind.INT,
  float: Kind.FLOAT,
  string: Kind.STRING,
  ints: Kind.INTS,
  floats: Kind.FLOATS,
  strings: Kind.STRINGS,
  dtype: Kind.INT,
} as const satisfies Record<AttributeType, Kind>

/** The attributes of a node in the order of the operator's table, so that equal nodes give equal bytes. */
export function encodeAttributes(op: string, operator: Operator, attributes: Attributes): AttributeProto[] {
  const extra = Object.keys(attributes).find((name) => !Object.hasOwn(operator.attributes, name))
  if (extra !== undefined) throw new HourglassError('HG_GRAPH_INVALID', `${op}: has no attribute ${extra}`)
  return Object.entries(operator.attributes).flatMap(([name, type]) => {
    const value = attributes[name]
    return value === undefined ? [] : [encodeAttribute(op, name, type, value)]
  })
}

function encodeAttribute(
  op: string,
  name: string,
  type: AttributeType,
  value: AttributeValue,
): AttributeProto {
  const proto = create(AttributeProtoSchema, { name, type: kinds[type] })
  const isList = typeof value === 'object'
  if (type === 'dtype') proto.i = BigInt(elementTypeNumber(value as DType))
  else if (type === 'string' && typeof value === 'string') proto.s = encodeText(value)
  else if (type === 'int' && Number.isSafeInteger(value)) proto.i = BigInt(value as number)
  else if (type === 'float' && typeof value === 'number') proto.f = Math.fround(value)
  else if (type === 'ints' && isList && value.every(Number.isSafeInteger)) proto.ints = value.map(BigInt)
  else if (type === 'floats' && isList) proto.floats = value.map((number) => Math.fround(Number(number)))
  else if (type === 'strings' && isList) proto.strings = value.map((text) => encodeText(String(text)))
  else throw new HourglassError('HG_GRAPH_INVALID', `${op}: attribute ${name} must be of type ${type}`)
  return proto
}

/** @throws HG_MODEL_UNSAFE for an attribute the operator's table does not have, or of another type */
export function decodeAttributes(
  where: string,
  operator: Operator,
  protos: readonly AttributeProto[],
): Attributes {
  const attributes: Record<string, AttributeValue> = {}
  for (const proto of protos) {
    const type = Object.hasOwn(operator.attributes, proto.name) ? operator.attributes[proto.name] : undefined
    if (type === undefined || proto.type !== kinds[type])
      throw new HourglassError(
        'HG_MODEL_UNSAFE',
        `${where}: attribute ${proto.name} is not one Hourglass writes`,
      )
    if (attributes[proto.name] !== undefined)
      throw new HourglassError('HG_MODEL_CORRUPT', `${where}: attribute ${proto.name} occurs twice`)
    attributes[proto.name] = decodeAttribute(`${where}, attribute ${proto.name}`, type, proto)
  }
  return attributes
}

function decodeAttribute(where: string, type: AttributeType, proto: AttributeProto): AttributeValue {
  switch (type) {
    case 'dtype':
      return elementTypeOf(safeInteger(proto.i, where), where)
    case 'int':
      return safeInteger(proto.i, where)
    case 'float':
      return proto.f
    case 'string':
      return decodeText(proto.s, where)
    case 'ints':
      return proto.ints.map((value) => safeInteger(value, where))
    case 'floats':
      return proto.floats
    case 'strings':
      return proto.strings.map((text) => decodeText(text, where))
  }
}

function safeInteger(value: bigint, where: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number))
    throw new HourglassError('HG_MODEL_CORRUPT', `${where}: ${String(value)} is beyond 2⁵³`)
  return number
}
