/**
 * The two graphs of a training: one step (batch in, loss and gradients out) and one evaluation (batch in, summed
 * loss out). The optimiser is not part of them; it works on the same memory outside (src/engine/optimizer).
 *
 *     rows.features ─┐
 *     indices ───────┴► Gather ─► autoencoder's objective ─► loss ─► gradient.NAME for every parameter
 *                                                         └────► next.NAME for every buffer
 */
import type { AutoencoderDescription, FeatureBatch, Objective } from '../autoencoders/index.js'
import { gradients } from '../gradient/index.js'
import {
  cast,
  div,
  factorsOf,
  floor,
  gather,
  gatherElements,
  graph,
  input,
  mul,
  reduceSum,
  reshape,
  scalar,
  squeeze,
  unsqueeze,
  type Graph,
  type Shape,
  type Value,
} from '../graph/index.js'
import type { NoiseSource, Parameter } from '../layers/index.js'
import { learnerOf, type Learner, type TrainingData } from './options.js'
import { gradientOutputs, parameterValues, type Packing } from './packing.js'

/** A noise input of a graph, and what it is to be filled with. */
export interface NoiseInput {
  readonly name: string
  readonly distribution: 'normal' | 'uniform' | 'bernoulli'
  /** Probability of a 1, for `bernoulli`. */
  readonly probability: number
  /** Elements for each row of the batch; leading dimension is the batch. */
  readonly shape: readonly number[]
}

/** A graph to run on batches, and the noise it wants. */
export interface BatchGraph {
  readonly graph: Graph
  readonly noise: readonly NoiseInput[]
  /** The loss's parts by name, and the output that holds each: `loss` itself where it is the only part. */
  readonly parts: Readonly<Record<string, string>>
  /** What else is recorded, by name, and the output that holds each. */
  readonly metrics: Readonly<Record<string, string>>
  /** Names of the buffers whose next values are outputs, each called `next.NAME`. */
  readonly updates: readonly string[]
}

/** Parameters that gradients move. */
export const isTrained = ({ buffer = false }: Parameter): boolean => !buffer

type DataShape = Pick<TrainingData, 'mask' | 'weights'> &
  Partial<Pick<TrainingData, 'rows' | 'partners' | 'targets'>>

/**
 * Loss, its parts and all gradients, averaged over a batch.
 *
 * @param packing where parameters and gradients are one tensor each; apart by default
 */
export function trainingStep(
  description: AutoencoderDescription | Learner,
  data: DataShape,
  packing?: Packing,
): BatchGraph {
  const autoencoder = learnerOf(description)
  const progress = input('progress', 'float32', [])
  const { objective, weight, noise, trained } = objectiveGraph(autoencoder, data, progress, packing)
  const mean = meanOver(weight)
  const loss = mean(objective.loss)
  const outputs: Record<string, Value> = { loss }
  const named = (prefix: string, values: Readonly<Record<string, Value>> = {}): Record<string, string> => {
    const names: Record<string, string> = {}
    for (const [name, value] of Object.entries(values)) {
      const output = value === objective.loss ? 'loss' : `${prefix}.${name}`
      names[name] = output
      outputs[output] ??= value.shape.length === 0 ? value : mean(value)
    }
    return names
  }
  const parts = named('part', objective.parts)
  const metrics = named('metric', objective.metrics)
  const updates = Object.entries(objective.updates ?? {})
  for (const [name, next] of updates) outputs[`next.${name}`] = next
  Object.assign(outputs, gradientOutputs(slopesOf(objective, loss, trained, mean), packing))
  return {
    graph: graph(outputs, { name: 'training-step' }),
    noise,
    parts,
    metrics,
    updates: updates.map(([name]) => name),
  }
}

/** The gradient of every trained parameter: of the adversary's loss for its own ones, of the loss for all others. */
function slopesOf(
  { adversary }: Objective,
  loss: Value,
  trained: ReadonlyMap<string, Value>,
  mean: (rows: Value) => Value,
): ReadonlyMap<string, Value> {
  const theirs = new Set(adversary?.parameters)
  const entries = [...trained]
  const slopes = (total: Value, of: readonly (readonly [string, Value])[]): [string, Value][] =>
    gradients(
      total,
      of.map(([, value]) => value),
    ).map((slope, i) => [of[i]![0], slope])
  const ours = slopes(
    loss,
    entries.filter(([name]) => !theirs.has(name)),
  )
  if (adversary === undefined) return new Map(ours)
  const other = slopes(
    mean(adversary.loss),
    entries.filter(([name]) => theirs.has(name)),
  )
  return new Map([...ours, ...other])
}

/**
 * The (weighted) mean over rows. One over the number of rows is fed, not worked out from shapes: in small networks
 * those few nodes are felt, since they come back in every gradient.
 */
function meanOver(weight: Value | undefined): (rows: Value) => Value {
  if (weight === undefined) {
    const share = input('share', 'float32', [])
    return (rows) => mul(reduceSum(rows), share)
  }
  const total = reduceSum(weight)
  return (rows) => div(reduceSum(mul(rows, weight)), total)
}

/** Summed loss and summed weight of a batch. */
export function evaluation(description: AutoencoderDescription | Learner, data: DataShape): BatchGraph {
  const { objective, weight, noise } = objectiveGraph(learnerOf(description), data, scalar(1))
  const perRow = objective.heldOut ?? objective.loss
  const loss = reduceSum(weight === undefined ? perRow : mul(perRow, weight))
  const outputs = weight === undefined ? { loss } : { loss, weight: reduceSum(weight) }
  return { graph: graph(outputs, { name: 'evaluation' }), noise, parts: {}, metrics: {}, updates: [] }
}

function objectiveGraph(autoencoder: Learner, data: DataShape, progress: Value, packing?: Packing) {
  const { space } = autoencoder
  const indices = input('indices', 'int32', ['batch'])
  const rows = inputsOnce()
  const trained = parameterValues(autoencoder.parameters.filter(isTrained), packing)
  const buffers = parameterValues(
    autoencoder.parameters.filter((parameter) => !isTrained(parameter)),
    undefined,
  )
  const { source, inputs: noise } = declaredNoise()
  const batchAt = (at: Value): FeatureBatch => ({
    features: gather(rows('rows.features', 'float32', ['rows', space.width]), at),
    ...(data.mask !== undefined && {
      mask: gather(rows('rows.mask', 'float32', ['rows', space.columns.length]), at),
    }),
  })
  const { partners, targets, rows: rowCount = 1 } = data
  const batch = {
    ...batchAt(indices),
    ...(partners !== undefined && {
      partner: batchAt(partnersOf(indices, partners.length / rowCount, source)),
    }),
    ...(targets !== undefined && {
      target: gather(rows('rows.targets', 'float32', ['rows', targets.length / rowCount]), indices),
    }),
  }
  const objective = autoencoder.objective(batch, {
    weight: (name) => (trained.get(name) ?? buffers.get(name))!,
    noise: source,
    progress,
  })
  const weight =
    data.weights === undefined ? undefined : gather(rows('rows.weights', 'float32', ['rows']), indices)
  return { objective, weight, noise, trained }
}

/** Inputs by name: rows and their partners are read from the same ones. */
function inputsOnce(): typeof input {
  const made = new Map<string, Value>()
  return (name, dtype, shape) => {
    const known = made.get(name) ?? input(name, dtype, shape)
    made.set(name, known)
    return known
  }
}

/** One of each row's partners, drawn at random. */
function partnersOf(indices: Value, count: number, noise: NoiseSource): Value {
  const partners = gather(input('rows.partners', 'int32', ['rows', count]), indices)
  const place = cast(floor(mul(noise.uniform(['batch']), count)), 'int64')
  return squeeze(gatherElements(partners, unsqueeze(place, [1]), 1), [1])
}

/**
 * A noise source that declares an input for each request and remembers what to fill it with. The first dimension is the
 * batch, or a multiple of it.
 */
function declaredNoise(): { source: NoiseSource; inputs: NoiseInput[] } {
  const inputs: NoiseInput[] = []
  const declare = (distribution: NoiseInput['distribution'], shape: Shape, probability = 0): Value => {
    const name = `noise.${inputs.length}`
    const rest = shape.slice(1) as readonly number[]
    const { known: each } = factorsOf(shape[0]!) // several for each row, as in a decoder of several samples
    const own = each === 1 ? rest : [each, ...rest]
    inputs.push({ name, distribution, probability, shape: own })
    const noise = input(name, 'float32', ['batch', ...own])
    return each === 1 ? noise : reshape(noise, [-1, ...rest])
  }
  return {
    inputs,
    source: {
      normal: (shape) => declare('normal', shape),
      uniform: (shape) => declare('uniform', shape),
      bernoulli: (probability, shape) => declare('bernoulli', shape, probability),
    },
  }
}
