/** Element types as ONNX numbers them (TensorProto.DataType). */
import { HourglassError } from '../../base/index.js'
import type { DType } from '../tensor.js'
import { TensorProto_DataType as DataType } from './onnx_pb.js'

const numbers = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  int32: DataType.INT32,
  int64: DataType.INT64,
  bool: DataType.BOOL,
  string: DataType.STRING,
} as const satisfies Record<DType, DataType>

const names = new Map<number, DType>(
  (Object.keys(numbers) as DType[]).map((dtype) => [numbers[dtype], dtype]),
)

/** ONNX's number of an element type. */
export function elementTypeNumber(dtype: DType): number {
  return numbers[dtype]
}

/** The element type of an ONNX number. @throws HG_MODEL_UNSAFE for one that Hourglass never writes */
export function elementTypeOf(number: number, where: string): DType {
  const dtype = names.get(number)
  if (dtype === undefined)
    throw new HourglassError('HG_MODEL_UNSAFE', `${where}: element type ${number} is not one Hourglass uses`)
  return dtype
}
