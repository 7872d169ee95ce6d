// Whole training steps of kinds of autoencoder: gather a batch, forward, backward, AdamW. Against PyTorch, eager and
// compiled, and against the matrix products and convolutions of our own step alone. Losses are compared before any
// timing: same weights, same batches, same noise. The ensemble's rows come from ensemble.mjs.
import * as ensemble from './ensemble.mjs'
import { trainingContender } from './lib/hourglass-step.mjs'
import { featuresOf, kindSetups, parametersOf, weightsOf } from './lib/kinds.mjs'
import { learningRate } from './lib/networks.mjs'
import { productsAlone } from './lib/products-alone.mjs'
import { pythonPackage, pythonPeer } from './lib/python-peer.mjs'
import { fastest, formatSeconds, inProcessorTime, race } from './lib/timing.mjs'

export const title = 'Training step of kinds'

/** Steps whose losses must agree, and how closely. */
const checkedSteps = 5
const tolerance = 1e-4

/**
 * Rows of the table.
 *
 * @param options `only`: names of lib/kinds.mjs, or `ensemble`; `quick`: a fifth of the rounds; `oneThread`: one thread
 *   each, in processor time, for machines that are not quiet
 */
export async function run({ only, quick, say, oneThread }) {
  const torch = pythonPackage('torch')
  if (torch === undefined) say('PyTorch not found: set HOURGLASS_PYTHON to a Python that has torch')
  const rows = []
  for (const setup of kindSetups.filter(({ name }) => only === undefined || only.includes(name))) {
    say(`training step, ${setup.name}`)
    rows.push(...(await rowsOf(setup, torch, { quick, say, oneThread })))
  }
  if (only === undefined || only.includes('ensemble'))
    rows.push(...(await ensemble.run({ quick, say, oneThread })))
  return rows
}

async function rowsOf(setup, torch, { quick, say, oneThread }) {
  const contenders = await contendersOf(setup, torch, oneThread)
  await checkLosses(contenders, say)
  const results = await race(contenders, { rounds: quick ? 12 : 60, blockSeconds: 0.1 })
  for (const contender of Object.values(contenders)) await contender.dispose()
  for (const [name, { best, median }] of Object.entries(results))
    say(`  ${name}: ${formatSeconds(best)} (median ${formatSeconds(median)})`)
  return tableRows(setup, results, torch)
}

async function contendersOf(setup, torch, oneThread) {
  const ours = { ...setup, weights: weightsOf(setup), features: featuresOf(setup) }
  const timed = (contender) => (oneThread ? inProcessorTime(contender) : contender)
  const contenders = {}
  for (const threads of oneThread ? [1] : [1, 2]) {
    const named = `${threads} thread${threads === 1 ? '' : 's'}`
    contenders[`hourglass, ${named}`] = timed(await trainingContender(ours, threads))
    contenders[`products, ${named}`] = timed(await productsAlone(setup, threads))
    if (torch === undefined) continue
    for (const [how, options] of Object.entries(pytorchWays(setup)))
      contenders[`${how}, ${named}`] = timed(await pytorchKind(setup, { threads, ...options }))
  }
  return contenders
}

/** The ways that a user of PyTorch would try, by name. */
const pytorchWays = ({ description: { space } }) => ({
  eager: { fused: false },
  'eager, fused AdamW': { fused: true },
  'compiled, fused AdamW': { fused: true, compiled: true },
  ...(space.grid !== undefined && {
    'eager, fused AdamW, channels last': { fused: true, channels_last: true },
    'compiled, fused AdamW, channels last': { fused: true, compiled: true, channels_last: true },
  }),
})

function pytorchKind(setup, options) {
  const { kind, space, options: kindOptions } = setup.description
  const { batch, rows, bits } = setup
  const { width, grid } = space
  const open = {
    ...{ kind, space: { width, grid }, options: kindOptions },
    ...{ batch, rows, bits, learningRate, parameters: parametersOf(setup) },
  }
  return pythonPeer('pytorch-kinds.py', { open, ...options })
}

/**
 * Compares the losses of the first steps. A compiled contender that cannot run is left out, and said so: compiling needs
 * a C++ compiler.
 *
 * @throws when a loss differs from Hourglass's
 */
async function checkLosses(contenders, say) {
  let expected
  for (const [name, contender] of Object.entries(contenders)) {
    if (name.startsWith('products')) continue
    const losses = await contender.steps(checkedSteps).catch((error) => {
      if (!name.startsWith('compiled')) throw error
      say(`${name}: left out, ${error.message}`)
      delete contenders[name]
      return []
    })
    expected ??= losses
    losses.forEach((loss, step) => {
      if (!(Math.abs(loss - expected[step]) / Math.abs(expected[step]) < tolerance))
        throw new Error(`${name}: loss ${loss} in step ${step}, hourglass has ${expected[step]}`)
    })
  }
}

function tableRows({ what, wanted }, results, torch) {
  const ours = fastest(results, 'hourglass')
  const shown = (name) => `${formatSeconds(results[name].best)} (${name.split(', ').slice(1).join(', ')})`
  return [
    ['eager', `PyTorch ${torch}, eager`, wanted],
    ['compiled', `PyTorch ${torch}, compiled`, wanted],
    ['products', 'products alone'],
  ].flatMap(([prefix, label, least]) => {
    const peer = fastest(results, prefix)
    if (peer === undefined) return []
    return {
      ...{ what, ours: shown(ours), peer: `${label} ${shown(peer)}` },
      ratio: results[peer].best / results[ours].best,
      medianRatio: results[peer].median / results[ours].median,
      ...(least !== undefined && { wanted: least }),
    }
  })
}
