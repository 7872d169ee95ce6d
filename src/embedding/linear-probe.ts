/**
 * A linear probe: how well a softmax regression tells classes apart by some numbers of each row. What it cannot tell, the
 * numbers do not say plainly (Alain & Bengio 2017, "Understanding intermediate layers using linear classifier probes").
 *
 *     numbers, standardised ──► W·x + b ──► softmax        loss = −log p(class) + weight decay
 */
import { HourglassError, permutation, randomFor, type LongWork } from '../base/index.js'
import type { Autoencoder } from '../autoencoders/index.js'
import type { Points } from '../geometry/index.js'
import { argMax, cast, equal, logSoftmax, mul, neg, not, reduceSum } from '../graph/index.js'
import { dense } from '../layers/index.js'
import type { LearningMachine } from '../learning/index.js'
import { defaultTraining } from '../training/index.js'

/** Rows with their numbers and classes. */
export interface ProbeRows {
  readonly points: Points
  /** `[rows]`, from 0; −1 where a row has no class and is left out. */
  readonly classes: Int32Array
}

/** How often the probe is right on rows that it did not learn from. */
export interface ProbeResult {
  /** 0 to 1. */
  readonly accuracy: number
  /** Of the accuracy, by the binomial. */
  readonly standardError: number
  /** Rows it was measured on. */
  readonly rows: number
}

/** Share of the rows that choose when to stop. */
const validationShare = 0.15
const [batchSize, epochs, leastSteps, mostSteps] = [256, 60, 1000, 6000]

/**
 * Learns on one set of rows and measures on another.
 *
 * @throws HG_LABEL_INVALID when the rows to learn from have fewer than two classes, HG_INTERRUPTED
 */
export async function linearProbe(
  learnFrom: ProbeRows,
  measured: ProbeRows,
  { machine, seed = 0, ...work }: { readonly machine: LearningMachine; readonly seed?: number } & LongWork,
): Promise<ProbeResult> {
  const [train, test] = [withClass(learnFrom), withClass(measured)]
  const classCount = 1 + Math.max(-1, ...new Set(learnFrom.classes), ...new Set(measured.classes))
  if (new Set(train.classes).size < 2 || test.classes.length === 0) {
    throw new HourglassError(
      'HG_LABEL_INVALID',
      'linear probe: expected at least two classes to learn and a row to measure; give a label of several values',
    )
  }
  const { width } = train.points
  const standard = standardizer(train.points)
  const features = new Float32Array((train.points.rows + test.points.rows) * width)
  features.set(standard(train.points))
  features.set(standard(test.points), train.points.rows * width)
  const all = [...train.classes, ...test.classes]
  const targets = new Float32Array(all.length * classCount)
  all.forEach((label, row) => (targets[row * classCount + label] = 1))
  const order = permutation(train.points.rows, randomFor(seed, 'probe'))
  const held = Math.max(1, Math.round(order.length * validationShare))
  const stepsPerEpoch = Math.ceil((order.length - held) / batchSize)
  const probe = softmaxRegression(width, classCount)
  const { weights } = await machine.train(
    {
      autoencoder: probe,
      data: {
        rows: all.length,
        features,
        targets,
        validation: order.slice(0, held).sort(),
        training: order.slice(held).sort(),
      },
      options: {
        ...defaultTraining,
        batchSize: Math.min(batchSize, order.length - held),
        steps: Math.min(mostSteps, Math.max(leastSteps, epochs * stepsPerEpoch)),
        learningRate: 3e-2,
        weightDecay: 1e-2,
        evaluateEvery: 50,
        patience: 8,
        seed,
        threads: 1,
      },
    },
    work,
  )
  const right = test.classes.filter(
    (label, row) => label === mostLikely(weights, features, train.points.rows + row, width, classCount),
  ).length
  const rows = test.classes.length
  const accuracy = right / rows
  return { accuracy, standardError: Math.sqrt((accuracy * (1 - accuracy)) / rows), rows }
}

/** A softmax regression as an autoencoder of one's own: what trains those trains it too. */
function softmaxRegression(width: number, classCount: number): Autoencoder {
  const layer = dense({ name: 'probe', inputs: width, outputs: classCount, initializer: { kind: 'zeros' } })
  const none = (): never => {
    throw new Error('internal: a linear probe gives nothing back')
  }
  return {
    kind: 'linear probe',
    space: {
      width,
      numericCount: width,
      columns: Array.from({ length: width }, (_, i) => ({ name: `${i}`, start: i, width: 1 })),
    },
    widths: [width, classCount],
    latent: classCount,
    parameters: layer.parameters,
    encode: ({ features }, context) => layer.apply(features, context),
    objective: ({ features, target }, context) => {
      const logits = layer.apply(features, context)
      const loss = neg(reduceSum(mul(target!, logSoftmax(logits)), { axes: [1] }))
      const wrong = cast(not(equal(argMax(logits), argMax(target!))), 'float32')
      return { loss, parts: { loss }, metrics: { wrong } }
    },
    decode: none,
    forward: none,
    errors: none,
    expected: none,
    errorScale: [],
  }
}

/** The class of the largest logit of a row. */
function mostLikely(
  weights: Readonly<Record<string, Float32Array>>,
  features: Float32Array,
  row: number,
  width: number,
  classCount: number,
): number {
  const [weight, bias] = [weights['probe.weight']!, weights['probe.bias']!]
  const logits = Float64Array.from(bias)
  for (let i = 0; i < width; i++) {
    const x = features[row * width + i]!
    for (let c = 0; c < classCount; c++) logits[c]! += x * weight[i * classCount + c]!
  }
  return logits.indexOf(Math.max(...logits))
}

/** Numbers of mean 0 and variance 1 by the rows that are learned from; a constant number becomes 0. */
function standardizer({ rows, width, values }: Points): (points: Points) => Float32Array {
  const [mean, variance] = [new Float64Array(width), new Float64Array(width)]
  for (let i = 0; i < values.length; i++) mean[i % width]! += values[i]! / rows
  for (let i = 0; i < values.length; i++) variance[i % width]! += (values[i]! - mean[i % width]!) ** 2 / rows
  const unit = variance.map((v) => (v > 1e-12 ? 1 / Math.sqrt(v) : 0))
  return (points) => points.values.map((value, i) => (value - mean[i % width]!) * unit[i % width]!)
}

/** The rows that have a class. */
function withClass({ points: { width, values }, classes }: ProbeRows): ProbeRows {
  const rows = Int32Array.from(classes.keys()).filter((row) => classes[row]! >= 0)
  const kept = new Float32Array(rows.length * width)
  rows.forEach((row, i) => kept.set(values.subarray(row * width, (row + 1) * width), i * width))
  return { points: { rows: rows.length, width, values: kept }, classes: rows.map((row) => classes[row]!) }
}
