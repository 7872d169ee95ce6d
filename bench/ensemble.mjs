// Whole training steps of an ensemble: all members in one graph, against PyTorch doing the same with baddbmm, against as
// many trainings of one network here, and against the matrix products alone. Losses are compared before any timing.
//     npm run build && HOURGLASS_PYTHON=… node bench/ensemble.mjs [--quick] [--one-thread]
// With --one-thread everything runs on one thread and is measured in processor time, for machines that are not quiet.
import { fileURLToPath } from 'node:url'
import { hourglassStep, trainingContender } from './lib/hourglass-step.mjs'
import { dataRows, descriptionOf, featuresOf, learningRate, wave } from './lib/networks.mjs'
import { productsAlone } from './lib/products-alone.mjs'
import { pythonPackage, pythonPeer } from './lib/python-peer.mjs'
import { terminalTable } from './lib/table.mjs'
import { fastest, formatSeconds, inProcessorTime, race } from './lib/timing.mjs'

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

/** The ensemble as an autoencoder on batches. */
function setupOf(ensemble) {
  const { space, options } = descriptionOf(ensemble)
  const description = { kind: 'ensemble', space, options: { ...options, members: ensemble.members } }
  const weights = weightsOf(ensemble).flatMap(({ weight, bias }) => [weight, bias])
  return { description, weights, features: featuresOf(ensemble), rows: dataRows, batch: ensemble.batch }
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

const pytorchStep = ({ widths: of, members, batch }, options) =>
  pythonPeer('pytorch-ensemble.py', {
    open: { widths: of, members, batch, rows: dataRows, learningRate },
    ...options,
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
      contenders[`hourglass ${threads}`] = timed(await trainingContender(setupOf(ensemble), threads))
      contenders[`products ${threads}`] = timed(await productsAlone(setupOf(ensemble), threads))
      contenders[`apart ${threads}`] = timed(await apart(ensemble, threads))
      if (torch === undefined) continue
      contenders[`pytorch ${threads}`] = timed(await pytorchStep(ensemble, { threads, fused: false }))
      contenders[`pytorch ${threads} fused`] = timed(await pytorchStep(ensemble, { threads, fused: true }))
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
    ['products', 'products alone'],
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
