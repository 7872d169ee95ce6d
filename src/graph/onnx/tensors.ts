/**
 * Tensors as ONNX stores them: numbers as little-endian `raw_data`, strings as UTF-8 in `string_data`.
 *
 * Typed arrays are little-endian on every platform that ONNX Runtime is built for, so bytes are taken as they are.
 */
import { create } from '@bufbuild/protobuf'
import { HourglassError } from '../../base/index.js'
import { formatShape, sizeOf, tensor, type DType, type Tensor } from '../tensor.js'
import { elementTypeNumber, elementTypeOf } from './element-types.js'
import { TensorProtoSchema, type TensorProto } from './onnx_pb.js'

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Encodes text. */
export const encodeText = (text: string): Uint8Array<ArrayBuffer> => utf8.encode(text)

/** Decodes text. @throws HG_MODEL_CORRUPT when it is not UTF-8 */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    throw new HourglassError('HG_MODEL_CORRUPT', `${where}: text that is not UTF-8`)
  }
}

/** A tensor as an ONNX initializer. Numbers are not copied. */
export function encodeTensor(value: Tensor, name: string): TensorProto {
  const proto = create(TensorProtoSchema, {
    name,
    dataType: elementTypeNumber(value.dtype),
    dims: value.shape.map(BigInt),
  })
  if (value.dtype === 'string') proto.stringData = value.data.map(encodeText)
  else proto.rawData = bytesOf(value.data)
  return proto
}

/** The bytes behind a typed array, not copied. */
export function bytesOf(data: Exclude<Tensor['data'], readonly string[]>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
}

/**
 * An ONNX initializer as a tensor; numbers are copied, so that they are aligned and outlive the file's bytes.
 *
 * @throws HG_MODEL_CORRUPT when the bytes are not those of the shape, HG_MODEL_UNSAFE for other element types
 */
export function decodeTensor(proto: TensorProto): Tensor {
  const where = `initializer ${proto.name}`
  const dtype = elementTypeOf(proto.dataType, where)
  const shape = proto.dims.map((dim) => knownDim(dim, where))
  const wanted = sizeOf(shape)
  if (dtype === 'string') {
    expectCount(where, shape, wanted, proto.stringData.length)
    if (proto.rawData.length > 0)
      throw new HourglassError('HG_MODEL_CORRUPT', `${where}: strings as raw data`)
    return tensor(
      dtype,
      shape,
      proto.stringData.map((text) => decodeText(text, where)),
    )
  }
  if (proto.stringData.length > 0)
    throw new HourglassError('HG_MODEL_CORRUPT', `${where}: strings in numbers`)
  const { BYTES_PER_ELEMENT: width } = arrayTypes[dtype]
  expectCount(where, shape, wanted, proto.rawData.length / width)
  return numbersFrom(dtype, shape, proto.rawData.slice().buffer, where)
}

const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
}

function numbersFrom(
  dtype: Exclude<DType, 'string'>,
  shape: readonly number[],
  buffer: ArrayBuffer,
  where: string,
): Tensor {
  switch (dtype) {
    case 'float32':
      return tensor(dtype, shape, new Float32Array(buffer))
    case 'float64':
      return tensor(dtype, shape, new Float64Array(buffer))
    case 'int32':
      return tensor(dtype, shape, new Int32Array(buffer))
    case 'int64':
      return tensor(dtype, shape, new BigInt64Array(buffer))
    case 'bool': {
      const data = new Uint8Array(buffer)
      if (data.some((byte) => byte > 1))
        throw new HourglassError('HG_MODEL_CORRUPT', `${where}: a bool is not 0 or 1`)
      return tensor(dtype, shape, data)
    }
  }
}

/** A dimension of a file as a number. @throws HG_MODEL_CORRUPT when negative, HG_MODEL_TOO_LARGE beyond 2³¹ − 1 */
export function knownDim(dim: bigint, where: string): number {
  if (dim < 0n) throw new HourglassError('HG_MODEL_CORRUPT', `${where}: negative dimension ${String(dim)}`)
  if (dim >= 2n ** 31n)
    throw new HourglassError('HG_MODEL_TOO_LARGE', `${where}: declares a dimension of ${String(dim)}`)
  return Number(dim)
}

function expectCount(where: string, shape: readonly number[], wanted: number, got: number): void {
  if (wanted === got) return
  throw new HourglassError(
    'HG_MODEL_CORRUPT',
    `${where}: shape ${formatShape(shape)} needs ${wanted} elements, the file holds ${got}`,
  )
}
