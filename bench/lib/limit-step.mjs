// The limit of a training step: its matrix products alone, in one ONNX Runtime graph. Forward h·W, backward g·Wᵀ
// (not of the first layer, whose inputs need no gradient) and hᵀ·g; no gather, bias, rectifier, loss or optimiser.
import { nodeEngine } from '../../dist/engine/node.js'
import { gemm, graph, input, tensor } from '../../dist/graph/index.js'
import { wave, weightsOf } from './networks.mjs'

/** A contender whose steps have no loss. */
export async function limitStep(network, threads) {
  const layers = weightsOf(network)
  const program = await nodeEngine.compile(productsOf(network, layers), { threads })
  const feeds = {
    x: tensor('float32', [network.batch, network.widths[0]], wave(network.batch * network.widths[0], 1, 1)),
  }
  const into = {}
  layers.forEach(({ inputs, outputs, weight }, i) => {
    feeds[`w${i}`] = tensor('float32', [inputs, outputs], weight)
    into[`d${i}`] = tensor('float32', [inputs, outputs], new Float32Array(inputs * outputs))
  })
  return {
    steps: async (count) => {
      for (let i = 0; i < count; i++) await program.run(feeds, into)
      return []
    },
    dispose: () => program.dispose(),
  }
}

function productsOf({ batch, widths }, layers) {
  const weights = layers.map(({ inputs, outputs }, i) => input(`w${i}`, 'float32', [inputs, outputs]))
  const hidden = [input('x', 'float32', [batch, widths[0]])]
  for (const weight of weights) hidden.push(gemm(hidden.at(-1), weight))
  const outputs = {}
  let slope = hidden.at(-1)
  for (let i = weights.length - 1; i >= 0; i--) {
    outputs[`d${i}`] = gemm(hidden[i], slope, { transposeA: true })
    if (i > 0) slope = gemm(slope, weights[i], { transposeB: true })
  }
  return graph(outputs)
}
