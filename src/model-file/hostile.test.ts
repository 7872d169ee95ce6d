/** Files made to do harm, one by one: each is refused before anything of it reaches the engine. */
import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { altered } from '../../test/support/hostile.js'
import { exampleGraphs } from '../../test/support/example-graphs.js'
import {
  add,
  conv,
  constant,
  encodeModel,
  expand,
  floats,
  graph,
  input,
  oneHot,
  reshape,
  scalar,
  topK,
  type Graph,
  type Value,
} from '../graph/index.js'
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  type GraphProto,
  type ModelProto,
} from '../graph/onnx/onnx_pb.js'
import { blankChecksum, writeChecksum } from './checksum.js'
import { checksumKey, metadataKey, stringifyMetadata } from './metadata.js'
import { sealModel } from './seal.js'
import { verifyModel } from './verify.js'

const metadata = { kind: 'example', created: '2026-01-01T00:00:00Z', sections: {} }
const sealed = await sealModel(exampleGraphs()['preprocessing']!, metadata)

/** A graph whose one node calls itself a subgraph's owner. */
const subgraph = toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n }))

async function refusal(bytes: Uint8Array<ArrayBuffer>): Promise<{ code: string; message: string }> {
  const model = await verifyModel(bytes).catch((error: unknown) => error)
  return model as { code: string; message: string }
}

/** A file with a checksum and all, but without the checks of `sealModel`. */
async function unchecked(source: Graph): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = encodeModel({
    ...source,
    metadata: { [metadataKey]: stringifyMetadata(metadata), [checksumKey]: blankChecksum },
  })
  await writeChecksum(bytes)
  return bytes
}

/** A change to the graph of a good file, and how the result must be refused. */
type Attack = readonly [name: string, change: (graph: GraphProto, model: ModelProto) => unknown, code: string]

const addNode = (graphProto: GraphProto, fields: object): unknown =>
  graphProto.node.unshift(
    create(NodeProtoSchema, { name: 'n', input: ['weight'], output: ['evil'], ...fields }),
  )

function repeat(times: number, work: () => unknown): void {
  for (let i = 0; i < times; i++) work()
}

const attacks: readonly Attack[] = [
  [
    'external data in /etc/passwd',
    ({ initializer }) => {
      initializer[0]!.rawData = new Uint8Array()
      initializer[0]!.dataLocation = TensorProto_DataLocation.EXTERNAL
      initializer[0]!.externalData = [
        create(StringStringEntryProtoSchema, { key: 'location', value: '/etc/passwd' }),
      ]
    },
    'HG_MODEL_UNSAFE',
  ],
  [
    'an operator Hourglass does not use',
    (g) => addNode(g, { opType: 'RandomNormalLike' }),
    'HG_MODEL_UNSAFE',
  ],
  ['an operator that does not exist', (g) => addNode(g, { opType: 'Launch' }), 'HG_MODEL_UNSAFE'],
  ['an operator named like a property', (g) => addNode(g, { opType: 'constructor' }), 'HG_MODEL_UNSAFE'],
  [
    'an operator of another domain',
    (g) => addNode(g, { opType: 'Relu', domain: 'com.evil' }),
    'HG_MODEL_UNSAFE',
  ],
  ['a node that no output needs', (g) => addNode(g, { opType: 'IsNaN' }), 'HG_MODEL_UNSAFE'],
  [
    'a further domain',
    (_, model) => model.opsetImport.push({ ...model.opsetImport[0]!, domain: 'com.evil' }),
    'HG_MODEL_UNSAFE',
  ],
  [
    'If with a subgraph',
    (g) =>
      addNode(g, {
        opType: 'If',
        attribute: [create(AttributeProtoSchema, { name: 'then_branch', g: subgraph, type: Kind.GRAPH })],
      }),
    'HG_MODEL_UNSAFE',
  ],
  [
    'Loop with a subgraph list',
    (g) =>
      addNode(g, {
        opType: 'Loop',
        attribute: [create(AttributeProtoSchema, { name: 'body', graphs: [subgraph], type: Kind.GRAPHS })],
      }),
    'HG_MODEL_UNSAFE',
  ],
  ['a function', (_, model) => model.functions.push(subgraph), 'HG_MODEL_UNSAFE'],
  ['training information', (_, model) => model.trainingInfo.push(subgraph), 'HG_MODEL_UNSAFE'],
  ['a sparse tensor', (g) => g.sparseInitializer.push(subgraph), 'HG_MODEL_UNSAFE'],
  [
    'an attribute of no operator',
    (g) =>
      addNode(g, {
        opType: 'Identity',
        attribute: [create(AttributeProtoSchema, { name: '__proto__', i: 1n, type: Kind.INT })],
      }),
    'HG_MODEL_UNSAFE',
  ],
  [
    'an attribute of another type',
    (g) =>
      addNode(g, {
        opType: 'LeakyRelu',
        attribute: [create(AttributeProtoSchema, { name: 'alpha', i: 1n, type: Kind.INT })],
      }),
    'HG_MODEL_UNSAFE',
  ],
  [
    'an element type Hourglass does not use',
    ({ initializer }) => (initializer[0]!.dataType = 10),
    'HG_MODEL_UNSAFE',
  ],
  ['a dimension of 2⁴⁰', ({ initializer }) => (initializer[0]!.dims = [2n ** 40n]), 'HG_MODEL_TOO_LARGE'],
  ['a dimension of −1', ({ initializer }) => (initializer[0]!.dims = [-1n]), 'HG_MODEL_CORRUPT'],
  [
    'dimensions whose product overflows',
    ({ initializer }) => (initializer[0]!.dims = Array<bigint>(9).fill(2n ** 31n - 1n)),
    'HG_MODEL_CORRUPT',
  ],
  [
    'a million dimensions',
    ({ initializer }) => (initializer[0]!.dims = Array<bigint>(1e6).fill(1n)),
    'HG_MODEL_TOO_LARGE',
  ],
  ['a name of a megabyte', ({ node }) => (node[0]!.name = 'n'.repeat(1e6)), 'HG_MODEL_TOO_LARGE'],
  ['a circle', ({ node }) => node.reverse(), 'HG_MODEL_CORRUPT'],
  ['a value defined twice', ({ node }) => (node[1]!.output = node[0]!.output), 'HG_MODEL_CORRUPT'],
  ['an output of a wrong shape', ({ output }) => (output[0]!.type = output[1]!.type!), 'HG_MODEL_CORRUPT'],
  [
    'four million fields',
    (g) => repeat(2000, () => addNode(g, { opType: 'Concat', input: Array<string>(2000).fill('') })),
    'HG_MODEL_TOO_LARGE',
  ],
]

describe('hostile files', () => {
  it.each(attacks)('%s', async (_, change, code) => {
    const { code: found, message } = await refusal(
      await altered(sealed, (model) => change(model.graph!, model)),
    )
    expect(found, message).toBe(code)
  })

  it('a text that claims 4 GB, and messages nested without end', async () => {
    const claims = Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3)
    const groups = new Uint8Array(2_000_000).fill(0x0b)
    const nested = new Uint8Array(2_000_000).fill(0x3a)
    for (const start of [claims, groups, nested]) {
      const bytes = new Uint8Array(start.length + sealed.length)
      bytes.set(start)
      bytes.set(sealed, start.length)
      await writeChecksum(bytes)
      expect((await refusal(bytes)).code).toBe('HG_MODEL_CORRUPT')
    }
  })

  it('a million short fields cost no more than reading them', async () => {
    const bytes = new Uint8Array(20_000_000).fill(0x42) // opset_import, of 66 bytes each
    expect((await refusal(bytes)).code).toBe('HG_MODEL_CORRUPT')
  })
})

describe('models that would compute too much', () => {
  const batch = input('x', 'int64', ['batch'])
  const bombs: Readonly<Record<string, () => Value>> = {
    'Expand to a terabyte': () => expand(constant(floats([1])), [2 ** 20, 2 ** 20]),
    'one-hot vectors of a gigabyte': () => oneHot(batch, 2 ** 30),
    'many that are large only together': () => {
      let total: Value = constant(floats([1]))
      for (let i = 0; i < 300; i++) total = add(total, expand(constant(floats([i])), [2 ** 20]))
      return total
    },
    'every pair of as many as a count of run time says': () => {
      const most = topK(expand(constant(floats([1])), [2 ** 15]), input('k', 'int64', [1])).values
      return add(reshape(most, [-1, 1]), most)
    },
    'a convolution of more windows than memory': () => {
      const [image, kernel] = [
        input('x', 'float32', ['batch', 1, 2048, 2048]),
        expand(scalar(1), [1, 1, 1024, 1024]),
      ]
      return conv(image, kernel)
    },
    'each row with every pair of rows': () =>
      add(add(reshape(batch, [-1, 1, 1]), reshape(batch, [1, -1, 1])), reshape(batch, [1, 1, -1])),
  }
  it.each(Object.entries(bombs))('%s', async (_, make) => {
    const bomb = graph({ y: make() })
    expect((await refusal(await unchecked(bomb))).code).toBe('HG_MODEL_TOO_LARGE')
    await expect(sealModel(bomb, metadata)).rejects.toMatchObject({ code: 'HG_MODEL_TOO_LARGE' })
  })
})
