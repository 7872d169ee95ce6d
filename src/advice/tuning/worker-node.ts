/** The inside of a worker thread of trial-runner-node.ts: one trial after the other, until it is ended. */
import { parentPort, workerData } from 'node:worker_threads'
import { HourglassError, messageOf } from '../../base/index.js'
import { nodeMachine } from '../../training/node.js'
import type { TuningTask } from './task.js'
import { runTrial } from './trial.js'
import type { FromWorker, ToWorker } from './trial-runner-node.js'

const port = parentPort
if (port === null) throw new HourglassError('HG_INTERNAL', 'worker-node.js runs in a worker thread only')

const task = workerData as TuningTask
const machine = nodeMachine()
const send = (message: FromWorker): void => port.postMessage(message)
let stop = new AbortController()

port.on('message', (message: ToWorker) => {
  if (message.kind === 'stop') stop.abort()
  else void answer(message)
})

async function answer({ trial, resource }: Extract<ToWorker, { kind: 'run' }>): Promise<void> {
  stop = new AbortController()
  try {
    const result = await runTrial(task, trial, resource, machine, {
      signal: stop.signal,
      onProgress: (progress) => send({ kind: 'progress', progress }),
    })
    send({ kind: 'result', result })
  } catch (error) {
    send({
      kind: 'error',
      code: error instanceof HourglassError ? error.code : undefined,
      message: messageOf(error),
    })
  }
}
