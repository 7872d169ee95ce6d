/** The inside of the worker thread that `trainInWorker` starts: one training, then the end. */
import { parentPort, workerData } from 'node:worker_threads'
import { HourglassError, messageOf } from '../base/index.js'
import { checkpointFile, trainHere, type WorkerMessage, type WorkerRequest } from './node.js'

const port = parentPort
if (port === null) throw new HourglassError('HG_INTERNAL', 'worker-node.js runs in a worker thread only')

const { task, checkpoint } = workerData as WorkerRequest
const stop = new AbortController()
port.on('message', () => stop.abort())
const send = (message: WorkerMessage): void => port.postMessage(message)

try {
  const result = await trainHere(task, {
    signal: stop.signal,
    onProgress: (progress) => send({ kind: 'progress', progress }),
    checkpoint: checkpoint === undefined ? undefined : checkpointFile(checkpoint.path, checkpoint.resume),
  })
  send({ kind: 'result', result })
} catch (error) {
  send({
    kind: 'error',
    code: error instanceof HourglassError ? error.code : undefined,
    message: messageOf(error),
  })
}
port.close()
