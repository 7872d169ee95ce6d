/** The inside of a thread that codes tiles: a coder of its own, one answer for each job. */
import { parentPort, workerData } from 'node:worker_threads'
import { HourglassError } from '../base/index.js'
import { coefficientCoder } from './coefficient-coder.js'
import type { WorkerAnswer, WorkerJob, WorkerParts } from './tile-coders-node.js'

const port = parentPort
if (port === null)
  throw new HourglassError('HG_INTERNAL', 'tile-coders-worker-node.js runs in a worker thread only')

const { code, model } = workerData as WorkerParts
const coder = coefficientCoder(code, model)

port.on('message', (job: WorkerJob) => {
  const { shape } = job
  const answer: WorkerAnswer =
    job.kind === 'encode' ? coder.encode(shape, job.choice) : coder.decode(shape, job.passes, job.spare)
  const arrays = answer instanceof Int16Array ? [answer] : [answer.values, ...answer.passes]
  const buffers = arrays.map(({ buffer }) => buffer)
  port.postMessage(answer, buffers as ArrayBuffer[])
})
