/**
 * A training under way: what it works with, what changes from step to step, and how both are set up, saved and summed
 * up. What happens in a step is in train.ts.
 */
import { randomFor } from '../base/index.js'
import {
  createNoise,
  createParameterStore,
  restoreNoise,
  type Engine,
  type Kernels,
  type Noise,
  type ParameterStore,
  type Program,
} from '../engine/index.js'
import { tensor, sizeOf, type Tensor } from '../graph/index.js'
import { initialValues, type Parameter } from '../layers/index.js'
import { batches, type Batches } from './batches.js'
import { evaluator, type Evaluate } from './evaluate.js'
import { batchFeeds, dataTensors, type BatchFeeds } from './feeds.js'
import {
  learnerOf,
  type TrainingOptions,
  type TrainingPoint,
  type TrainingResult,
  type TrainingTask,
  type Weights,
} from './options.js'
import { packingFor, storeTensors } from './packing.js'
import type { TrainingState } from './state.js'
import { evaluation, isTrained, trainingStep, type BatchGraph } from './step-graph.js'

/** What trains: an engine, the kernels of the optimiser, and a way to choose threads when none are given. */
export interface TrainingMachine {
  readonly engine: Engine
  readonly kernels: Kernels
  /** Picks a number of threads for a graph by running it with these feeds. */
  readonly chooseThreads: (
    graph: BatchGraph['graph'],
    feeds: Readonly<Record<string, Tensor>>,
  ) => Promise<number>
}

/** Everything that changes while training. */
export interface Run {
  readonly task: TrainingTask
  readonly parameters: readonly Parameter[]
  readonly store: ParameterStore
  readonly batches: Batches
  readonly step: BatchGraph
  readonly program: Program
  readonly feedsFor: (size: number) => BatchFeeds
  readonly into: Readonly<Record<string, Tensor>>
  /** Buffers by name: what no gradient moves. The step reads these very arrays. */
  readonly buffers: Readonly<Record<string, Float32Array>>
  readonly evaluate: Evaluate | undefined
  readonly fingerprint: string
  readonly threads: number
  noise: Noise
  at: number
  points: TrainingPoint[]
  sums: Sums
  best: TrainingState['best']
  sinceBest: number
  stopped: TrainingState['stopped']
  /** Seconds of earlier runs. */
  secondsBefore: number
}

/** What adds up between two points. */
export interface Sums {
  steps: number
  loss: number
  readonly parts: Record<string, number>
  readonly metrics: Record<string, number>
}

export const noSums = (): Sums => ({ steps: 0, loss: 0, parts: {}, metrics: {} })

/** A run from its start, or from a saved state. */
export async function prepare(
  task: TrainingTask,
  machine: TrainingMachine,
  fingerprint: string,
  state: TrainingState | undefined,
): Promise<{ run: Run; dispose: () => Promise<void> }> {
  const { data, options } = task
  const { parameters } = learnerOf(task.autoencoder)
  const trained = parameters.filter(isTrained)
  const first = firstValues(task, parameters)
  const store = newStore(trained, options, machine.kernels)
  for (const { name } of trained) store.parameter(name).set(first(name))
  const buffers = Object.fromEntries(
    parameters
      .filter((parameter) => !isTrained(parameter))
      .map(({ name }) => [name, state?.buffers[name] ?? first(name)]),
  )
  const packing = packingFor(trained, store)
  const step = trainingStep(task.autoencoder, data, packing)
  const { feeds, into } = storeTensors(trained, store, packing)
  const held = parameters.filter((parameter) => !isTrained(parameter))
  const bufferTensors = namedTensors('parameter', held, (name) => buffers[name]!)
  const feedsFor = batchFeeds(step, { ...dataTensors(data), ...feeds, ...bufferTensors })
  const order = batches(data.training, options.batchSize, options.seed)
  const noiseSeed = randomFor(options.seed, 'training noise').uint32()
  const threads =
    state?.threads ??
    (options.threads || (await machine.chooseThreads(step.graph, feedsFor(order.at(0).length).feeds)))
  const program = await machine.engine.compile(step.graph, { threads })
  const evaluated =
    data.validation.length === 0
      ? undefined
      : await evaluationOf(task, machine, store, trained, bufferTensors, threads)
  if (state !== undefined) store.restore(state.store)
  const run: Run = {
    task,
    parameters,
    store,
    batches: order,
    step,
    program,
    feedsFor,
    into: {
      ...lossTensors(step),
      ...into,
      ...namedTensors('next', held, (name) => new Float32Array(buffers[name]!.length)),
    },
    buffers,
    evaluate: evaluated?.evaluate,
    fingerprint,
    threads,
    noise:
      state === undefined
        ? createNoise(noiseSeed, machine.kernels)
        : restoreNoise(state.noise, machine.kernels),
    at: state?.step ?? 0,
    points: [...(state?.points ?? [])],
    sums:
      state === undefined
        ? noSums()
        : { ...state.sums, parts: { ...state.sums.parts }, metrics: { ...state.sums.metrics } },
    best: state?.best,
    sinceBest: state?.sinceBest ?? 0,
    stopped: state?.stopped,
    secondsBefore: state?.seconds ?? 0,
  }
  const dispose = async (): Promise<void> => {
    await program.dispose()
    await evaluated?.program.dispose()
  }
  return { run, dispose }
}

async function evaluationOf(
  { autoencoder, data, options }: TrainingTask,
  { engine, kernels }: TrainingMachine,
  store: ParameterStore,
  trained: readonly Parameter[],
  buffers: Readonly<Record<string, Tensor>>,
  threads: number,
): Promise<{ program: Program; evaluate: Evaluate }> {
  const batch = evaluation(autoencoder, data)
  const program = await engine.compile(batch.graph, { threads })
  const kept = (name: string): Float32Array =>
    options.averageDecay > 0 ? store.average(name) : store.parameter(name)
  const tensors = { ...dataTensors(data), ...namedTensors('parameter', trained, kept), ...buffers }
  const seed = randomFor(options.seed, 'evaluation noise').uint32()
  return { program, evaluate: evaluator({ batch, program, tensors, rows: data.validation, kernels, seed }) }
}

function newStore(
  parameters: readonly Parameter[],
  options: TrainingOptions,
  kernels: Kernels,
): ParameterStore {
  const { optimizer, weightDecay, clipNorm, averageDecay } = options
  const store = createParameterStore({
    sizes: parameters.map(({ name, shape, decay }) => ({ name, length: sizeOf(shape), decay })),
    optimizer: {
      kind: optimizer,
      weightDecay,
      ...(clipNorm > 0 && { maxGradientNorm: clipNorm }),
      ...(averageDecay > 0 && { averageDecay }),
    },
    kernels,
  })
  return store
}

/** First values of parameters by name: given ones, or drawn ones. @throws HG_SHAPE_MISMATCH when given ones do not fit */
function firstValues({ options, initial = {} }: TrainingTask, parameters: readonly Parameter[]) {
  return (wanted: string): Float32Array => {
    const {
      name,
      shape,
      initializer,
      stream = name,
    } = parameters.find(({ name: known }) => known === wanted)!
    const given = Object.hasOwn(initial, name) ? initial[name] : undefined
    if (given === undefined)
      return initialValues(initializer, shape, randomFor(options.seed, `initial ${stream}`))
    return tensor('float32', shape, given).data.slice()
  }
}

/** A tensor over the numbers of each parameter, as the graphs name them. */
function namedTensors(
  prefix: string,
  parameters: readonly Parameter[],
  numbersOf: (name: string) => Float32Array,
): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => [`${prefix}.${name}`, tensor('float32', shape, numbersOf(name))]),
  )
}

/** The tensors that a step writes its loss, the loss's parts and the metrics into. */
function lossTensors({ parts, metrics }: BatchGraph): Record<string, Tensor> {
  const one = (): Tensor => tensor('float32', [], new Float32Array(1))
  const outputs = ['loss', ...Object.values(parts), ...Object.values(metrics)]
  return Object.fromEntries(outputs.map((output) => [output, one()]))
}

/** The weights that are evaluated and kept: averaged ones when they are. */
export function currentWeights({ parameters, buffers, store, task }: Run): Weights {
  const averaged = task.options.averageDecay > 0
  const trained = (name: string): Float32Array => (averaged ? store.average(name) : store.parameter(name))
  return Object.fromEntries(parameters.map(({ name }) => [name, buffers[name] ?? trained(name)]))
}

/** The best weights when rows were held out, else the last ones; copies. */
export function keptWeights(run: Run): Weights {
  const flat = run.best?.weights ?? flatten(currentWeights(run), run.parameters)
  let start = 0
  return Object.fromEntries(
    run.parameters.map(({ name, shape }) => [name, flat.slice(start, (start += sizeOf(shape)))]),
  )
}

/** Weights one after the other, in the order of the parameters. */
export function flatten(weights: Weights, parameters: readonly Parameter[]): Float32Array {
  const flat = new Float32Array(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0))
  let at = 0
  for (const { name, shape } of parameters) {
    flat.set(weights[name]!, at)
    at += sizeOf(shape)
  }
  return flat
}

/** What a checkpoint has to hold. */
export function stateOf(run: Run, seconds: number): TrainingState {
  const { fingerprint, threads, points, sums, best, sinceBest, stopped } = run
  return {
    fingerprint,
    step: run.at,
    threads,
    seconds,
    noise: run.noise.state(),
    store: run.store.snapshot(),
    buffers: run.buffers,
    points,
    sums,
    ...(best !== undefined && { best }),
    sinceBest,
    ...(stopped !== undefined && { stopped }),
  }
}

/** What happened. */
export function recordOf(run: Run): TrainingResult['record'] {
  const { warnings = [], diagnose } = learnerOf(run.task.autoencoder)
  const last = run.points.at(-1)
  const findings = [...warnings, ...(diagnose?.({ ...last?.parts, ...last?.metrics }) ?? [])]
  return {
    options: run.task.options,
    points: run.points,
    steps: run.at,
    bestStep: run.best?.step ?? run.at,
    stopped: run.stopped ?? 'finished',
    threads: run.threads,
    seconds: run.secondsBefore,
    ...(findings.length > 0 && { findings }),
  }
}
