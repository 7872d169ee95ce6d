// Training as the experiments do it: one thread, options by epochs, checkpoints that a killed run goes on from, and a
// line every now and then.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defaultTraining } from '../../../dist/training/index.js'
import { checkpointFile, trainHere } from '../../../dist/training/node.js'

/**
 * Trains and returns weights and record.
 *
 * @param job `name` of the checkpoint, `autoencoder`, `data`, `epochs`, `initial`, and what else `options` has
 * @param run `seed`, `threads`, `checkpoints`, a folder, or undefined for none, and `say`, which is given lines
 */
export async function trainFor(job, { seed, threads, checkpoints, say = console.log }) {
  const { name, autoencoder, data, epochs, initial, evaluations = 10, ...options } = job
  const batchSize = options.batchSize ?? 100
  const steps = Math.max(1, Math.round((epochs * data.training.length) / batchSize))
  if (checkpoints !== undefined) mkdirSync(checkpoints, { recursive: true })
  let said = performance.now()
  const { weights, record } = await trainHere(
    {
      autoencoder,
      data,
      ...(initial !== undefined && { initial }),
      options: {
        ...defaultTraining,
        weightDecay: 0,
        ...options,
        steps,
        batchSize,
        evaluateEvery: Math.max(1, Math.ceil(steps / evaluations)),
        seed,
        threads,
      },
    },
    {
      ...(checkpoints !== undefined && {
        checkpoint: oncePerMinute(checkpointFile(join(checkpoints, `${name}.state`), true)),
      }),
      onProgress: ({ detail }) => {
        if (performance.now() - said < 20_000) return
        said = performance.now()
        say(`${new Date().toISOString().slice(11, 19)} ${name}: ${detail}`)
      },
    },
  )
  const losses = record.points.map(({ validationLoss, trainLoss }) =>
    (validationLoss ?? trainLoss).toPrecision(4),
  )
  say(`${name}: ${losses.join(' ')} in ${record.seconds.toFixed(0)} s`)
  return { weights, record }
}

/** Writes the state at most once a minute: on a busy machine more would take longer than the training. */
function oncePerMinute({ load, save }) {
  let saved = performance.now()
  return {
    load,
    save: async (state) => {
      if (performance.now() - saved < 60_000) return
      await save(state)
      saved = performance.now()
    },
  }
}
