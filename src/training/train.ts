/**
 * The training loop: batches in, gradients from the engine, one fused optimiser step, and every now and then an
 * evaluation on held-out rows, a line of the record, and a checkpoint.
 *
 * What a step computes stands in step-graph.ts, what is remembered between steps in state.ts.
 */
import { createAutoencoder } from '../autoencoders/index.js'
import { HourglassError, progressOf, randomFor, throwIfAborted } from '../base/index.js'
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
  checkTask,
  type TrainingOptions,
  type TrainingPoint,
  type TrainingResult,
  type TrainingTask,
  type TrainingWork,
  type Weights,
} from './options.js'
import { learningRateAt } from './schedule.js'
import { decodeState, encodeState, fingerprintOf, type TrainingState } from './state.js'
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
interface Run {
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

/** Milliseconds between two checkpoints, and between two breaths that let signals and timers through. */
const checkpointEveryMs = 2000
const breatheEveryMs = 50

/**
 * Trains an autoencoder.
 *
 * The same task on the same number of threads gives the same weights, bit for bit, also when it was interrupted and
 * resumed from its checkpoint.
 *
 * @throws HG_INTERRUPTED when the signal is aborted, after saving a checkpoint
 * @throws HG_TRAINING_DIVERGED when the loss stops being a number
 * @throws HG_USAGE, HG_TABLE_TOO_SMALL, HG_CHECKPOINT_INVALID
 */
export async function train(
  task: TrainingTask,
  machine: TrainingMachine,
  work: TrainingWork = {},
): Promise<TrainingResult> {
  checkTask(task)
  const fingerprint = await fingerprintOf([task.autoencoder, { ...task.options, threads: 0 }], arraysOf(task))
  const saved = await work.checkpoint?.load()
  const state = saved === undefined ? undefined : await decodeState(saved, fingerprint)
  const { run, dispose } = await prepare(task, machine, fingerprint, state)
  try {
    await loop(run, work)
    return { weights: keptWeights(run), record: recordOf(run) }
  } finally {
    await dispose()
  }
}

function arraysOf({ data }: TrainingTask): readonly (Float32Array | Int32Array)[] {
  const { features, mask, weights, training, validation } = data
  return [features, training, validation, ...(mask ? [mask] : []), ...(weights ? [weights] : [])]
}

async function loop(run: Run, work: TrainingWork): Promise<void> {
  const { options } = run.task
  const report = progressOf('training', work.onProgress)
  const began = performance.now()
  const seconds = (): number => run.secondsBefore + (performance.now() - began) / 1000
  const save = async (): Promise<void> => work.checkpoint?.save(await encodeState(stateOf(run, seconds())))
  let [breathed, checkpointed] = [began, began]
  while (run.stopped === undefined) {
    await takeStep(run)
    if (run.at % options.evaluateEvery === 0 || run.at === options.steps) await takePoint(run)
    const now = performance.now()
    if (now - breathed > breatheEveryMs) {
      report(run.at / options.steps, detailOf(run))
      await new Promise((resolve) => setTimeout(resolve))
      breathed = performance.now()
      if (work.signal?.aborted === true) await save()
      throwIfAborted(work.signal, `training, step ${run.at} of ${options.steps}`)
    }
    if (work.checkpoint !== undefined && now - checkpointed > checkpointEveryMs) {
      await save()
      checkpointed = performance.now()
    }
  }
  run.secondsBefore = seconds()
  report(1, detailOf(run))
}

/** One batch: gradients, guard, update. */
async function takeStep(run: Run): Promise<void> {
  const { task, store, program, batches, into, step, sums } = run
  const rows = batches.at(run.at)
  const { feeds, fill } = run.feedsFor(rows.length)
  fill(rows, run.noise)
  await program.run(feeds, into)
  const loss = Number(into['loss']!.data[0])
  const learningRate = learningRateAt(run.at, task.options)
  if (!Number.isFinite(loss)) throw diverged(run, learningRate, `the loss became ${loss}`)
  if (!store.step({ learningRate }).applied) throw diverged(run, learningRate, 'a gradient became infinite')
  sums.loss += loss
  for (const part of step.parts)
    sums.parts[part] = (sums.parts[part] ?? 0) + Number(into[`part.${part}`]!.data[0])
  sums.steps++
  run.at++
}

/** A line of the record, the best weights so far, and whether to stop. */
async function takePoint(run: Run): Promise<void> {
  const { task, batches, sums } = run
  const { steps, patience } = task.options
  const trainLoss = sums.loss / sums.steps
  const validationLoss = await run.evaluate?.()
  run.points.push({
    step: run.at,
    epoch: run.at / batches.stepsPerEpoch,
    trainLoss,
    ...(validationLoss !== undefined && { validationLoss }),
    learningRate: learningRateAt(run.at - 1, task.options),
    parts: Object.fromEntries(Object.entries(sums.parts).map(([name, sum]) => [name, sum / sums.steps])),
  })
  run.sums = { steps: 0, loss: 0, parts: {} }
  if (validationLoss !== undefined && validationLoss < (run.best?.loss ?? Infinity)) {
    run.best = { step: run.at, loss: validationLoss, weights: flatten(currentWeights(run), run.parameters) }
    run.sinceBest = 0
  } else {
    run.sinceBest++
  }
  if (run.at >= steps) run.stopped = 'finished'
  else if (run.best !== undefined && patience > 0 && run.sinceBest >= patience) run.stopped = 'early'
}

async function prepare(
  task: TrainingTask,
  machine: TrainingMachine,
  fingerprint: string,
  state: TrainingState | undefined,
): Promise<{ run: Run; dispose: () => Promise<void> }> {
  const { data, options } = task
  const { parameters } = createAutoencoder(task.autoencoder)
  const store = newStore(parameters, options, machine.kernels)
  const step = trainingStep(task.autoencoder, data)
  const tensors = { ...dataTensors(data), ...views(parameters, 'parameter', (name) => store.parameter(name)) }
  const feedsFor = batchFeeds(step, tensors)
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
    into: outputsOf(step, parameters, store),
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
  const tensors = { ...dataTensors(data), ...views(parameters, 'parameter', kept) }
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

/** The tensors that a step writes: loss, its parts, and gradients straight into the optimiser's memory. */
function outputsOf(
  step: BatchGraph,
  parameters: readonly Parameter[],
  store: ParameterStore,
): Record<string, Tensor> {
  const one = (): Tensor => tensor('float32', [], new Float32Array(1))
  return {
    loss: one(),
    ...Object.fromEntries(step.parts.map((part) => [`part.${part}`, one()])),
    ...views(parameters, 'gradient', (name) => store.gradient(name)),
  }
}

function views(
  parameters: readonly Parameter[],
  prefix: string,
  viewOf: (name: string) => Float32Array,
): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => [`${prefix}.${name}`, tensor('float32', shape, viewOf(name))]),
  )
}

function currentWeights({ parameters, store, task }: Run): Weights {
  const averaged = task.options.averageDecay > 0
  return Object.fromEntries(
    parameters.map(({ name }) => [name, averaged ? store.average(name) : store.parameter(name)]),
  )
}

/** The best weights when rows were held out, else the last ones; copies. */
function keptWeights(run: Run): Weights {
  const flat = run.best?.weights ?? flatten(currentWeights(run), run.parameters)
  let start = 0
  return Object.fromEntries(
    run.parameters.map(({ name, shape }) => [name, flat.slice(start, (start += sizeOf(shape)))]),
  )
}

function flatten(weights: Weights, parameters: readonly Parameter[]): Float32Array {
  const flat = new Float32Array(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0))
  let at = 0
  for (const { name, shape } of parameters) {
    flat.set(weights[name]!, at)
    at += sizeOf(shape)
  }
  return flat
}

function stateOf(run: Run, seconds: number): TrainingState {
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

function recordOf(run: Run): TrainingResult['record'] {
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

function detailOf({ at, task, points }: Run): string {
  const last = points.at(-1)
  const loss = last?.validationLoss ?? last?.trainLoss
  const kind = last?.validationLoss === undefined ? 'loss' : 'held-out loss'
  return `step ${at} of ${task.options.steps}${loss === undefined ? '' : `, ${kind} ${loss.toPrecision(4)}`}`
}

/** Why a loss that is no number came about, and what to do. */
function diverged({ at, task }: Run, learningRate: number, what: string): HourglassError {
  const { features } = task.data
  const position = features.findIndex((value) => !Number.isFinite(value))
  const width = features.length / task.data.rows
  const cause =
    position < 0
      ? `the steps were too long; try --learning-rate ${(learningRate / 10).toPrecision(2)}`
      : `feature ${position % width} of row ${Math.floor(position / width) + 1} is ${features[position]}; remove it or mark it missing`
  return new HourglassError('HG_TRAINING_DIVERGED', `training: ${what} at step ${at + 1}; ${cause}`)
}
