// The networks that training steps are timed on, and numbers for them that every contender can work out for itself:
// formulas, in place of a random generator that only one of them has. peers/pytorch.py computes the same.

/** Rectifiers after every layer but the code and the output; mean squared error; AdamW without decay. */
export const networks = [
  { name: 'tiny', widths: [32, 64, 32, 8, 32, 64, 32], batch: 32, wanted: { pytorch: 3, tfjs: 20 } },
  { name: 'small', widths: [32, 64, 32, 8, 32, 64, 32], batch: 256, wanted: { pytorch: 2, tfjs: 20 } },
  {
    name: 'medium',
    widths: [784, 512, 256, 64, 256, 512, 784],
    batch: 128,
    wanted: { pytorch: 1.3, tfjs: 20, limit: 0.75 },
  },
  {
    name: 'large',
    widths: [2048, 2048, 512, 64, 512, 2048, 2048],
    batch: 512,
    wanted: { pytorch: 1.3, tfjs: 20, limit: 0.75 },
  },
]

/** Rows of the data set that batches are gathered from. */
export const dataRows = 4096

export const learningRate = 1e-3

/** Numbers in [-scale, scale] in a fixed disorder; the square gives matrices full rank. */
export function wave(count, seed, scale) {
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++) values[i] = scale * Math.sin(0.7390851 * (i + 1) ** 2 + seed)
  return values
}

/** `[dataRows, width]` */
export const featuresOf = ({ widths }) => wave(dataRows * widths[0], 1000, 1)

/** First weights `[inputs, outputs]` and biases of every layer, layer by layer. */
export const weightsOf = ({ widths }) =>
  widths.slice(1).map((outputs, i) => {
    const inputs = widths[i]
    return {
      inputs,
      outputs,
      weight: wave(inputs * outputs, 2 * i, Math.sqrt(6 / (inputs + outputs))),
      bias: wave(outputs, 2 * i + 1, 0.1),
    }
  })

/** Whether a layer ends in a rectifier. */
export const isRectified = ({ widths }, layer) => {
  const layers = widths.length - 1
  return layer !== layers / 2 - 1 && layer !== layers - 1
}

/** Rows of a step's batch, out of so many. */
export function rowsOf(batch, step, rows = dataRows) {
  return Int32Array.from({ length: batch }, (_, i) => (1361 * (step * batch + i)) % rows)
}

/** The network as Hourglass describes it. */
export const descriptionOf = ({ widths }) => ({
  kind: 'undercomplete',
  space: {
    width: widths[0],
    numericCount: widths[0],
    columns: Array.from({ length: widths[0] }, (_, i) => ({ name: `x${i}`, start: i, width: 1 })),
  },
  options: { hidden: widths.slice(1, (widths.length - 1) / 2), latent: widths[(widths.length - 1) / 2] },
})

/** Floating point operations of a step's matrix products: forward, by the weights, and by all inputs but the first. */
export function productFlops({ widths, batch }) {
  const products = widths.slice(1).map((outputs, i) => 2 * batch * widths[i] * outputs)
  return 3 * products.reduce((a, b) => a + b, 0) - products[0]
}
