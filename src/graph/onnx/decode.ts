/**
 * The bytes of an ONNX file as a graph. Strict: only what encode.ts writes is read, and every node goes through
 * `apply`, so a decoded graph is as checked as one built here. Checksums and sizes are src/model-file's business.
 */
import { fromBinary } from '@bufbuild/protobuf'
import { HourglassError, messageOf } from '../../base/index.js'
import { apply } from '../apply.js'
import { graph, nodesInOrder, type Graph } from '../graph.js'
import { isOperatorName } from '../operator-names.js'
import { operators } from '../operators/index.js'
import { formatShape, sameShape, type Dim } from '../tensor.js'
import { constant, input, type TensorType, type Value } from '../value.js'
import { decodeAttributes } from './attributes.js'
import { elementTypeOf } from './element-types.js'
import { formatVersions, producerName } from './encode.js'
import {
  ModelProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorShapeProto_Dimension,
  type ValueInfoProto,
} from './onnx_pb.js'
import { decodeTensor, knownDim } from './tensors.js'
import { checkWire } from './wire.js'

/** Most dimensions of a value. */
const maxRank = 16

/** Longest size of one dimension as text: products of symbols could otherwise double with every node. */
const maxDimLength = 256

/**
 * Reads an ONNX file that Hourglass wrote.
 *
 * @throws HG_MODEL_CORRUPT when it is cut short or inconsistent, HG_MODEL_UNSAFE when it holds anything that
 *   Hourglass never writes, HG_MODEL_TOO_LARGE beyond the limits, HG_MODEL_FOREIGN for another producer's file
 */
export function decodeModel(bytes: Uint8Array): Graph {
  checkWire(bytes)
  const model = parse(bytes)
  if (model.producerName !== producerName)
    throw new HourglassError('HG_MODEL_FOREIGN', 'model file: a valid ONNX file that Hourglass did not write')
  checkVersions(model)
  if (model.graph === undefined) throw corrupt('model file: holds no graph')
  const metadata = new Map(model.metadataProps.map(({ key, value }) => [key, value]))
  if (metadata.size !== model.metadataProps.length) throw corrupt('model file: a metadata key occurs twice')
  try {
    return decodeGraph(model.graph, Object.fromEntries(metadata))
  } catch (error) {
    throw asModelError(error)
  }
}

const corrupt = (message: string, cause?: unknown): HourglassError =>
  new HourglassError('HG_MODEL_CORRUPT', message, { cause })

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false })
  } catch (error) {
    throw corrupt(`model file: not readable as ONNX (${messageOf(error)})`, error)
  }
}

/** Faults of a graph are our own bugs while building one, but the file's fault while reading one. */
function asModelError(error: unknown): unknown {
  if (!(error instanceof HourglassError) || error.code.startsWith('HG_MODEL_')) return error
  return corrupt(`model file: ${error.message.replace(/^internal: /, '')}`, error)
}

function checkVersions({ irVersion, opsetImport }: ModelProto): void {
  const expected = Object.entries(formatVersions.opsets)
  const same =
    opsetImport.length === expected.length &&
    opsetImport.every(({ domain, version }, i) => domain === expected[i]![0] && version === expected[i]![1])
  if (irVersion === formatVersions.ir && same) return
  const found = opsetImport.map(({ domain, version }) => `${domain || 'ai.onnx'} ${String(version)}`)
  throw new HourglassError(
    'HG_MODEL_UNSAFE',
    `model file: IR version ${String(irVersion)} with ${found.join(', ')} is not what Hourglass writes`,
  )
}

function decodeGraph(proto: GraphProto, metadata: Readonly<Record<string, string>>): Graph {
  const values = new Map<string, Value>()
  const define = (name: string, value: Value): void => {
    if (name === '' || values.has(name)) throw corrupt(`model file: the value ${name} is defined twice`)
    expectModest(name, value)
    values.set(name, value)
  }
  const inputs = proto.input.map((info) => {
    const { dtype, shape } = typeOf(info)
    const value = input(info.name, dtype, shape)
    define(info.name, value)
    return value
  })
  for (const tensor of proto.initializer) define(tensor.name, constant(decodeTensor(tensor), tensor.name))
  for (const node of proto.node) {
    const outputs = decodeNode(node, values)
    node.output.forEach((name, i) => define(name, outputs[i]!))
  }
  const outputs = proto.output.map((info) => [info.name, outputOf(info, values)] as const)
  if (new Set(proto.output.map(({ name }) => name)).size !== outputs.length)
    throw corrupt('model file: an output occurs twice')
  const decoded = graph(Object.fromEntries(outputs), { name: proto.name, inputs, metadata })
  expectAllNeeded(proto, decoded)
  return decoded
}

/** What no output needs would be in no check of the graph, and ONNX Runtime might run it all the same. */
function expectAllNeeded(proto: GraphProto, { outputs }: Graph): void {
  const needed = nodesInOrder(Object.values(outputs)).filter(({ op }) => op !== 'Input').length
  if (needed !== proto.node.length + proto.initializer.length)
    throw new HourglassError('HG_MODEL_UNSAFE', 'model file: holds nodes or constants that no output needs')
}

function expectModest(name: string, { shape }: Value): void {
  const long = shape.some((dim) => typeof dim === 'string' && dim.length > maxDimLength)
  if (shape.length <= maxRank && !long) return
  throw new HourglassError('HG_MODEL_TOO_LARGE', `value ${name}: more dimensions than any model needs`)
}

function decodeNode(node: NodeProto, values: ReadonlyMap<string, Value>): readonly Value[] {
  const { opType, domain } = node
  const where = `node ${node.name}`
  if (
    !isOperatorName(opType) ||
    operators[opType].domain !== domain ||
    operators[opType].fileName !== undefined
  ) {
    const name = domain === '' ? opType : `${domain}.${opType}`
    throw new HourglassError('HG_MODEL_UNSAFE', `${where}: operator ${name} is not one Hourglass writes`)
  }
  const inputs = node.input.map((name) => {
    const value = values.get(name)
    if (value === undefined && name !== '') throw corrupt(`${where}: reads ${name} before it is defined`)
    return value
  })
  const outputs = apply(opType, inputs, decodeAttributes(where, operators[opType], node.attribute))
  if (outputs.length !== node.output.length)
    throw corrupt(`${where}: ${opType} has ${outputs.length} outputs, the file names ${node.output.length}`)
  return outputs
}

function outputOf(info: ValueInfoProto, values: ReadonlyMap<string, Value>): Value {
  const value = values.get(info.name)
  if (value === undefined) throw corrupt(`model file: output ${info.name} is never computed`)
  const declared = typeOf(info)
  if (declared.dtype !== value.dtype || !sameShape(declared.shape, value.shape)) {
    const found = `${value.dtype}${formatShape(value.shape)}`
    throw corrupt(
      `output ${info.name}: declared ${declared.dtype}${formatShape(declared.shape)}, computed ${found}`,
    )
  }
  return value
}

function typeOf({ name, type }: ValueInfoProto): TensorType {
  if (type?.value.case !== 'tensorType' || type.value.value.shape === undefined)
    throw corrupt(`value ${name}: has no tensor type`)
  const { elemType, shape } = type.value.value
  return { dtype: elementTypeOf(elemType, `value ${name}`), shape: shape.dim.map((dim) => dimOf(dim, name)) }
}

function dimOf({ value }: TensorShapeProto_Dimension, name: string): Dim {
  if (value.case === 'dimValue') return knownDim(value.value, `value ${name}`)
  if (value.case !== 'dimParam' || value.value === '')
    throw corrupt(`value ${name}: a dimension without size`)
  return value.value
}
