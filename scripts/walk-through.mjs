// Writes docs/walk-through.md: one row of real data goes through encoder, latent space, decoder and loss, and the slopes
// come back through every layer. Every number is computed here, by the library's own graph in float64 on the reference
// engine, and checked against the formula that stands beside it; so the page cannot be wrong without the build failing.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { readTable } from '../dist/data/index.js'
import { createAutoencoder } from '../dist/autoencoders/index.js'
import { randomFor } from '../dist/base/index.js'
import { interpret } from '../dist/engine/index.js'
import { gradients } from '../dist/gradient/index.js'
import { graph, input, reduceMean, scalar, sizeOf, tensor } from '../dist/graph/index.js'
import { initialValues } from '../dist/layers/index.js'

const columns = ['temp_max', 'temp_min', 'wind']
const units = ['°C', '°C', 'm/s']
const steps = 400
const learningRate = 0.2
const shownRow = 200

/** The page as Markdown. */
export async function walkThroughPage() {
  const data = await weather()
  const network = networkOn(data)
  const first = network.startingWeights()
  const single = network.run(first, [data.scaled[shownRow]])
  const hand = byHand(network.matrices(first), data.scaled[shownRow])
  agree(single, hand)
  const stepped = network.step(first, single.slopes, learningRate)
  const before = network.run(first, data.scaled)
  const trained = network.train(first, data.scaled, steps)
  const after = network.run(trained, data.scaled)
  return pageOf({
    data,
    network,
    first,
    single,
    hand,
    afterStep: network.run(stepped, [data.scaled[shownRow]]).loss,
    before,
    after,
    shown: network.run(trained, [data.scaled[shownRow]]),
    ends: extremes(data, after.latent),
  })
}

/** Three columns of the weather of Seattle, scaled to mean 0 and deviation 1. */
async function weather() {
  const folder = dirname(createRequire(import.meta.url).resolve('vega-datasets'))
  const table = await readTable(join(folder, '../data/seattle-weather.csv'))
  const raw = columns.map((name) => table.columns.find((column) => column.name === name).values)
  const scalings = raw.map((values) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
    return { mean, deviation }
  })
  const rows = Array.from({ length: table.rowCount }, (_, row) => raw.map((values) => values[row]))
  const scaled = rows.map((row) => row.map((x, i) => (x - scalings[i].mean) / scalings[i].deviation))
  const days = table.columns.find((column) => column.storage === 'datetime').values
  return { rows, scaled, scalings, days }
}

/** The library's undercomplete autoencoder 3-2-1-2-3 with tanh, run in float64. */
function networkOn() {
  const space = {
    width: 3,
    numericCount: 3,
    columns: columns.map((name, start) => ({ name, start, width: 1 })),
  }
  const options = { hidden: [2], latent: 1, activation: 'tanh' }
  const { parameters, objective, forward } = createAutoencoder({ kind: 'undercomplete', space, options })
  const weights = new Map(parameters.map(({ name, shape }) => [name, input(name, 'float32', shape)]))
  const features = input('features', 'float32', ['batch', 3])
  const layers = new Map()
  const context = { weight: (name) => weights.get(name), observe: (name, value) => layers.set(name, value) }
  const { loss } = objective({ features }, { ...context, noise: undefined, progress: scalar(1) })
  const mean = reduceMean(loss)
  const of = [...weights.values(), ...layers.values()]
  const names = [...weights.keys(), ...layers.keys()]
  const slopes = gradients(mean, of)
  const { latent, reconstruction } = forward({ features }, { weight: context.weight })
  const whole = graph({
    loss: mean,
    latent,
    reconstruction,
    ...Object.fromEntries([...layers].map(([name, value]) => [`layer ${name}`, value])),
    ...Object.fromEntries(names.map((name, i) => [`slope ${name}`, slopes[i]])),
  })
  const run = (values, rows) => {
    const feeds = {
      features: tensor('float64', [rows.length, 3], Float64Array.from(rows.flat())),
      ...Object.fromEntries(
        parameters.map(({ name, shape }) => [name, tensor('float64', shape, values[name])]),
      ),
    }
    const outputs = interpret(whole, feeds, { keepFloat64: true })
    const read = (prefix, list) =>
      Object.fromEntries(list.map((name) => [name, outputs[`${prefix} ${name}`].data]))
    return {
      loss: outputs.loss.data[0],
      latent: outputs.latent.data,
      reconstruction: outputs.reconstruction.data,
      layers: read('layer', [...layers.keys()]),
      slopes: read('slope', names),
    }
  }
  const step = (values, slopesOf, rate) =>
    Object.fromEntries(
      Object.entries(values).map(([name, w]) => [name, w.map((x, i) => x - rate * slopesOf[name][i])]),
    )
  return {
    run,
    step,
    parameters,
    startingWeights: () =>
      Object.fromEntries(
        parameters.map(({ name, shape, initializer }) => [
          name,
          Float64Array.from(initialValues(initializer, sizeOf(shape), randomFor(7, name))),
        ]),
      ),
    matrices: (values) =>
      ['encoder.0', 'encoder.1', 'decoder.0', 'decoder.1'].map((layer) => {
        const { shape } = parameters.find(({ name }) => name === `${layer}.weight`)
        const weight = values[`${layer}.weight`]
        return {
          weight: Array.from({ length: shape[0] }, (_, i) =>
            Array.from(weight.slice(i * shape[1], (i + 1) * shape[1])),
          ),
          bias: Array.from(values[`${layer}.bias`]),
        }
      }),
    train: (values, rows, count) => {
      const every = rows.filter((_, i) => i % 8 === 0) // an eighth of the days tells enough, and the page builds at once
      let at = values
      for (let i = 0; i < count; i++) at = step(at, run(at, every).slopes, learningRate)
      return at
    },
  }
}

/** The same pass and the same slopes by formulas that a reader can follow. */
function byHand([e0, e1, d0, d1], x) {
  const affine = (row, { weight, bias }) =>
    bias.map((b, j) => row.reduce((sum, xi, i) => sum + xi * weight[i][j], b))
  const h = affine(x, e0).map(Math.tanh)
  const z = affine(h, e1)
  const k = affine(z, d0).map(Math.tanh)
  const y = affine(k, d1)
  const loss = y.reduce((sum, yi, i) => sum + 0.5 * (yi - x[i]) ** 2, 0) / x.length
  const back = (slope, { weight }) => weight.map((row) => row.reduce((sum, w, j) => sum + w * slope[j], 0))
  const bend = (slope, out) => slope.map((s, i) => s * (1 - out[i] ** 2))
  const outer = (a, b) => a.map((ai) => b.map((bj) => ai * bj))
  const dy = y.map((yi, i) => (yi - x[i]) / x.length)
  const dk = back(dy, d1)
  const dk0 = bend(dk, k)
  const dz = back(dk0, d0)
  const dh = back(dz, e1)
  const dh0 = bend(dh, h)
  return {
    h,
    z,
    k,
    y,
    loss,
    dy,
    dk,
    dk0,
    dz,
    dh,
    dh0,
    weights: {
      'decoder.1.weight': outer(k, dy),
      'decoder.1.bias': dy,
      'decoder.0.weight': outer(z, dk0),
      'decoder.0.bias': dk0,
      'encoder.1.weight': outer(h, dz),
      'encoder.1.bias': dz,
      'encoder.0.weight': outer(x, dh0),
      'encoder.0.bias': dh0,
    },
  }
}

/** Library and formulas must agree, or the page is not written. */
function agree(single, hand) {
  const pairs = [
    [single.layers['encoder.0'], hand.h],
    [single.latent, hand.z],
    [single.layers['decoder.0'], hand.k],
    [single.reconstruction, hand.y],
    [[single.loss], [hand.loss]],
    [single.slopes['encoder.1'], hand.dz],
    ...Object.entries(hand.weights).map(([name, slope]) => [single.slopes[name], slope.flat()]),
  ]
  for (const [a, b] of pairs) {
    if (a.length !== b.length || b.some((value, i) => Math.abs(value - a[i]) > 1e-6))
      throw new Error('walk-through: the library and the formulas of the page disagree')
  }
}

/** Days with the lowest and the highest code. */
function extremes({ rows, days }, latent) {
  const order = [...latent.keys()].sort((a, b) => latent[a] - latent[b])
  return [order[0], order.at(-1)].map((row) => ({ day: dayOf(days[row]), row: rows[row], code: latent[row] }))
}

const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10)
const number = (x) => (Math.abs(x) < 5e-5 ? 0 : x).toFixed(4).replace('-', '−')
const vector = (values) => `[${Array.from(values, number).join(', ')}]`
const code = (lines) => ['```text', ...lines, '```', '']

function matrixLines(name, matrix) {
  const cells = matrix.map((row) => row.map(number))
  const width = Math.max(...cells.flat().map((cell) => cell.length))
  return cells.map(
    (row, i) => `${(i === 0 ? name : '').padEnd(10)}  ${row.map((cell) => cell.padStart(width)).join('  ')}`,
  )
}

/** One product written out: `0.1 · 0.2 + … + bias`. */
const written = (x, weight, bias, j) =>
  [...x.map((xi, i) => `${number(xi)} · ${number(weight[i][j])}`), number(bias[j])].join(' + ')

function pageOf({ data, network, first, single, hand, afterStep, before, after, shown, ends }) {
  const [e0, e1, d0, d1] = network.matrices(first)
  const [raw, x] = [data.rows[shownRow], data.scaled[shownRow]]
  return [
    '# One row, all the way through and back',
    '',
    '<!-- Generated by `npm run docs` from scripts/walk-through.mjs, which computes every number; edit that. -->',
    '',
    'An autoencoder has five parts: **encoder**, **latent space**, **decoder**, **loss**, and **backpropagation**. Here is one',
    `row going through all five, with every number. The data are ${data.rows.length.toLocaleString('en')} days of weather in Seattle (vega-datasets), the`,
    'network is the smallest one that deserves the name: three columns, two hidden units, a code of one number, and back.',
    '',
    '```ts',
    "createAutoencoder({ kind: 'undercomplete', space, options: { hidden: [2], latent: 1, activation: 'tanh' } })",
    '```',
    '',
    'The weights are the ones a training starts with: drawn at random, from seed 7. So expect nonsense first.',
    '',
    '## The row',
    '',
    `${dayOf(data.days[shownRow])}: ${columns.map((name, i) => `${name} ${raw[i]} ${units[i]}`).join(', ')}. Each column is scaled to mean 0 and deviation 1, so that`,
    'no unit of measurement decides what matters:',
    '',
    ...code(
      columns.map(
        (name, i) =>
          `${name.padEnd(9)} (${raw[i]} − ${data.scalings[i].mean.toFixed(4)}) / ${data.scalings[i].deviation.toFixed(4)} = ${number(x[i])}`,
      ),
    ),
    `So x = ${vector(x)}.`,
    '',
    '## Encoder',
    '',
    'A dense layer multiplies by a matrix, adds a bias, and bends the result with tanh:',
    '',
    ...code([
      ...matrixLines('weight', e0.weight),
      '',
      ...[0, 1].map((j) => `h${j} = tanh(${written(x, e0.weight, e0.bias, j)}) = ${number(hand.h[j])}`),
    ]),
    'The second layer brings two numbers down to one. It does not bend: a code may take any value.',
    '',
    ...code([
      ...matrixLines('weight', e1.weight),
      '',
      `z = ${written(hand.h, e1.weight, e1.bias, 0)} = ${number(hand.z[0])}`,
    ]),
    '## Latent space',
    '',
    `The whole day is now **z = ${number(hand.z[0])}**, a point on a line. With a code of two it would be a point on a map. Whatever the`,
    'decoder is to know of this day must be in there; that is why something has to be learned.',
    '',
    '## Decoder',
    '',
    'The same in the other direction, one number to two to three:',
    '',
    ...code([
      ...[0, 1].map((j) => `k${j} = tanh(${written(hand.z, d0.weight, d0.bias, j)}) = ${number(hand.k[j])}`),
      '',
      ...columns.map(
        (name, j) => `${name.padEnd(9)} ${written(hand.k, d1.weight, d1.bias, j)} = ${number(hand.y[j])}`,
      ),
    ]),
    '## Loss',
    '',
    'How wrong is that? Half the squared difference, averaged over the columns (a Gaussian likelihood, in nats):',
    '',
    ...code([
      ...columns.map(
        (name, j) =>
          `${name.padEnd(9)} ½ (${number(hand.y[j])} − ${number(x[j])})² = ${number(0.5 * (hand.y[j] - x[j]) ** 2)}`,
      ),
      `loss      ${number(hand.loss)}`,
    ]),
    '## Backpropagation',
    '',
    'Which way should each weight move? Start at the loss and walk back; every step is the chain rule for one layer.',
    '',
    'At the output, the slope of the loss is the error itself, shared by three columns:',
    '',
    ...code([`∂loss/∂x̂ = (x̂ − x) / 3 = ${vector(hand.dy)}`]),
    'A weight of the last layer carries hidden unit i to column j, so its slope is what came in times what is wanted out:',
    '',
    ...code([
      ...matrixLines('∂/∂weight', hand.weights['decoder.1.weight']),
      `∂/∂bias     ${vector(hand.dy)}`,
    ]),
    'Back through the matrix, then through tanh, whose slope is 1 − k²:',
    '',
    ...code([
      `∂loss/∂k = W · ∂loss/∂x̂ = ${vector(hand.dk)}`,
      `before the tanh: ∂loss/∂k · (1 − k²) = ${vector(hand.dk0)}`,
    ]),
    'Through the next matrix the slope arrives at the code. It is all that the encoder ever hears of the decoder:',
    '',
    ...code([
      `∂loss/∂z = ${number(hand.dz[0])}`,
      '',
      ...matrixLines('∂/∂weight', hand.weights['encoder.1.weight']),
    ]),
    'And on, through the hidden layer of the encoder to its weights:',
    '',
    ...code([
      `∂loss/∂h = ${vector(hand.dh)}, before the tanh ${vector(hand.dh0)}`,
      '',
      ...matrixLines('∂/∂weight', hand.weights['encoder.0.weight']),
    ]),
    'Nobody wrote these formulas into Hourglass. `gradients(loss, weights)` derives them as graph from the forward pass, and',
    'the script that makes this page stops when the two disagree by more than 10⁻⁶ (constants of a graph are float32).',
    '',
    '## One step, and four hundred',
    '',
    `Every weight moves a little against its slope: w ← w − ${learningRate} · ∂loss/∂w. The loss of this row falls from ${number(single.loss)} to`,
    `${number(afterStep)}. After ${steps} such steps over many days the mean loss of all days has gone from ${number(before.loss)} to ${number(after.loss)}, and this day`,
    `comes back as ${columns.map((name, i) => `${name} ${(shown.reconstruction[i] * data.scalings[i].deviation + data.scalings[i].mean).toFixed(1)} ${units[i]}`).join(', ')}.`,
    '',
    'The code has found something to say. At its two ends stand:',
    '',
    '| day | code | ' + columns.join(' | ') + ' |',
    '| --- | --- | ' + columns.map(() => '---').join(' | ') + ' |',
    ...ends.map(
      ({ day, row, code: z }) =>
        `| ${day} | ${number(z)} | ${row.map((value, i) => `${value} ${units[i]}`).join(' | ')} |`,
    ),
    '',
    'Nobody told it about seasons. One number was not enough for three columns, so it kept what most of them share.',
    '',
    'To see the same for a model of your own: `hourglass inspect model.onnx data.csv --report inside.html`, or `trace()` from',
    '`hourglass/inspection`.',
    '',
  ].join('\n')
}
