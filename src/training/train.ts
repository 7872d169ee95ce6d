/**
 * The training loop: batches in, gradients from the engine, one fused optimiser step, and every now and then an
 * evaluation on held-out rows, a line of the record, and a checkpoint.
 *
 * What a step computes stands in step-graph.ts, what changes while training in run.ts, checkpoints in state.ts, what can come
 * before in pretrain.ts.
 */
import { HourglassError, progressOf, throwIfAborted } from '../base/index.js'
import { expectInRange } from './feature-range.js'
import { checkTask, learnerOf, type TrainingResult, type TrainingTask, type TrainingWork } from './options.js'
import { pretrainStack, type LayerTrainer } from './pretrain.js'
import {
  currentWeights,
  flatten,
  keptWeights,
  noSums,
  prepare,
  recordOf,
  stateOf,
  type Run,
  type TrainingMachine,
} from './run.js'
import { learningRateAt } from './schedule.js'
import { decodeState, encodeState, fingerprintOf } from './state.js'

/** Milliseconds between two checkpoints, and between two breaths that let signals and timers through. */
const checkpointEveryMs = 2000
const breatheEveryMs = 50
/** Most of the time that checkpoints may take: of large networks on busy machines they come less often. */
const checkpointShare = 0.1

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
  expectInRange(learnerOf(task.autoencoder), task.data)
  const fingerprint = await fingerprintOf([identityOf(task), { ...task.options, threads: 0 }], arraysOf(task))
  const saved = await work.checkpoint?.load()
  const state = saved === undefined ? undefined : await decodeState(saved, fingerprint)
  const began = performance.now()
  const started = state === undefined ? await pretrained(task, machine, work) : task
  const pretraining = started === task ? 0 : (performance.now() - began) / 1000
  const { run, dispose } = await prepare(started, machine, fingerprint, state)
  run.secondsBefore += pretraining
  try {
    await loop(run, work)
    return { weights: keptWeights(run), record: recordOf(run) }
  } finally {
    await dispose()
  }
}

/** The task with the first values that pretraining gives, when it is asked for; values that were given win. */
async function pretrained(
  task: TrainingTask,
  machine: TrainingMachine,
  work: TrainingWork,
): Promise<TrainingTask> {
  if (task.options.pretrainSteps === 0) return task
  const trainer: LayerTrainer = {
    engine: machine.engine,
    train: (layer, within) => train(layer, machine, within),
  }
  return { ...task, initial: { ...(await pretrainStack(task, trainer, work)), ...task.initial } }
}

function arraysOf({ data, initial = {} }: TrainingTask): readonly (Float32Array | Int32Array)[] {
  const { features, mask, weights, partners, targets, training, validation } = data
  const optional = [mask, weights, partners, targets].filter((array) => array !== undefined)
  return [features, training, validation, ...optional, ...Object.values(initial)]
}

/** What tells one task from another besides its arrays; of an autoencoder of one's own, its parts that are data. */
function identityOf({ autoencoder, data: { source } }: TrainingTask): unknown {
  const of = source === undefined ? {} : { source: source.identity }
  if (!('objective' in autoencoder)) return source === undefined ? autoencoder : { ...autoencoder, ...of }
  const { kind, widths, latent, parameters } = autoencoder
  return { kind, widths, latent, parameters, ...of }
}

async function loop(run: Run, work: TrainingWork): Promise<void> {
  const { options } = run.task
  const report = progressOf('training', work.onProgress)
  const began = performance.now()
  const seconds = (): number => run.secondsBefore + (performance.now() - began) / 1000
  const save = async (): Promise<void> => work.checkpoint?.save(await encodeState(stateOf(run, seconds())))
  let [breathed, checkpointAt] = [began, -Infinity] // the first checkpoint at once: a short training can be resumed too
  const until = work.pauseAt ?? Infinity
  while (run.stopped === undefined && run.at < until) {
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
    if (work.checkpoint !== undefined && now > checkpointAt) {
      const asked = performance.now()
      await save()
      const saved = performance.now()
      checkpointAt = saved + Math.max(checkpointEveryMs, (saved - asked) / checkpointShare)
    }
  }
  if (work.pauseAt !== undefined) await save()
  run.secondsBefore = seconds()
  report(1, detailOf(run))
}

/** One batch: gradients, guard, update. */
async function takeStep(run: Run): Promise<void> {
  const { task, store, program, batches, into, step, sums } = run
  const rows = batches.at(run.at)
  const { feeds, fill } = run.feedsFor(rows.length)
  task.data.source?.fill(run.at, task.data.features)
  fill(rows, run.noise, run.at / task.options.steps)
  await program.run(feeds, into)
  const loss = Number(into['loss']!.data[0])
  const learningRate = learningRateAt(run.at, task.options)
  if (!Number.isFinite(loss)) throw diverged(run, learningRate, `the loss became ${loss}${culprit(run)}`)
  if (!store.step({ learningRate }).applied) throw diverged(run, learningRate, 'a gradient became infinite')
  for (const name of step.updates) run.buffers[name]!.set(into[`next.${name}`]!.data as Float32Array)
  sums.loss += loss
  const addUp = (sum: Record<string, number>, outputs: Readonly<Record<string, string>>): void => {
    for (const [name, output] of Object.entries(outputs))
      sum[name] = (sum[name] ?? 0) + Number(into[output]!.data[0])
  }
  addUp(sums.parts, step.parts)
  addUp(sums.metrics, step.metrics)
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
    parts: means(sums.parts, sums.steps),
    ...(Object.keys(sums.metrics).length > 0 && { metrics: means(sums.metrics, sums.steps) }),
    gradientNorms: gradientNorms(run),
  })
  run.sums = noSums()
  if (validationLoss !== undefined && validationLoss < (run.best?.loss ?? Infinity)) {
    run.best = { step: run.at, loss: validationLoss, weights: flatten(currentWeights(run), run.parameters) }
    run.sinceBest = 0
  } else {
    run.sinceBest++
  }
  if (run.at >= steps) run.stopped = 'finished'
  else if (run.best !== undefined && patience > 0 && run.sinceBest >= patience) run.stopped = 'early'
}

const means = (sums: Readonly<Record<string, number>>, count: number): Record<string, number> =>
  Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]))

/** Euclidean length of the last step's gradient, by parameter. */
function gradientNorms({ store }: Run): Record<string, number> {
  const length = (gradient: Float32Array): number =>
    Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0))
  return Object.fromEntries(store.names.map((name) => [name, length(store.gradient(name))]))
}

function detailOf({ at, task, points }: Run): string {
  const last = points.at(-1)
  const loss = last?.validationLoss ?? last?.trainLoss
  const kind = last?.validationLoss === undefined ? 'loss' : 'held-out loss'
  return `step ${at} of ${task.options.steps}${loss === undefined ? '' : `, ${kind} ${loss.toPrecision(4)}`}`
}

/** The part of the loss that is no number, when the loss has several. */
function culprit({ step, into }: Run): string {
  const parts = Object.entries(step.parts).filter(([, output]) => output !== 'loss')
  const bad = parts.find(([, output]) => !Number.isFinite(Number(into[output]!.data[0])))
  return bad === undefined ? '' : ` (its part "${bad[0]}" did)`
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
