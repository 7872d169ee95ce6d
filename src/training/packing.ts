/**
 * How parameters get into the graph of a step, and gradients out of it: each as a tensor of its own, or all of them
 * packed into one that is cut up inside the graph.
 *
 *     apart:   parameter.NAME … ─► step ─► gradient.NAME …            nothing is copied
 *     packed:  parameters ─► Split ─► step ─► Concat ─► gradients     two copies, two tensors
 *
 * Each tensor that crosses into the runtime costs 1 to 3 µs, which is as much as a node. A small network has a dozen
 * of each, and packing takes a third off its step; in a large one the copies would cost more. The numbers are the
 * same, bit for bit. Both forms lie on the optimiser's memory (src/engine/optimizer).
 */
import type { ParameterStore } from '../engine/index.js'
import {
  concat,
  constant,
  input,
  reshape,
  sizeOf,
  split,
  tensor,
  type Tensor,
  type Value,
} from '../graph/index.js'
import type { Parameter } from '../layers/index.js'

/** Where packed parameters lie; gaps between them are zero. */
export interface Packing {
  /** Floats in all, gaps included. */
  readonly total: number
  /** In the order in which they lie; `gap` floats follow each. */
  readonly pieces: readonly (Parameter & { readonly gap: number })[]
}

/** Fewer floats than this for each parameter, and two copies cost less than a crossing; measured, and not critical. */
const smallParameter = 2048

/** The packing of a store's parameters, or undefined where they are better left apart. */
export function packingFor(parameters: readonly Parameter[], store: ParameterStore): Packing | undefined {
  const total = store.parameters.length
  if (total > smallParameter * parameters.length) return undefined
  const startOf = ({ name }: Parameter): number => store.places.get(name)!.start
  const ordered = parameters.toSorted((a, b) => startOf(a) - startOf(b))
  const pieces = ordered.map((parameter, i) => {
    const next = ordered[i + 1]
    const end = next === undefined ? total : startOf(next)
    return { ...parameter, gap: end - startOf(parameter) - sizeOf(parameter.shape) }
  })
  return { total, pieces }
}

/** The parameters as values of a graph, by name, and the inputs that they come from. */
export function parameterValues(
  parameters: readonly Parameter[],
  packing: Packing | undefined,
): ReadonlyMap<string, Value> {
  if (packing === undefined)
    return new Map(parameters.map(({ name, shape }) => [name, input(`parameter.${name}`, 'float32', shape)]))
  const { total, pieces } = packing
  const whole = input('parameters', 'float32', [total])
  const cuts = split(whole, pieces.flatMap(lengthsOf), 0)
  const values = new Map<string, Value>()
  let at = 0
  for (const piece of pieces) {
    const flat = cuts[at]!
    values.set(piece.name, piece.shape.length === 1 ? flat : reshape(flat, piece.shape))
    at += lengthsOf(piece).length
  }
  return values
}

/** The outputs that carry gradients, `slopes` being those of the parameters by name. */
export function gradientOutputs(
  slopes: ReadonlyMap<string, Value>,
  packing: Packing | undefined,
): Record<string, Value> {
  if (packing === undefined)
    return Object.fromEntries([...slopes].map(([name, slope]) => [`gradient.${name}`, slope]))
  const flat = packing.pieces.flatMap(({ name, shape, gap }) => {
    const slope = slopes.get(name)!
    const own = shape.length === 1 ? slope : reshape(slope, [-1])
    return gap === 0 ? [own] : [own, constant(tensor('float32', [gap], new Float32Array(gap)))]
  })
  return { gradients: concat(flat, 0) }
}

/** The tensors behind those inputs and outputs: views of the store's memory. */
export function storeTensors(
  parameters: readonly Parameter[],
  store: ParameterStore,
  packing: Packing | undefined,
): { readonly feeds: Record<string, Tensor>; readonly into: Record<string, Tensor> } {
  if (packing !== undefined) {
    const whole = (data: Float32Array): Tensor => tensor('float32', [packing.total], data)
    return { feeds: { parameters: whole(store.parameters) }, into: { gradients: whole(store.gradients) } }
  }
  const views = (prefix: string, viewOf: (name: string) => Float32Array): Record<string, Tensor> =>
    Object.fromEntries(
      parameters.map(({ name, shape }) => [`${prefix}.${name}`, tensor('float32', shape, viewOf(name))]),
    )
  return {
    feeds: views('parameter', (name) => store.parameter(name)),
    into: views('gradient', (name) => store.gradient(name)),
  }
}

const lengthsOf = ({ shape, gap }: Packing['pieces'][number]): readonly number[] =>
  gap === 0 ? [sizeOf(shape)] : [sizeOf(shape), gap]
