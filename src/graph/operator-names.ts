/**
 * The names of the operators that a graph can hold, spelled as in ONNX but for StopGradient, which is our own (an
 * Identity in files). The table in operators/ has exactly these. They stand apart from it because nodes carry a name,
 * and the table's rules read nodes.
 */
const names = [
  // elementwise
  ...(['Abs', 'Ceil', 'Erf', 'Exp', 'Floor', 'Identity', 'IsNaN', 'LeakyRelu', 'Log', 'Neg', 'Not'] as const),
  ...(['Reciprocal', 'Relu', 'Sigmoid', 'Sign', 'Softplus', 'Sqrt', 'StopGradient', 'Tanh'] as const),
  ...(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'And', 'Or', 'Where', 'Cast'] as const),
  ...(['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'] as const),
  // matrix products
  ...(['MatMul', 'Gemm'] as const),
  // convolutions
  ...(['Conv', 'ConvTranspose'] as const),
  // reductions and normalisations
  ...(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceSumSquare'] as const),
  ...(['Softmax', 'LogSoftmax', 'ArgMax'] as const),
  // shape
  ...(['Concat', 'Expand', 'Gather', 'Pad', 'Reshape', 'ScatterND', 'Shape', 'Slice', 'Split'] as const),
  ...(['Squeeze', 'Transpose', 'Unsqueeze'] as const),
  // elements picked and placed along an axis
  ...(['TopK', 'GatherElements', 'ScatterElements'] as const),
  // categories
  ...(['OneHot', 'LabelEncoder'] as const),
] as const

/** The name of an operator, such as `MatMul`. */
export type OperatorName = (typeof names)[number]

export const operatorNames: readonly OperatorName[] = names

/** Whether a name read from a file is one of ours. */
export function isOperatorName(name: string): name is OperatorName {
  return (names as readonly string[]).includes(name)
}
