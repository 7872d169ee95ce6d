/**
 * The training loop: batches in, gradients from the engine, one fused optimiser step, and every now and then an
 * evaluation on held-out rows, a line of the record, and a checkpoint.
 *
 * What a step computes stands in step-graph.ts, what changes while training in run.ts, checkpoints in state.ts.
 */
import { HourglassError, progressOf, throwIfAborted } from '../base/index.js'
import { checkTask, type TrainingResult, type TrainingTask, type TrainingWork } from './options.js'
import {
  currentWeights,
  flatten,
  keptWeights,
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
  let [breathed, checkpointed] = [began, -Infinity] // the first checkpoint at once: a short training can be resumed too
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
  for (const [part, output] of Object.entries(step.parts))
    sums.parts[part] = (sums.parts[part] ?? 0) + Number(into[output]!.data[0])
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
