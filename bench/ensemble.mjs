// Whole training steps of an ensemble: all members in one graph, against PyTorch doing the same with baddbmm, against as
// many trainings of one network here. Losses are compared before any timing.
//     npm run build && HOURGLASS_PYTHON=… node bench/ensemble.mjs [--quick] [--one-thread]
// With --one-thread everything runs on one thread and is measured in processor time, for machines that are not quiet.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createAutoencoder } from '../dist/autoencoders/index.js'
import { createNoise, createParameterStore } from '../dist/engine/index.js'
import { loadKernels, nodeEngine } from '../dist/engine/node.js'
import { sizeOf, tensor } from '../dist/graph/index.js'
import { batchFeeds, dataTensors } from '../dist/training/feeds.js'
import { trainingStep } from '../dist/training/index.js'
import { packingFor, storeTensors } from '../dist/training/packing.js'
import { hourglassStep } from './lib/hourglass-step.mjs'
import { dataRows, descriptionOf, featuresOf, learningRate, rowsOf, wave } from './lib/networks.mjs'
import { python, pythonPackage } from './lib/pytorch-step.mjs'
import { terminalTable } from './lib/table.mjs'
import { fastest, formatSeconds, race } from './lib/timing.mjs'

export const title = 'Training step of an ensemble'

const widths = [32, 64, 32, 8, 32, 64, 32]
const ensembles = [
  { name: 'ten, batch 32', members: 10, widths, batch: 32, wanted: 2 },
  { name: 'ten, batch 256', members: 10, widths, batch: 256, wanted: 2 },
  { name: 'fifty, batch 64', members: 50, widths, batch: 64, wanted: 2 },
]

/** Weight and bias of every layer of every member. */
function weightsOf({ members, widths: of }) {
  return of.slice(1).map((outputs, i) => {
    const inputs = of[i]
    const [weight, bias] = [new Float32Array(members * outputs * inputs), new Float32Array(members * outputs)]
    for (let m = 0; m < members; m++) {
      const w = wave(inputs * outputs, 100 * m + 2 * i, Math.sqrt(6 / (inputs + outputs)))
      for (let k = 0; k < w.length; k++)
        weight[m * w.length + (k % outputs) * inputs + Math.floor(k / outputs)] = w[k]
      bias.set(wave(outputs, 100 * m + 2 * i + 1, 0.1), m * outputs)
    }
    return { weight, bias }
  })
}

/** The ensemble's step, made of the pieces that src/training is made of. */
async function ensembleStep(ensemble, threads) {
  const { space, options } = descriptionOf(ensemble)
  const description = { kind: 'ensemble', space, options: { ...options, members: ensemble.members } }
  const { parameters } = createAutoencoder(description)
  const store = createParameterStore({
    sizes: parameters.map(({ name, shape, decay }) => ({ name, length: sizeOf(shape), decay })),
    optimizer: { kind: 'adamw', weightDecay: 0 },
    kernels: loadKernels(),
  })
  weightsOf(ensemble).forEach(({ weight, bias }, layer) => {
    store.parameter(parameters[2 * layer].name).set(weight)
    store.parameter(parameters[2 * layer + 1].name).set(bias)
  })
  const packing = packingFor(parameters, store)
  const step = trainingStep(description, {}, packing)
  const program = await nodeEngine.compile(step.graph, { threads })
  const tensors = storeTensors(parameters, store, packing)
  const data = dataTensors({ rows: dataRows, features: featuresOf(ensemble) })
  const feedsFor = batchFeeds(step, { ...data, ...tensors.feeds })
  const scalars = [...Object.values(step.parts), ...Object.values(step.metrics)]
  const into = Object.fromEntries(
    ['loss', ...scalars].map((name) => [name, tensor('float32', [], new Float32Array(1))]),
  )
  Object.assign(into, tensors.into)
  const noise = createNoise(0, loadKernels())
  let at = 0
  return {
    steps: async (count) => {
      const losses = []
      for (let i = 0; i < count; i++) {
        const rows = rowsOf(ensemble.batch, at++ % 64)
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

/** As many networks as the ensemble has members, one step of each after the other. */
async function apart(ensemble, threads) {
  const singles = []
  for (let m = 0; m < ensemble.members; m++) singles.push(await hourglassStep(ensemble, threads))
  return {
    // Blocks of steps, since a training of its own has its weights in the cache.
    steps: async (count) => {
      for (const single of singles) await single.steps(count)
    },
    dispose: async () => {
      for (const single of singles) await single.dispose()
    },
  }
}

async function pytorchStep({ widths: of, members, batch }, { threads, fused, processorTime }) {
  const script = fileURLToPath(new URL('peers/pytorch-ensemble.py', import.meta.url))
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('PyTorch ended early; its message stands above')
    return JSON.parse(value)
  }
  await ask({ open: { widths: of, members, batch, rows: dataRows, learningRate }, threads, fused })
  return {
    steps: async (count) => (await ask({ steps: count })).losses,
    timed: async (count) => (await ask({ steps: count }))[processorTime ? 'processor' : 'seconds'],
    dispose: () => child.stdin.end(),
  }
}

/** A contender of this process that is measured by the time its processor was busy with it. */
const inProcessorTime = (contender) => ({
  ...contender,
  timed: async (count) => {
    const before = process.cpuUsage()
    await contender.steps(count)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  },
})

/** Rows of the table, and what was measured on the way to them. */
export async function run({ quick, say, oneThread }) {
  const torch = pythonPackage('torch')
  if (torch === undefined) say('PyTorch not found: set HOURGLASS_PYTHON to a Python that has torch')
  const rows = []
  for (const ensemble of ensembles) {
    say(`ensemble, ${ensemble.name}`)
    const contenders = {}
    const timed = (contender) => (oneThread ? inProcessorTime(contender) : contender)
    for (const threads of oneThread ? [1] : [1, 2]) {
      contenders[`hourglass ${threads}`] = timed(await ensembleStep(ensemble, threads))
      contenders[`apart ${threads}`] = timed(await apart(ensemble, threads))
      if (torch === undefined) continue
      const setup = { threads, processorTime: oneThread }
      contenders[`pytorch ${threads}`] = await pytorchStep(ensemble, { ...setup, fused: false })
      contenders[`pytorch ${threads} fused`] = await pytorchStep(ensemble, { ...setup, fused: true })
    }
    await checkLosses(contenders)
    const results = await race(contenders, {
      rounds: quick ? 60 : 200,
      blockSeconds: oneThread ? 0.02 : 0.004,
    })
    for (const contender of Object.values(contenders)) await contender.dispose()
    say(
      Object.entries(results)
        .map(([name, { best, median }]) => `  ${name}: ${formatSeconds(best)} (${formatSeconds(median)})`)
        .join('\n'),
    )
    rows.push(...tableRows(ensemble, results, torch))
  }
  return rows
}

/** @throws when a loss of the first steps differs between the ensemble here and in PyTorch */
async function checkLosses(contenders) {
  let expected
  for (const [name, contender] of Object.entries(contenders)) {
    if (!name.startsWith('hourglass') && !name.startsWith('pytorch')) continue
    const losses = await contender.steps(5)
    expected ??= losses
    losses.forEach((loss, step) => {
      if (!(Math.abs(loss - expected[step]) / expected[step] < 1e-4))
        throw new Error(`${name}: loss ${loss} in step ${step}, hourglass has ${expected[step]}`)
    })
  }
}

function tableRows({ members, widths: of, batch, wanted }, results, torch) {
  const ours = fastest(results, 'hourglass')
  return [
    ['pytorch', `PyTorch ${torch}, baddbmm`, wanted],
    ['apart', `${members} trainings apart`],
  ].flatMap(([prefix, label, least]) => {
    const peer = fastest(results, prefix)
    if (peer === undefined) return []
    const shown = (name) => `${formatSeconds(results[name].best)} (${name.split(' ').slice(1).join(' ')})`
    return {
      what: `${members} of ${of.join('-')}, batch ${batch}`,
      ours: shown(ours),
      peer: `${label} ${shown(peer)}`,
      ratio: results[peer].best / results[ours].best,
      medianRatio: results[peer].median / results[ours].median,
      ...(least !== undefined && { wanted: least }),
    }
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await run({
    quick: process.argv.includes('--quick'),
    oneThread: process.argv.includes('--one-thread'),
    say: (text) => console.error(text),
  })
  console.log(`\n${title}\n${terminalTable(rows)}`)
}
