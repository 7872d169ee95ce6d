// The limit of a training step of any kind: the matrix products and convolutions of its graph, and nothing else, in one
// ONNX Runtime graph. None waits for another; what lies between them (gather, biases, activations, loss, windows of
// images, optimiser) is left out. Tensors of one shape lie on the same memory, as the runtime's own buffers would:
// with a buffer for each, the products alone took up to a third longer than the whole step.
import { createAutoencoder } from '../../dist/autoencoders/index.js'
import { nodeEngine } from '../../dist/engine/node.js'
import { applyOne, factorsOf, floats, graph, input, nodesInOrder, sizeOf } from '../../dist/graph/index.js'
import { trainingStep } from '../../dist/training/index.js'
import { wave } from './networks.mjs'

const products = ['Gemm', 'MatMul', 'Conv', 'ConvTranspose']

/** A contender whose steps have no loss. */
export async function productsAlone({ description, batch, rows }, threads) {
  const step = trainingStep(createAutoencoder(description), {})
  const sizes = { batch, rows }
  const shapeOf = ({ shape }) =>
    shape.map((dim) => {
      const { known, symbols } = factorsOf(dim)
      return symbols.reduce((product, symbol) => product * sizes[symbol], known)
    })
  const [outputs, feeds, into] = [{}, {}, {}]
  const [read, written] = [sharedTensors(), sharedTensors()]
  // A product with a constant deals out pixels (src/graph/windows.ts), which is no part of the limit.
  const isProduct = ({ op, inputs }) =>
    products.includes(op) && inputs.slice(0, 2).every(({ node }) => node.op !== 'Constant')
  const found = nodesInOrder(Object.values(step.graph.outputs)).filter(isProduct)
  found.forEach((node, i) => {
    // Without its bias, the third input.
    const operands = node.inputs.slice(0, 2).map((value, k) => {
      const [name, shape] = [`${i}.${k}`, shapeOf(value)]
      feeds[name] = read(shape)
      return input(name, 'float32', shape)
    })
    const output = applyOne(node.op, operands, node.attributes)
    outputs[`${i}`] = output
    into[`${i}`] = written(output.shape)
  })
  const program = await nodeEngine.compile(graph(outputs), { threads })
  return {
    steps: async (count) => {
      for (let i = 0; i < count; i++) await program.run(feeds, into)
      return []
    },
    dispose: () => program.dispose(),
  }
}

/** One tensor for each shape, of numbers without a pattern. */
function sharedTensors() {
  const made = new Map()
  return (shape) => {
    const key = shape.join('×')
    if (!made.has(key)) made.set(key, floats(wave(sizeOf(shape), 1, 1), shape))
    return made.get(key)
  }
}
