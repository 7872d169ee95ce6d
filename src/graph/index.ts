/** What other rooms may use of the graph: values, operators, graphs, and their ONNX form. */
export * from './tensor.js'
export {
  constant,
  constantOf,
  input,
  type Attributes,
  type AttributeValue,
  type Node,
  type OperatorNode,
  type TensorType,
  type Value,
} from './value.js'
export { apply, applyOne } from './apply.js'
export { isOperatorName, operatorNames, type OperatorName } from './operator-names.js'
export { operators } from './operators/index.js'
export type { AttributeType, Operator } from './operators/operator.js'
export { broadcastShapes, factorsOf, integersOf, productOf } from './operators/operator.js'
export { convolutionSteps, type ConvolutionSteps } from './operators/convolution.js'
export { reducedAxes } from './operators/reduce.js'
export { keptSize } from './operators/selection.js'
export { graph, inputNameOf, nodesInOrder, type Graph, type GraphOptions } from './graph.js'
export * from './ops.js'
export { windows, type WindowOptions } from './windows.js'
export { encodeModel, producerName } from './onnx/encode.js'
export { decodeModel } from './onnx/decode.js'
export { readHeader, type ModelHeader } from './onnx/wire.js'
