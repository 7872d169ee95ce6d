/**
 * One piece of work of a search: train a configuration from where it stopped up to a rung, and measure it. Platform-free;
 * who runs it where is trial-runner.ts.
 */
import type { AutoencoderDescription } from '../../autoencoders/index.js'
import { HourglassError, type LongWork } from '../../base/index.js'
import { train, type TrainingMachine, type TrainingOptions } from '../../training/index.js'
import { measure, type Measurement } from './objective.js'
import type { TuningTask } from './task.js'

/** A trial as a runner sees it. Plain data: it crosses into worker threads, and could cross to other machines. */
export interface TrialWork {
  /** Number of the trial in its study, from 0. */
  readonly number: number
  readonly autoencoder: AutoencoderDescription
  /** Of the full training: the same at every rung, so that schedules do not depend on where a trial stops. */
  readonly training: TrainingOptions
  /** The state in which it stopped, absent at the start. */
  readonly checkpoint?: Uint8Array
}

/** How far a trial goes this time. */
export interface Resource {
  /** Steps of the training, counted from its beginning. */
  readonly steps: number
}

/** What a piece of work gives. */
export interface TrialResult extends Measurement {
  /** Steps done, from the beginning; fewer than asked for where the training stopped by itself. */
  readonly steps: number
  /** Seconds of this piece of work. */
  readonly seconds: number
  /** The state to go on from. */
  readonly checkpoint: Uint8Array
}

/**
 * Trains to the resource and measures.
 *
 * The same work gives the same result, whether it was done in one piece or from checkpoints.
 *
 * @throws HG_INTERRUPTED, HG_TRAINING_DIVERGED, HG_USAGE
 */
export async function runTrial(
  task: TuningTask,
  { autoencoder, training, checkpoint }: TrialWork,
  { steps }: Resource,
  machine: TrainingMachine,
  work: LongWork = {},
): Promise<TrialResult> {
  const began = performance.now()
  let state = checkpoint
  const store = {
    load: () => Promise.resolve(state),
    save: (saved: Uint8Array) => {
      state = saved
      return Promise.resolve()
    },
  }
  const { weights, record } = await train({ autoencoder, data: task.data, options: training }, machine, {
    ...work,
    checkpoint: store,
    pauseAt: steps,
  })
  const measured = await measure({ autoencoder, weights }, task, machine.engine)
  if (!Number.isFinite(measured.value)) {
    throw new HourglassError(
      'HG_TRAINING_DIVERGED',
      `trial: ${task.metric} became ${measured.value}; the model gives no numbers on held-out rows`,
    )
  }
  return {
    ...measured,
    steps: record.steps,
    seconds: (performance.now() - began) / 1000,
    checkpoint: state!,
  }
}
