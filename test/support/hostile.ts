/**
 * Model files that Hourglass never writes: damaged bytes, and well-formed files with something in them that was put
 * there on purpose, checksum recomputed, so that the checks behind it are reached.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { Random } from '../../src/base/index.js'
import { operatorNames } from '../../src/graph/index.js'
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
  type ModelProto,
} from '../../src/graph/onnx/onnx_pb.js'
import { writeChecksum } from '../../src/model-file/checksum.js'

type Bytes = Uint8Array<ArrayBuffer>

/** The file after `change`, with a checksum that fits. */
export async function altered(bytes: Bytes, change: (model: ModelProto) => void): Promise<Bytes> {
  const model = fromBinary(ModelProtoSchema, bytes)
  change(model)
  // What would stand behind the metadata goes in front, so that the checksum stays last.
  const { functions, trainingInfo } = model
  const front = toBinary(ModelProtoSchema, create(ModelProtoSchema, { functions, trainingInfo }))
  Object.assign(model, { functions: [], trainingInfo: [] })
  const made = joined(front, toBinary(ModelProtoSchema, model))
  await writeChecksum(made)
  return made
}

const joined = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts))

/** The file with a fitting checksum after its body was damaged. */
export async function resealed(bytes: Bytes, damage: (body: Bytes) => Bytes): Promise<Bytes> {
  const tail = 120 // the checksum's entry and a little more
  const body = damage(bytes.slice(0, -tail))
  const made = new Uint8Array(body.length + tail)
  made.set(body)
  made.set(bytes.subarray(-tail), body.length)
  await writeChecksum(made)
  return made
}

/** Cuts, flips, overwrites, repeats or moves a random part. */
export function damaged(bytes: Bytes, random: Random): Bytes {
  const at = random.below(bytes.length)
  const length = 1 + random.below(Math.min(64, bytes.length - at))
  const part = bytes.slice(at, at + length)
  switch (random.below(5)) {
    case 0:
      return bytes.slice(0, at)
    case 1: {
      const flipped = bytes.slice()
      for (let i = 0; i <= random.below(4); i++) flipped[random.below(bytes.length)]! ^= 1 << random.below(8)
      return flipped
    }
    case 2: {
      const overwritten = bytes.slice()
      overwritten.set(
        part.map(() => random.below(256)),
        at,
      )
      return overwritten
    }
    case 3:
      return joined(bytes.subarray(0, at), part, bytes.subarray(at))
    default: {
      const to = random.below(bytes.length - length + 1)
      const rest = joined(bytes.subarray(0, at), bytes.subarray(at + length))
      return joined(rest.subarray(0, to), part, rest.subarray(to))
    }
  }
}

const extremes = [
  0n,
  1n,
  -1n,
  2n,
  7n,
  1000n,
  65536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 40n,
  -(2n ** 63n),
  2n ** 63n - 1n,
]

/** One random change of meaning: a rewired input, another operator, an extreme size, attribute or constant. */
export function distort(model: ModelProto, random: Random): void {
  const graph = model.graph!
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!
  const put = <T>(list: T[], value: T): unknown => (list[random.below(list.length + 1)] = value)
  const [node, other] = [pick(graph.node), pick(graph.node)]
  const tensor = pick(graph.initializer.length > 0 ? graph.initializer : [create(TensorProtoSchema)])
  const info = pick([...graph.input, ...graph.output])
  const type = info.type?.value.case === 'tensorType' ? info.type.value.value : undefined
  const extreme = pick(extremes)
  const attributes = graph.node.flatMap(({ attribute }) => attribute)
  const changes = [
    () => (node.opType = pick(operatorNames)),
    () => put(node.input, pick([...other.output, ...other.input, tensor.name, ''])),
    () => put(node.output, pick([...other.output, 'new'])),
    () => graph.node.splice(random.below(graph.node.length), 1),
    () => graph.node.push(pick(graph.node)),
    () => graph.node.reverse(),
    () => put(tensor.dims, extreme),
    () => (tensor.dataType = random.below(24)),
    () => tensor.rawData.fill(random.below(256)),
    () => {
      const words = Array.from({ length: tensor.rawData.length >> 3 }, () => pick(extremes))
      if (tensor.rawData.length === words.length * 8)
        tensor.rawData = new Uint8Array(BigInt64Array.from(words).buffer)
    },
    () => graph.initializer.splice(graph.initializer.indexOf(tensor), 1),
    () => (tensor.name = pick([...node.output, ...graph.initializer.map(({ name }) => name)])),
    () => {
      const attribute = attributes.length > 0 ? pick(attributes) : undefined
      if (attribute === undefined) return
      if (attribute.ints.length > 0) put(attribute.ints, extreme)
      else if (attribute.type === AttributeProto_AttributeType.FLOAT)
        attribute.f = pick([NaN, Infinity, -1e38])
      else attribute.i = extreme
    },
    () =>
      node.attribute.push(
        create(AttributeProtoSchema, { name: 'axis', i: extreme, type: AttributeProto_AttributeType.INT }),
      ),
    () => node.attribute.splice(0, 1),
    () => (info.name = pick([...node.output, ...graph.input.map(({ name }) => name)])),
    () => type !== undefined && (type.elemType = random.below(18)),
    () => {
      const dim = type?.shape?.dim[random.below(2)]
      if (dim !== undefined)
        dim.value = random.below(2) ? { case: 'dimValue', value: extreme } : { case: 'dimParam', value: 'n' }
    },
    () => graph.output.splice(0, 1),
    () => graph.input.splice(0, 1),
    () => (model.metadataProps[0]!.value = pick(['', '{}', 'null', '[]', '{"schemaVersion":9}'])),
    () => (model.opsetImport[0]!.version = extreme),
  ]
  pick(changes)()
}
