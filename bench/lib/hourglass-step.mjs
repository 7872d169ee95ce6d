// Hourglass's training step, made of the pieces that src/training is made of.
import { createAutoencoder } from '../../dist/autoencoders/index.js'
import { createNoise, createParameterStore } from '../../dist/engine/index.js'
import { loadKernels, nodeEngine } from '../../dist/engine/node.js'
import { sizeOf, tensor } from '../../dist/graph/index.js'
import { batchFeeds, dataTensors } from '../../dist/training/feeds.js'
import { packingFor, storeTensors } from '../../dist/training/packing.js'
import { trainingStep } from '../../dist/training/index.js'
import { dataRows, descriptionOf, featuresOf, learningRate, rowsOf, wave, weightsOf } from './networks.mjs'

/** A contender for one of the networks. */
export const hourglassStep = (network, threads) =>
  trainingContender(
    {
      description: descriptionOf(network),
      weights: weightsOf(network).flatMap(({ weight, bias }) => [weight, bias]),
      features: featuresOf(network),
      rows: dataRows,
      batch: network.batch,
    },
    threads,
  )

/**
 * A contender: `steps(n)` takes n steps and gives the loss of each; the first step is number 0. Its noise is a formula,
 * `noiseOf`, so that others can have the same. `timed(n)` draws it, as a training does, and gives seconds.
 *
 * @param setup `description` of an autoencoder, first `weights` in the order of its parameters, `features` as `rows`
 *   rows, and how many of them are a `batch`
 */
export async function trainingContender({ description, weights, features, rows, batch }, threads) {
  const { parameters } = createAutoencoder(description)
  const store = storeOf(parameters, weights)
  const packing = packingFor(parameters, store)
  const step = trainingStep(description, {}, packing)
  const program = await nodeEngine.compile(step.graph, { threads })
  const tensors = storeTensors(parameters, store, packing)
  const feedsFor = batchFeeds(step, { ...dataTensors({ rows, features }), ...tensors.feeds })
  const scalars = [...Object.values(step.parts), ...Object.values(step.metrics)]
  const into = Object.fromEntries(
    ['loss', ...scalars].map((name) => [name, tensor('float32', [], new Float32Array(1))]),
  )
  Object.assign(into, tensors.into)
  const drawn = createNoise(0, loadKernels())
  const batches = Array.from({ length: 64 }, (_, i) => rowsOf(batch, i, rows))
  let at = 0
  const take = async (count, noiseAt) => {
    const losses = []
    for (let i = 0; i < count; i++, at++) {
      const chosen = batches[at % batches.length]
      const fed = feedsFor(chosen.length)
      fed.fill(chosen, noiseAt(at), 0)
      await program.run(fed.feeds, into)
      store.step({ learningRate })
      losses.push(into.loss.data[0])
    }
    return losses
  }
  return {
    steps: (count) => take(count, noiseOf),
    timed: async (count) => {
      const began = performance.now()
      await take(count, () => drawn)
      return (performance.now() - began) / 1000
    },
    dispose: () => program.dispose(),
  }
}

/** "Normal" noise of a step that is to be compared, as peers work it out too. */
const noiseOf = (step) => ({
  normal: (target) => target.set(wave(target.length, 500 + step, 1.5)),
})

function storeOf(parameters, weights) {
  const store = createParameterStore({
    sizes: parameters.map(({ name, shape, decay }) => ({ name, length: sizeOf(shape), decay })),
    optimizer: { kind: 'adamw', weightDecay: 0 },
    kernels: loadKernels(),
  })
  parameters.forEach(({ name }, i) => store.parameter(name).set(weights[i]))
  return store
}
