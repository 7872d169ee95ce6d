// A classifier as an autoencoder of one's own: what trains autoencoders trains it too.
//
//     features: inputs, then one-hot label columns        inputs ──► [hidden layer, sigmoid] ──► logits
//
//     loss = −log softmax(logits)[label] + ½ decay ‖W‖²
//
// The best weights are kept by the share of held-out rows that are misclassified, as the papers do it.
import * as g from '../../../dist/graph/index.js'
import { dense, sequential } from '../../../dist/layers/index.js'
import { apply as applyTo } from './apply.mjs'

/** Rows of inputs with their labels appended one-hot, as training data reads them. */
export function labelled({ images, labels, rows }, classes = 10) {
  const inputs = images.length / rows
  const width = inputs + classes
  const features = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    features.set(images.subarray(row * inputs, (row + 1) * inputs), row * width)
    features[row * width + inputs + labels[row]] = 1
  }
  return features
}

/**
 * A classifier of `inputs` numbers; without `hidden` it is a logistic regression.
 *
 * @param options `inputs`, `classes`, `hidden` (units, default none), `decay` (of the weights' squares, default 0)
 */
export function classifier({ inputs, hidden, classes = 10, decay = 0 }) {
  const layers =
    hidden === undefined
      ? [dense({ name: 'output', inputs, outputs: classes })]
      : [
          dense({ name: 'encoder.0', inputs, outputs: hidden, activation: 'sigmoid' }),
          dense({ name: 'output', inputs: hidden, outputs: classes }),
        ]
  const { parameters, apply } = sequential(layers)
  const width = inputs + classes
  const columns = Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
  const logits = (features, context) =>
    apply(g.slice(features, [{ axis: 1, start: 0, end: inputs }]), context)
  return {
    kind: 'classifier',
    space: { width, numericCount: width, columns },
    widths: [inputs, ...(hidden === undefined ? [] : [hidden]), classes],
    latent: classes,
    parameters,
    logits,
    objective: ({ features }, context) => {
      const labels = g.slice(features, [{ axis: 1, start: inputs, end: width }])
      const given = logits(features, context)
      const error = g.neg(g.reduceSum(g.mul(labels, g.logSoftmax(given)), { axes: [1] }))
      const wrong = g.cast(g.not(g.equal(g.argMax(given), g.argMax(labels))), 'float32')
      const parts = { error }
      if (decay > 0) {
        const squares = parameters
          .filter((parameter) => parameter.decay)
          .map(({ name }) => g.reduceSumSquare(context.weight(name)))
        parts.decay = g.mul(
          squares.reduce((a, b) => g.add(a, b)),
          decay / 2,
        )
      }
      // Equal shares of mistakes are told apart by the loss.
      const heldOut = g.add(wrong, g.mul(error, 1e-4))
      return { loss: Object.values(parts).reduce((a, b) => g.add(a, b)), parts, heldOut, metrics: { wrong } }
    },
  }
}

/** Share of rows that are misclassified, in per cent. */
export async function errorPercent(model, weights, { images, labels, rows }) {
  const outputs = await applyTo(model.logits, {
    parameters: model.parameters,
    weights,
    features: images,
    rows,
  })
  const classes = outputs.length / rows
  let wrong = 0
  for (let row = 0; row < rows; row++) {
    const scores = outputs.subarray(row * classes, (row + 1) * classes)
    if (scores.indexOf(Math.max(...scores)) !== labels[row]) wrong++
  }
  return (100 * wrong) / rows
}

/** Mistakes of 10,000 that two error rates may differ by through chance alone, in per cent: two standard errors. */
export const twoErrors = (percent, rows) => 200 * Math.sqrt(((percent / 100) * (1 - percent / 100)) / rows)
