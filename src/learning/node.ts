/** Learning in Node: the engine, the files and the worker threads of this process. */
import { writeFileAtomic } from '../base/node.js'
import { nodeEngine } from '../engine/node.js'
import { checkpointFile, trainHere, trainInWorker } from '../training/node.js'
import type { LearningMachine } from './machine.js'

/** The machine of this process. */
export const nodeLearning: LearningMachine = {
  engine: nodeEngine,
  train: async (task, { worker = false, checkpoint, onProgress, signal }) => {
    if (worker) return trainInWorker(task, { onProgress, signal, ...(checkpoint && { checkpoint }) })
    const store = checkpoint === undefined ? undefined : checkpointFile(checkpoint.path, checkpoint.resume)
    return trainHere(task, { onProgress, signal, checkpoint: store })
  },
  writeFile: writeFileAtomic,
}
