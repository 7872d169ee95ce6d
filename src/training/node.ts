/**
 * Training in Node: the machine on ONNX Runtime, checkpoints in files, and the same training in a worker thread.
 */
import { readFile, rm } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { HourglassError, type ErrorCode, type Progress } from '../base/index.js'
import { writeFileAtomic } from '../base/node.js'
import { chooseThreads, loadKernels, nodeEngine } from '../engine/node.js'
import type { CheckpointStore, TrainingResult, TrainingTask, TrainingWork } from './options.js'
import type { TrainingMachine } from './run.js'
import { train } from './train.js'

/** The machine of this process. */
export function nodeMachine(): TrainingMachine {
  return {
    engine: nodeEngine,
    kernels: loadKernels(),
    chooseThreads: (graph, feeds) => chooseThreads(graph, feeds),
  }
}

/** Keeps checkpoints in one file, replaced as a whole. Without `resume` an older file is ignored. */
export function checkpointFile(path: string, resume: boolean): CheckpointStore {
  return {
    load: async () => {
      if (!resume) return undefined
      try {
        return await readFile(path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw new HourglassError('HG_CHECKPOINT_INVALID', `checkpoint: ${path} cannot be read`, {
          cause: error,
        })
      }
    },
    save: (state) => writeFileAtomic(path, state),
  }
}

/** Removes a checkpoint file that is no longer needed. */
export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** A worker runs JavaScript: from the sources (in tests) it is the built one. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/training/worker-node.js' : './worker-node.js',
  import.meta.url,
)

/** What goes into the worker, and what comes out of it. */
export interface WorkerRequest {
  readonly task: TrainingTask
  readonly checkpoint?: { readonly path: string; readonly resume: boolean }
}

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: TrainingResult }
  | { readonly kind: 'error'; readonly code: ErrorCode | undefined; readonly message: string }

/**
 * Trains in a worker thread, so that this thread goes on serving. The data is copied into the worker.
 *
 * @throws HG_USAGE for an autoencoder that is no description, and what `train` throws
 */
export async function trainInWorker(
  task: TrainingTask,
  work: Omit<TrainingWork, 'checkpoint'> & { readonly checkpoint?: WorkerRequest['checkpoint'] } = {},
): Promise<TrainingResult> {
  const functions =
    'objective' in task.autoencoder ? task.autoencoder.kind : task.data.source && 'a source of rows'
  if (functions !== undefined) {
    throw new HourglassError(
      'HG_USAGE',
      `worker: ${functions} is made of functions, which cannot cross into a worker thread; train it with trainHere`,
    )
  }
  const request: WorkerRequest = {
    task,
    ...(work.checkpoint !== undefined && { checkpoint: work.checkpoint }),
  }
  const worker = new Worker(workerFile, { workerData: request })
  const stop = (): void => worker.postMessage('stop')
  work.signal?.addEventListener('abort', stop)
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'progress') work.onProgress?.(message.progress)
        else if (message.kind === 'result') resolve(message.result)
        else
          reject(
            message.code === undefined ? new Error(message.message) : revived(message.code, message.message),
          )
      })
      worker.on('error', reject)
      worker.on('exit', (code) => reject(new Error(`the training worker ended with status ${code}`)))
    })
  } finally {
    work.signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

/** An error as it was in the worker; its message already says what kind it is. */
function revived(code: ErrorCode, message: string): HourglassError {
  return new HourglassError(code, message.replace(/^internal: /, ''))
}

/** Trains on this thread with this process's machine. */
export async function trainHere(task: TrainingTask, work: TrainingWork = {}): Promise<TrainingResult> {
  return train(task, nodeMachine(), work)
}
