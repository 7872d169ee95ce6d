/** Reference kernels of the operators that work element by element. */
import { HourglassError } from '../../base/index.js'
import type { DType } from '../../graph/index.js'
import { at, broadcast, build, numbersOf, numberAt } from './array.js'
import { errorFunction } from './error-function.js'
import type { Kernel } from './kernel.js'

const unary =
  (f: (x: number) => number): Kernel =>
  ([x]) => ({ shape: x!.shape, data: numbersOf(x!).map(f) })

const binary =
  (f: (a: number, b: number) => number): Kernel =>
  ([a, b]) =>
    build(broadcast(a!.shape, b!.shape), (position) => f(numberAt(a!, position), numberAt(b!, position)))

const compare = (f: (a: number, b: number) => boolean): Kernel => binary((a, b) => Number(f(a, b)))

/** log(1 + eˣ) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** 1 / (1 + e⁻ˣ) without overflow. */
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

/** What becomes of a number in an integer type: cut toward zero; what does not fit gives the smallest integer. */
function whole(value: number, bits: number): number {
  const limit = 2 ** (bits - 1)
  return value > -limit - 1 && value < limit ? Math.trunc(value) : -limit
}

/** One element in another type. Strings are read as numbers; how floats are written as text is up to a runtime. */
function converted(value: number | string, from: DType, to: DType): number | string {
  switch (to) {
    case 'bool':
      return Number(Number(value) !== 0)
    case 'int32':
      return whole(Number(value), 32)
    case 'int64':
      return whole(Number(value), 64)
    case 'float32':
    case 'float64':
      return Number(value)
    case 'string':
      if (!from.startsWith('float')) return String(value)
      throw new HourglassError('HG_ENGINE', 'reference: Cast of floats to strings is left to the runtimes')
  }
}

/** Sign with NaN kept, as ONNX Runtime has it. */
const sign = (x: number): number => (Number.isNaN(x) ? NaN : x > 0 ? 1 : x < 0 ? -1 : 0)

export const elementwiseKernels = {
  Abs: unary(Math.abs),
  Ceil: unary(Math.ceil),
  Erf: unary(errorFunction),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Identity: ([x]) => x!,
  IsNaN: unary((x) => Number(Number.isNaN(x))),
  LeakyRelu: (inputs, context) => {
    const alpha = Number(context.attributes['alpha'] ?? 0.01)
    return unary((x) => (x >= 0 ? x : x * alpha))(inputs, context)
  },
  Log: unary(Math.log),
  Neg: unary((x) => -x),
  Not: unary((x) => Number(x === 0)),
  Reciprocal: unary((x) => 1 / x),
  Relu: unary((x) => (x < 0 ? 0 : x)), // NaN stays NaN
  Sigmoid: unary(sigmoid),
  Sign: unary(sign),
  Softplus: unary(softplus),
  Sqrt: unary(Math.sqrt),
  StopGradient: ([x]) => x!,
  Tanh: unary(Math.tanh),

  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b), // of floats only: shape inference refuses integers
  Pow: binary((a, b) => a ** b),
  Min: binary((a, b) => Math.min(a, b)),
  Max: binary((a, b) => Math.max(a, b)),

  And: compare((a, b) => a !== 0 && b !== 0),
  Or: compare((a, b) => a !== 0 || b !== 0),
  Equal: compare((a, b) => a === b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),

  Where: ([condition, yes, no]) =>
    build(broadcast(condition!.shape, yes!.shape, no!.shape), (position) =>
      numberAt(condition!, position) !== 0 ? at(yes!, position) : at(no!, position),
    ),
  Cast: ([x], { attributes, dtype }) => ({
    shape: x!.shape,
    data: x!.data.map((value) => converted(value, dtype, attributes['to'] as DType)),
  }),
} as const satisfies Record<string, Kernel>
