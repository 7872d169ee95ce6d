/**
 * Everything that can be seen of a trained autoencoder at work on some rows, together: `trace()`.
 *
 *     rows ─► layer by layer ─► code ─► layer by layer ─► reconstruction
 *       every layer's numbers, the gradient at every parameter, the encoder's Jacobian, the decoder's answers
 */
import type { Engine, Kernels } from '../engine/index.js'
import type { Value } from '../graph/index.js'
import type { Parameter } from '../layers/index.js'
import { summarise, type ActivationSummary } from './activations.js'
import { gradientNormsAt } from './gradient-norms.js'
import { jacobianOf, type JacobianSummary } from './jacobian.js'
import { latentUnits, type LatentUnit } from './latent-units.js'
import { firstRows, open, runOver, type Rows, type Trained } from './trained.js'

/** One parameter of a layer. */
export interface ParameterSummary {
  readonly name: string
  readonly shape: readonly number[]
  readonly count: number
  /** Square root of the mean of its squares. */
  readonly size: number
  /** Euclidean length of the gradient of the training loss at the rows; absent where it cannot be worked out. */
  readonly gradientNorm?: number
}

/** One layer at work. */
export interface LayerTrace extends ActivationSummary {
  readonly name: string
  readonly parameters: readonly ParameterSummary[]
  /** `[rows, …]`, its output for every row that was looked at. */
  readonly output: Float32Array
}

/** What `trace()` found. */
export interface Trace {
  readonly kind: string
  /** Rows that activations were taken from. */
  readonly rows: number
  /** In the order in which they run. */
  readonly layers: readonly LayerTrace[]
  /** Parameters that belong to no layer that ran: buffers, a second player. */
  readonly others: readonly ParameterSummary[]
  /** `[rows, latent]` */
  readonly latent: Float32Array
  /** `[rows, width]`, numbers and bounded logits. */
  readonly reconstruction: Float32Array
  readonly jacobian: JacobianSummary
  readonly units: readonly LatentUnit[]
}

/** Rows that activations are taken from. */
const mostRows = 512

/** What a trace runs on. */
export interface TraceMachine {
  readonly engine: Engine
  readonly kernels: Kernels
  /** Of the noise in the backward pass (default 0). */
  readonly seed?: number
}

/**
 * Looks at a trained autoencoder with the first 512 of some rows.
 *
 * @throws HG_USAGE when weights that the encoder or decoder needs are missing, HG_ENGINE
 * @example
 * const { layers, jacobian, units } = await trace({ autoencoder, weights }, { rows, features }, machine)
 */
export async function trace(trained: Trained, all: Rows, machine: TraceMachine): Promise<Trace> {
  const { engine, kernels, seed = 0 } = machine
  const opened = open(trained)
  const rows = firstRows(all, mostRows)
  const seen = new Map<string, Value>()
  const outputs = await runOver(rows, opened, engine, (batch) => {
    const observe = (name: string, value: Value): void => {
      seen.set(seen.has(name) ? `${name} (again)` : name, value)
    }
    const { latent, reconstruction } = opened.autoencoder.forward(batch, { ...opened.context, observe })
    const layers = Object.fromEntries([...seen].map(([name, value]) => [`layer.${name}`, value]))
    return { latent, reconstruction, ...layers }
  })
  const norms = await gradientNormsAt(trained, opened, rows, { engine, kernels, seed })
  const { parameters, kind } = opened.autoencoder
  const owned = (layer: string): readonly Parameter[] =>
    parameters.filter(({ name }) => name.startsWith(`${layer}.`))
  const described = (parameter: Parameter) => parameterSummary(parameter, trained, norms[parameter.name])
  const layers = [...seen].map(([name, value]): LayerTrace => {
    const output = outputs[`layer.${name}`]!
    return {
      name,
      ...summarise(output, value),
      parameters: owned(name).map(described),
      output: output.data as Float32Array,
    }
  })
  const shown = new Set(layers.flatMap((layer) => layer.parameters.map(({ name }) => name)))
  const latent = outputs['latent']!.data as Float32Array
  return {
    kind,
    rows: rows.rows,
    layers,
    others: parameters.filter(({ name }) => !shown.has(name)).map(described),
    latent,
    reconstruction: outputs['reconstruction']!.data as Float32Array,
    jacobian: await jacobianOf(opened, rows, engine),
    units: await latentUnits(opened, rows, latent, engine),
  }
}

function parameterSummary(
  { name, shape }: Parameter,
  { weights }: Trained,
  gradientNorm: number | undefined,
): ParameterSummary {
  const values = weights[name] ?? new Float32Array(0)
  const squares = values.reduce((sum, x) => sum + x * x, 0)
  return {
    name,
    shape,
    count: shape.reduce((product, dim) => product * dim, 1),
    size: values.length === 0 ? 0 : Math.sqrt(squares / values.length),
    ...(gradientNorm !== undefined && { gradientNorm }),
  }
}
