/**
 * A training under way: what it works with, what changes from step to step, and how both are set up, saved and summed
 * up. What happens in a step is in train.ts.
 */
import { createAutoencoder } from '../autoencoders/index.js'
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
import type { TrainingOptions, TrainingPoint, TrainingResult, TrainingTask, Weights } from './options.js'
import { packingFor, storeTensors } from './packing.js'
import type { TrainingState } from './state.js'
import { evaluation, trainingStep, type BatchGraph } from './step-graph.js'

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
  readonly evaluate: Evaluate | undefined
  readonly fingerprint: string
  readonly threads: number
  noise: Noise
  at: number
  points: TrainingPoint[]
  sums: { steps: number; loss: number; parts: Record<string, number> }
  best: TrainingState['best']
  sinceBest: number
  stopped: TrainingState['stopped']
  /** Seconds of earlier runs. */
  secondsBefore: number
}

/** A run from its start, or from a saved state. */
export async function prepare(
  task: TrainingTask,
  machine: TrainingMachine,
  fingerprint: string,
  state: TrainingState | undefined,
): Promise<{ run: Run; dispose: () => Promise<void> }> {
  const { data, options } = task
  const { parameters } = createAutoencoder(task.autoencoder)
  const store = newStore(parameters, options, machine.kernels)
  const packing = packingFor(parameters, store)
  const step = trainingStep(task.autoencoder, data, packing)
  const { feeds, into } = storeTensors(parameters, store, packing)
  const feedsFor = batchFeeds(step, { ...dataTensors(data), ...feeds })
  const order = batches(data.training, options.batchSize, options.seed)
  const noiseSeed = randomFor(options.seed, 'training noise').uint32()
  const threads =
    state?.threads ??
    (options.threads || (await machine.chooseThreads(step.graph, feedsFor(order.at(0).length).feeds)))
  const program = await machine.engine.compile(step.graph, { threads })
  const held =
    data.validation.length === 0 ? undefined : await evaluationOf(task, machine, store, parameters, threads)
  if (state !== undefined) store.restore(state.store)
  const run: Run = {
    task,
    parameters,
    store,
    batches: order,
    step,
    program,
    feedsFor,
    into: { ...lossTensors(step), ...into },
    evaluate: held?.evaluate,
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
        ? { steps: 0, loss: 0, parts: {} }
        : { ...state.sums, parts: { ...state.sums.parts } },
    best: state?.best,
    sinceBest: state?.sinceBest ?? 0,
    stopped: state?.stopped,
    secondsBefore: state?.seconds ?? 0,
  }
  const dispose = async (): Promise<void> => {
    await program.dispose()
    await held?.program.dispose()
  }
  return { run, dispose }
}

async function evaluationOf(
  { autoencoder, data, options }: TrainingTask,
  { engine, kernels }: TrainingMachine,
  store: ParameterStore,
  parameters: readonly Parameter[],
  threads: number,
): Promise<{ program: Program; evaluate: Evaluate }> {
  const batch = evaluation(autoencoder, data)
  const program = await engine.compile(batch.graph, { threads })
  const kept = (name: string): Float32Array =>
    options.averageDecay > 0 ? store.average(name) : store.parameter(name)
  const weights = parameters.map(({ name, shape }) => [
    `parameter.${name}`,
    tensor('float32', shape, kept(name)),
  ])
  const tensors = { ...dataTensors(data), ...(Object.fromEntries(weights) as Record<string, Tensor>) }
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
  for (const { name, shape, initializer } of parameters) {
    const stream = randomFor(options.seed, `initial ${name}`)
    store.parameter(name).set(initialValues(initializer, sizeOf(shape), stream))
  }
  return store
}

/** The tensors that a step writes its loss and the loss's parts into. */
function lossTensors({ parts }: BatchGraph): Record<string, Tensor> {
  const one = (): Tensor => tensor('float32', [], new Float32Array(1))
  return { loss: one(), ...Object.fromEntries(Object.values(parts).map((output) => [output, one()])) }
}

/** The weights that are evaluated and kept: averaged ones when they are. */
export function currentWeights({ parameters, store, task }: Run): Weights {
  const averaged = task.options.averageDecay > 0
  return Object.fromEntries(
    parameters.map(({ name }) => [name, averaged ? store.average(name) : store.parameter(name)]),
  )
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
    points,
    sums,
    ...(best !== undefined && { best }),
    sinceBest,
    ...(stopped !== undefined && { stopped }),
  }
}

/** What happened. */
export function recordOf(run: Run): TrainingResult['record'] {
  return {
    options: run.task.options,
    points: run.points,
    steps: run.at,
    bestStep: run.best?.step ?? run.at,
    stopped: run.stopped ?? 'finished',
    threads: run.threads,
    seconds: run.secondsBefore,
  }
}
