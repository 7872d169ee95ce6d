// How long each form of a convolution takes, forward and back, on one thread: the numbers behind `fastestForm`
// (src/layers/convolution-forms.ts) and docs/decisions/convolution-forms.md.
//
//   npm run build && node bench/convolution-forms.mjs [--rounds 15] [--only 16x14]
//
// "exchanged" is the direct form with the slope of the weight written as a Conv whose channels are the rows. "first": the
// slope of the image is not wanted, as in a network's first layer. Every form's numbers are compared before it is timed.
import { parseArgs } from 'node:util'
import { nodeEngine } from '../dist/engine/node.js'
import { gradients } from '../dist/gradient/index.js'
import * as g from '../dist/graph/index.js'
import { convolutionForms, fastestForm } from '../dist/layers/convolution-forms.js'
import { race } from './lib/timing.mjs'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, only: { type: 'string', default: '' } },
})

const shapes = [
  { inputs: 16, outputs: 32, size: 14, kernel: 3, stride: 1, pad: 1 },
  { inputs: 1, outputs: 16, size: 28, kernel: 3, stride: 2, pad: 1 },
  { inputs: 3, outputs: 32, size: 64, kernel: 4, stride: 2, pad: 1 },
  { inputs: 32, outputs: 64, size: 32, kernel: 3, stride: 2, pad: 1 },
  { inputs: 64, outputs: 64, size: 8, kernel: 3, stride: 1, pad: 1 },
  { inputs: 32, outputs: 32, size: 16, kernel: 1, stride: 1, pad: 0 },
  { inputs: 32, outputs: 64, size: 16, kernel: 2, stride: 2, pad: 0 },
  { inputs: 3, outputs: 64, size: 32, kernel: 4, stride: 4, pad: 0 },
]

const named = ({ inputs, outputs, size, kernel, stride }) =>
  `${inputs}x${size} → ${outputs}, ${kernel}×${kernel}, stride ${stride}`

/** Numbers without a pattern. */
const wave = (shape, seed) =>
  g.floats(
    Array.from({ length: g.sizeOf(shape) }, (_, i) => Math.sin(0.7390851 * (i + 1) ** 2 + seed)),
    shape,
  )

/** The slope of the weight as a convolution over the rows, as it stood in the gradient rule once. */
function exchangedSlope(x, slope, weight, { stride, pad, kernel }) {
  const turn = (value) => g.transpose(value, [1, 0, 2, 3])
  const options = { strides: [1, 1], dilations: [stride, stride], pads: [pad, pad, pad, pad] }
  const ranges = [2, 3].map((axis) => ({ axis, start: 0, end: kernel }))
  return turn(g.slice(g.conv(turn(x), turn(slope), options), ranges))
}

/** Forward and back: the result summed with fixed numbers, so that its slope is known. */
function expression(form, shape, batch, first) {
  const { inputs, outputs, size, kernel } = shape
  const x = g.input('x', 'float32', [batch, inputs, size, size])
  const weight = g.input('weight', 'float32', [outputs, inputs, kernel, kernel])
  const bias = g.input('bias', 'float32', [outputs])
  const y = convolutionForms[form === 'exchanged' ? 'direct' : form](x, weight, bias, shape)
  const seed = g.input('seed', 'float32', y.shape)
  const wrt = first ? [weight, bias] : [weight, bias, x]
  const slopes = gradients(y, wrt, { seed })
  if (form === 'exchanged') slopes[0] = exchangedSlope(x, seed, weight, shape)
  return g.graph({ total: g.reduceSum(y), ...slopes }, { inputs: [x, weight, bias, seed] })
}

async function contenderOf(form, shape, batch, first) {
  const source = expression(form, shape, batch, first)
  const program = await nodeEngine.compile(source, { threads: 1 })
  const feeds = Object.fromEntries(
    source.inputs.map((value, i) => [g.inputNameOf(value), wave(value.shape, i)]),
  )
  const answer = await program.run(feeds)
  // Processor time, not the clock's: one thread works, and others on the machine do not count.
  const timed = async (count) => {
    const before = process.cpuUsage()
    for (let i = 0; i < count; i++) await program.run(feeds)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  }
  return { answer, timed, dispose: () => program.dispose() }
}

/** @throws when a form's numbers differ from the direct one's */
function check(contenders) {
  const expected = contenders.direct.answer
  for (const [form, { answer }] of Object.entries(contenders)) {
    for (const [name, { data }] of Object.entries(expected)) {
      const size = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      const off = data.reduce((most, value, i) => Math.max(most, Math.abs(value - answer[name].data[i])), 0)
      if (!(off / size < 1e-4)) throw new Error(`${form}, ${name}: ${off} of ${size}`)
    }
  }
}

console.log('| shape | batch | slopes | direct | exchanged | patches | space to depth | chosen |')
console.log('| --- | ---: | --- | ---: | ---: | ---: | ---: | --- |')
for (const shape of shapes.filter((each) => named(each).includes(options.only))) {
  for (const batch of [32, 128]) {
    for (const first of [false, true]) {
      const forms = [
        'direct',
        'exchanged',
        'patches',
        ...(shape.kernel === shape.stride ? ['spaceToDepth'] : []),
      ]
      const contenders = {}
      for (const form of forms) contenders[form] = await contenderOf(form, shape, batch, first)
      check(contenders)
      const results = await race(contenders, { rounds: Number(options.rounds), blockSeconds: 0.05 })
      for (const contender of Object.values(contenders)) await contender.dispose()
      const time = (form) => (form in results ? `${(results[form].best * 1e3).toFixed(2)} ms` : '')
      const cells = ['direct', 'exchanged', 'patches', 'spaceToDepth'].map(time)
      const chosen = fastestForm({ ...shape, kernel: [shape.kernel, shape.kernel] })
      console.log(`| ${[named(shape), batch, first ? 'first' : 'all', ...cells, chosen].join(' | ')} |`)
    }
  }
}
