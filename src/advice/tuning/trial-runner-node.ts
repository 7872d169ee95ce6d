/**
 * Trials in worker threads of this process, one engine thread each. The task is copied into each worker once; then only
 * trials and results travel. A worker that dies takes its trial with it, not the search: a new one takes its place.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { HourglassError, type ErrorCode, type LongWork, type Progress } from '../../base/index.js'
import type { TuningTask } from './task.js'
import type { Resource, TrialResult, TrialWork } from './trial.js'
import type { TrialRunner } from './trial-runner.js'

/** A worker runs JavaScript: from the sources (in tests) it is the built one. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/advice/tuning/worker-node.js' : './worker-node.js',
  import.meta.url,
)

/** What goes into a worker. */
export type ToWorker =
  { readonly kind: 'run'; readonly trial: TrialWork; readonly resource: Resource } | { readonly kind: 'stop' }

/** What comes out of it. */
export type FromWorker =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: TrialResult }
  | { readonly kind: 'error'; readonly code: ErrorCode | undefined; readonly message: string }

/** Trials side by side, unless asked otherwise: one for each core. */
export const usualCapacity = (): number => availableParallelism()

/**
 * Starts a pool.
 *
 * @param capacity workers, from 1
 */
export function workerRunner(task: TuningTask, capacity: number): TrialRunner {
  const free: Worker[] = []
  const all = new Set<Worker>()
  const start = (): Worker => {
    const worker = new Worker(workerFile, { workerData: task })
    all.add(worker)
    // Nobody is to be given a worker that ends; whoever waits for it hears of it too.
    const forget = (): void => {
      all.delete(worker)
      if (free.includes(worker)) free.splice(free.indexOf(worker), 1)
    }
    worker.once('exit', forget)
    worker.on('error', forget)
    return worker
  }
  return {
    capacity,
    run: async (trial, resource, work) => {
      const worker = free.pop() ?? start()
      try {
        return await resultOf(worker, { kind: 'run', trial, resource }, work)
      } finally {
        if (all.has(worker)) free.push(worker)
      }
    },
    close: async () => {
      await Promise.all([...all].map((worker) => worker.terminate()))
    },
  }
}

/** One request and its answer. */
async function resultOf(worker: Worker, request: ToWorker, work: LongWork): Promise<TrialResult> {
  const stop = (): void => worker.postMessage({ kind: 'stop' } satisfies ToWorker)
  const forget: (() => void)[] = []
  try {
    return await new Promise<TrialResult>((resolve, reject) => {
      const onMessage = (message: FromWorker): void => {
        if (message.kind === 'progress') work.onProgress?.(message.progress)
        else if (message.kind === 'result') resolve(message.result)
        else reject(revived(message))
      }
      const onExit = (code: number): void =>
        reject(
          new HourglassError(
            'HG_ENGINE',
            `trial: its worker ended with status ${code}; was there enough memory?`,
          ),
        )
      worker.on('message', onMessage)
      worker.on('error', reject)
      worker.on('exit', onExit)
      work.signal?.addEventListener('abort', stop)
      forget.push(
        () => worker.off('message', onMessage),
        () => worker.off('error', reject),
        () => worker.off('exit', onExit),
      )
      worker.postMessage(request)
      if (work.signal?.aborted === true) stop()
    })
  } finally {
    work.signal?.removeEventListener('abort', stop)
    forget.forEach((undo) => undo())
  }
}

/** An error as it was in the worker; its message already says what kind it is. */
function revived({ code, message }: Extract<FromWorker, { kind: 'error' }>): Error {
  return code === undefined
    ? new Error(message)
    : new HourglassError(code, message.replace(/^internal: /, ''))
}
