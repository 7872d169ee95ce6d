/**
 * The gated recurrent unit over a known number of steps, written out step by step: no loop operator, so slopes,
 * engines and browsers treat it like any other graph.
 *
 *     x₁ … xₜ ──► one product for all steps ──┬──────────┬─────── … ───┐
 *                                             ▼          ▼             ▼
 *     0 or initial state ──────────────────► gates ─h₁─► gates ─h₂─ … ► gates ─► hₜ
 */
import { HourglassError } from '../base/index.js'
import {
  add,
  concat,
  constant,
  floats,
  formatShape,
  gemm,
  mul,
  reshape,
  sigmoid,
  split,
  sub,
  tanh,
  type Value,
} from '../graph/index.js'
import type { Layer, LayerContext } from './layer.js'

/** Options of a gated recurrent unit. */
export interface GruOptions {
  /** Prefix of its parameters: `NAME.inputWeight`, `NAME.recurrentWeight`, `NAME.inputBias`, `NAME.recurrentBias`. */
  readonly name: string
  /** Numbers at each step. */
  readonly inputs: number
  /** Width of the state. */
  readonly width: number
  /** Number of steps. */
  readonly steps: number
  /** True for the states of all steps, false for the last one alone (default false). */
  readonly returnSequence?: boolean
}

/** A layer that carries a state from step to step. */
export interface RecurrentLayer extends Layer {
  /**
   * @param x `[batch, steps, inputs]`
   * @param initial `[batch, width]`, the state before the first step; zeros when absent
   * @returns `[batch, steps, width]`, or the last state `[batch, width]`
   */
  readonly apply: (x: Value, context: LayerContext, initial?: Value) => Value
}

/**
 * Gated recurrent unit (Cho et al. 2014, eq. 5 to 8), in the form of `torch.nn.GRU`: the reset gate acts on the finished
 * recurrent product, each product has a bias of its own, and columns are r, z, n from left to right.
 *
 *     r = σ(x·Wr + h·Ur + br),  z = σ(x·Wz + h·Uz + bz),  n = tanh(x·Wn + b + r·(h·Un + c)),  h' = n + z·(h − n)
 *
 * Ten nodes a step, one of them a Gemm. Weights are PyTorch's, transposed; the recurrent ones start orthogonal.
 *
 * @throws HG_USAGE without a step; HG_SHAPE_MISMATCH for values of another shape
 */
export function gru(options: GruOptions): RecurrentLayer {
  const { name, inputs, width, steps, returnSequence = false } = options
  if (!Number.isInteger(steps) || steps < 1)
    throw new HourglassError('HG_USAGE', `${name}: expected a number of steps from 1, got ${steps}`)
  const zeros = { kind: 'zeros' } as const
  return {
    parameters: [
      {
        name: `${name}.inputWeight`,
        shape: [inputs, 3 * width],
        // Glorot's range for one gate, not for the matrix of three.
        initializer: { kind: 'glorotUniform', fanIn: inputs, fanOut: width },
        decay: true,
      },
      {
        name: `${name}.recurrentWeight`,
        shape: [width, 3 * width],
        initializer: { kind: 'orthogonal' },
        decay: true,
      },
      { name: `${name}.inputBias`, shape: [3 * width], initializer: zeros, decay: false },
      { name: `${name}.recurrentBias`, shape: [3 * width], initializer: zeros, decay: false },
    ],
    apply: (x, context, initial) => {
      expectSteps(options, x)
      const states: Value[] = []
      const recurrent = context.weight(`${name}.recurrentWeight`)
      for (const pieces of inputPieces(options, x, context))
        states.push(stepOf(width, pieces, states.at(-1) ?? initial, recurrent))
      const last = states.at(-1)!
      const y = returnSequence ? reshape(concat(states, 1), [-1, steps, width]) : last
      context.observe?.(name, y)
      return y
    },
  }
}

/** What a step reads of the input: `[batch, 3 · width]` before the recurrent product is added, `[batch, width]` after. */
type InputPieces = readonly [before: Value, candidate: Value]

/**
 * The input products of all steps in one Gemm. Their columns are r, z, then a block that holds only the bias of the
 * recurrent candidate, then n: the first three are the bias of the step's Gemm as they are.
 */
function inputPieces({ name, inputs, width, steps }: GruOptions, x: Value, context: LayerContext) {
  const gatesAndCandidate = (parameter: string, axis: number) =>
    split(context.weight(`${name}.${parameter}`), [2 * width, width], axis) as [Value, Value]
  const [gates, candidate] = gatesAndCandidate('inputWeight', 1)
  const [gatesBias, candidateBias] = gatesAndCandidate('inputBias', 0)
  const [recurrentGatesBias, recurrentCandidateBias] = gatesAndCandidate('recurrentBias', 0)
  const nothing = constant(floats(new Float32Array(inputs * width), [inputs, width]))
  const products = gemm(reshape(x, [-1, inputs]), concat([gates, nothing, candidate], 1), {
    bias: concat([add(gatesBias, recurrentGatesBias), recurrentCandidateBias, candidateBias], 0),
  })
  const sizes = Array.from({ length: steps }, () => [3 * width, width]).flat()
  const pieces = split(reshape(products, [-1, 4 * width * steps]), sizes, 1)
  return Array.from({ length: steps }, (_, i): InputPieces => [pieces[2 * i]!, pieces[2 * i + 1]!])
}

/** One step; without a state before it, the state is zero and there is no recurrent product. */
function stepOf(
  width: number,
  [before, candidate]: InputPieces,
  state: Value | undefined,
  recurrent: Value,
): Value {
  const sums = state === undefined ? before : gemm(state, recurrent, { bias: before })
  const [gateSums, recurrentCandidate] = split(sums, [2 * width, width], 1) as [Value, Value]
  const [reset, update] = split(sigmoid(gateSums), [width, width], 1) as [Value, Value]
  const next = tanh(add(candidate, mul(reset, recurrentCandidate)))
  return state === undefined ? sub(next, mul(update, next)) : add(next, mul(update, sub(state, next)))
}

function expectSteps({ name, inputs, steps }: GruOptions, { shape }: Value): void {
  if (shape.length === 3 && shape[1] === steps && shape[2] === inputs) return
  throw new HourglassError(
    'HG_SHAPE_MISMATCH',
    `${name}: expected [batch, ${steps}, ${inputs}], got ${formatShape(shape)}`,
  )
}
