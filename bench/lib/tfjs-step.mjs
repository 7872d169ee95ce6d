// TensorFlow.js on its WebAssembly backend as a contender; from bench/node_modules, where installed.
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { dataRows, featuresOf, isRectified, learningRate, rowsOf, weightsOf } from './networks.mjs'

/** The library with its backend ready, or undefined where it is not installed. */
export async function loadTfjs() {
  try {
    const require = createRequire(import.meta.url)
    const tf = require('@tensorflow/tfjs')
    const wasm = require('@tensorflow/tfjs-backend-wasm')
    wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep)
    await tf.setBackend('wasm')
    await tf.ready()
    return tf
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** A contender, one thread: the backend has no more in Node. */
export function tfjsStep(tf, network) {
  const { batch } = network
  const data = tf.tensor2d(featuresOf(network), [dataRows, network.widths[0]])
  const layers = weightsOf(network).map(({ inputs, outputs, weight, bias }) => ({
    weight: tf.variable(tf.tensor2d(weight, [inputs, outputs])),
    bias: tf.variable(tf.tensor1d(bias)),
  }))
  // Hourglass halves the squared error; twice its epsilon makes the same step of a gradient twice as long.
  const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 2e-8)
  const batches = Array.from({ length: 64 }, (_, i) => tf.tensor1d(rowsOf(batch, i), 'int32'))
  const lossOf = (x) => {
    const output = layers.reduce((h, { weight, bias }, i) => {
      const sum = tf.add(tf.matMul(h, weight), bias)
      return isRectified(network, i) ? tf.relu(sum) : sum
    }, x)
    return tf.mean(tf.squaredDifference(x, output))
  }
  let at = 0
  return {
    steps: (count) => {
      const losses = []
      for (let i = 0; i < count; i++) {
        const rows = batches[at++ % batches.length]
        const loss = tf.tidy(() => optimizer.minimize(() => lossOf(tf.gather(data, rows)), true))
        losses.push(loss.dataSync()[0] / 2)
        loss.dispose()
      }
      return Promise.resolve(losses)
    },
    dispose: () => tf.disposeVariables(),
  }
}
