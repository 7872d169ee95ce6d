/** Tiles coded in worker threads of Node. What runs in such a thread: tile-coders-worker-node.ts. */
import { Worker } from 'node:worker_threads'
import { HourglassError } from '../base/index.js'
import type { WasmModule } from '../engine/index.js'
import type { Choice, PassBytes, TileShape } from './coefficient-coder.js'
import type { EntropyModel } from './entropy-model.js'
import type { CodedTile, TileCoders } from './tile-coders.js'

/** What a thread begins with. */
export interface WorkerParts {
  readonly code: WasmModule
  readonly model: EntropyModel
}

/** What a thread is asked for. */
export type WorkerJob =
  | { readonly kind: 'encode'; readonly shape: TileShape; readonly choice: Choice }
  | {
      readonly kind: 'decode'
      readonly shape: TileShape
      readonly passes: readonly PassBytes[]
      readonly spare?: Int16Array
    }

/** What it answers: a coded tile, or values. */
export type WorkerAnswer = CodedTile | Int16Array

/** A worker runs JavaScript: from the sources (in tests) it is the built one. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../dist/compression/tile-coders-worker-node.js'
    : './tile-coders-worker-node.js',
  import.meta.url,
)

interface Waiting {
  readonly resolve: (answer: WorkerAnswer) => void
  readonly reject: (error: unknown) => void
}

/** Coders in `count` threads, which are started now and do not keep the process alive. */
export function codersInThreads(
  parts: WorkerParts,
  count: number,
): TileCoders & { dispose(): Promise<void> } {
  const threads = Array.from({ length: count }, () => threadOf(parts))
  const ask = (job: WorkerJob, given: readonly ArrayBuffer[] = []): Promise<WorkerAnswer> => {
    const idlest = threads.reduce((one, other) => (other.load() < one.load() ? other : one))
    return idlest.ask(job, given)
  }
  return {
    ahead: count,
    encode: (shape, { latent, step, lambda }, isSpare) =>
      ask(
        { kind: 'encode', shape: sizeOf(shape), choice: { latent, step, lambda } },
        isSpare ? [latent.buffer as ArrayBuffer] : [],
      ) as Promise<CodedTile>,
    decode: (shape, passes, spare) =>
      ask(
        { kind: 'decode', shape: sizeOf(shape), passes: passes.map(alone), ...(spare && { spare }) },
        spare ? [spare.buffer as ArrayBuffer] : [],
      ) as Promise<Int16Array>,
    async dispose() {
      await Promise.all(threads.map((thread) => thread.end()))
    },
  }
}

const sizeOf = ({ columns, rows, planes }: TileShape): TileShape => ({ columns, rows, planes })

/** Bytes without the file that they are a part of: messages carry whole buffers. */
const alone = ({ bytes, isCut }: PassBytes): PassBytes => ({ bytes: bytes.slice(), isCut })

/** A thread that answers in the order in which it is asked. */
function threadOf(parts: WorkerParts) {
  const worker = new Worker(workerFile, { workerData: parts })
  const waiting: Waiting[] = []
  const fail = (error: unknown): void => {
    for (const { reject } of waiting.splice(0)) reject(error)
    worker.unref()
  }
  const answered = (): Waiting => {
    const next = waiting.shift()!
    if (waiting.length === 0) worker.unref()
    return next
  }
  worker.unref()
  worker.on('message', (answer: WorkerAnswer) => answered().resolve(answer))
  worker.on('error', fail)
  worker.on('exit', () => fail(new HourglassError('HG_INTERNAL', 'internal: a thread of the coder ended')))
  return {
    load: () => waiting.length,
    ask: (job: WorkerJob, given: readonly ArrayBuffer[]) =>
      new Promise<WorkerAnswer>((resolve, reject) => {
        waiting.push({ resolve, reject })
        worker.ref()
        worker.postMessage(job, given)
      }),
    end: () => worker.terminate(),
  }
}
