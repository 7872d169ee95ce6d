/**
 * A graph as the bytes of an ONNX file: IR version 8, opset 18, ai.onnx.ml 3.
 *
 * Equal graphs give equal bytes, and a decoded graph encodes to the bytes it came from. decode.ts reads them back.
 */
import { create, toBinary } from '@bufbuild/protobuf'
import { HourglassError } from '../../base/index.js'
import { applyOne } from '../apply.js'
import { inputNameOf, nodesInOrder, type Graph } from '../graph.js'
import { operators } from '../operators/index.js'
import type { Dim } from '../tensor.js'
import type { Node, OperatorNode, TensorType, Value } from '../value.js'
import { encodeAttributes } from './attributes.js'
import { elementTypeNumber } from './element-types.js'
import { initializers } from './initializers.js'
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type TensorShapeProto_Dimension,
  type ValueInfoProto,
} from './onnx_pb.js'

/** Versions of the format that files are written in, and the only ones that are read. */
export const formatVersions = { ir: 8n, opsets: { '': 18n, 'ai.onnx.ml': 3n } } as const

/** What files say wrote them. */
export const producerName = 'hourglass'

/**
 * The ONNX file of a graph.
 *
 * @throws HG_GRAPH_INVALID when an output has the name of an input, or two constants share a name
 */
export function encodeModel(source: Graph): Uint8Array<ArrayBuffer> {
  const model = create(ModelProtoSchema, {
    irVersion: formatVersions.ir,
    producerName,
    graph: encodeGraph(source),
    opsetImport: Object.entries(formatVersions.opsets).map(([domain, version]) =>
      create(OperatorSetIdProtoSchema, { domain, version }),
    ),
    metadataProps: Object.entries(source.metadata).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
  })
  return toBinary(ModelProtoSchema, model)
}

function encodeGraph(source: Graph): GraphProto {
  const outputs = ownOutputs(source)
  const nodes = nodesInOrder([...outputs.values()])
  const names = new Map<Value, string>()
  for (const value of source.inputs) names.set(value, inputNameOf(value))
  const inputNames = new Set(names.values())
  for (const [name, value] of outputs) {
    if (inputNames.has(name))
      throw new HourglassError(
        'HG_GRAPH_INVALID',
        `graph ${source.name}: ${name} names an input and an output`,
      )
    names.set(value, name)
  }
  const constants = initializers(nodes, new Set(names.values()))
  for (const node of nodes) {
    if (node.op === 'Constant') names.set(node.outputs[0]!, constants.nameOf(node))
  }
  const taken = new Set(names.values())
  const operatorNodes = nodes.filter(isOperator)
  const nodeProtos = operatorNodes.map((node, at) => {
    const name = freeName(`${fileNameOf(node)}_${at}`, taken)
    node.outputs.forEach((value, i) => {
      if (!names.has(value)) names.set(value, freeName(i === 0 ? name : `${name}_${i}`, taken))
    })
    return encodeNode(node, name, names)
  })
  return create(GraphProtoSchema, {
    name: source.name,
    node: nodeProtos,
    initializer: constants.protos,
    input: source.inputs.map((value) => valueInfo(inputNameOf(value), value)),
    output: [...outputs].map(([name, value]) => valueInfo(name, value)),
  })
}

/** What an operator is called in files; names of values are made of it too, so that what is read encodes the same. */
const fileNameOf = ({ op }: OperatorNode): string => operators[op].fileName ?? op

const isOperator = (node: Node): node is OperatorNode => node.op !== 'Input' && node.op !== 'Constant'

/** Outputs that no other name stands for already: ONNX needs a node's output of its own behind each. */
function ownOutputs(source: Graph): ReadonlyMap<string, Value> {
  const outputs = new Map<string, Value>()
  const used = new Set<Value>()
  for (const [name, value] of Object.entries(source.outputs)) {
    const own = isOperator(value.node) && !used.has(value) ? value : applyOne('Identity', [value])
    used.add(own)
    outputs.set(name, own)
  }
  return outputs
}

/** The wanted name, or a longer one when it is taken. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? freeName(`${wanted}_`, taken) : wanted
}

function encodeNode(node: OperatorNode, name: string, names: ReadonlyMap<Value, string>) {
  const operator = operators[node.op]
  return create(NodeProtoSchema, {
    name,
    opType: fileNameOf(node),
    ...(operator.domain !== '' && { domain: operator.domain }),
    input: node.inputs.map((value) => (value === undefined ? '' : names.get(value)!)),
    output: node.outputs.map((value) => names.get(value)!),
    attribute: encodeAttributes(node.op, operator, node.attributes),
  })
}

function valueInfo(name: string, { dtype, shape }: TensorType): ValueInfoProto {
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: elementTypeNumber(dtype),
    shape: create(TensorShapeProtoSchema, { dim: shape.map(encodeDim) }),
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  })
}

function encodeDim(dim: Dim): TensorShapeProto_Dimension {
  return create(TensorShapeProto_DimensionSchema, {
    value:
      typeof dim === 'number' ? { case: 'dimValue', value: BigInt(dim) } : { case: 'dimParam', value: dim },
  })
}
