// Hourglass's training step, made of the pieces that src/training is made of.
import { createAutoencoder } from '../../dist/autoencoders/index.js'
import { createNoise, createParameterStore } from '../../dist/engine/index.js'
import { loadKernels, nodeEngine } from '../../dist/engine/node.js'
import { sizeOf, tensor } from '../../dist/graph/index.js'
import { batchFeeds, dataTensors } from '../../dist/training/feeds.js'
import { packingFor, storeTensors } from '../../dist/training/packing.js'
import { trainingStep } from '../../dist/training/index.js'
import { dataRows, descriptionOf, featuresOf, learningRate, rowsOf, weightsOf } from './networks.mjs'

/** A contender: `steps(n)` takes n steps and gives the loss of each; the first step is number 0. */
export async function hourglassStep(network, threads) {
  const description = descriptionOf(network)
  const { parameters } = createAutoencoder(description)
  const store = newStore(network, parameters)
  const packing = packingFor(parameters, store)
  const step = trainingStep(description, {}, packing)
  const program = await nodeEngine.compile(step.graph, { threads })
  const tensors = storeTensors(parameters, store, packing)
  const feedsFor = batchFeeds(step, {
    ...dataTensors({ rows: dataRows, features: featuresOf(network) }),
    ...tensors.feeds,
  })
  const into = { loss: tensor('float32', [], new Float32Array(1)), ...tensors.into }
  const noise = createNoise(0, loadKernels())
  const batches = Array.from({ length: 64 }, (_, i) => rowsOf(network.batch, i))
  let at = 0
  return {
    steps: async (count) => {
      const losses = []
      for (let i = 0; i < count; i++) {
        const rows = batches[at++ % batches.length]
        const batch = feedsFor(rows.length)
        batch.fill(rows, noise, 0)
        await program.run(batch.feeds, into)
        store.step({ learningRate })
        losses.push(into.loss.data[0])
      }
      return losses
    },
    dispose: () => program.dispose(),
  }
}

function newStore(network, parameters) {
  const store = createParameterStore({
    sizes: parameters.map(({ name, shape, decay }) => ({ name, length: sizeOf(shape), decay })),
    optimizer: { kind: 'adamw', weightDecay: 0 },
    kernels: loadKernels(),
  })
  weightsOf(network).forEach(({ weight, bias }, layer) => {
    store.parameter(parameters[2 * layer].name).set(weight)
    store.parameter(parameters[2 * layer + 1].name).set(bias)
  })
  return store
}
