// Whole training steps of four networks: gather a batch, forward, backward, AdamW. Against the limit (the matrix
// products alone), TensorFlow.js and PyTorch. Every contender's losses are compared before it is timed.
import { hourglassStep } from './lib/hourglass-step.mjs'
import { limitStep } from './lib/limit-step.mjs'
import { networks, productFlops } from './lib/networks.mjs'
import { pythonPackage } from './lib/python-peer.mjs'
import { pytorchStep } from './lib/pytorch-step.mjs'
import { loadTfjs, tfjsStep } from './lib/tfjs-step.mjs'
import { fastest, formatSeconds, race } from './lib/timing.mjs'

export const title = 'Training step'

/** Steps whose losses must agree, and how closely. */
const checkedSteps = 5
const tolerance = 1e-4

/**
 * Rows of the table.
 *
 * @param options `only`: names of networks; `quick`: a fifth of the rounds
 */
export async function run({ only, quick, say }) {
  const peers = { torch: pythonPackage('torch'), tf: await loadTfjs() }
  if (peers.torch === undefined) say('PyTorch not found: set HOURGLASS_PYTHON to a Python that has torch')
  if (peers.tf === undefined) say('TensorFlow.js not found: npm install --prefix bench')
  const rows = []
  for (const network of networks.filter(({ name }) => only === undefined || only.includes(name))) {
    say(`training step, ${network.name}`)
    rows.push(...(await rowsOf(network, peers, quick)))
  }
  return rows
}

async function rowsOf(network, peers, quick) {
  const contenders = await contendersOf(network, peers)
  await checkLosses(contenders)
  const slow = productFlops(network) > 1e10
  const results = await race(contenders, {
    rounds: Math.ceil((slow ? 12 : 200) / (quick ? 5 : 1)),
    blockSeconds: slow ? 0.3 : 0.004,
  })
  for (const contender of Object.values(contenders)) await contender.dispose()
  return tableRows(network, results, peers)
}

async function contendersOf(network, { torch, tf }) {
  const contenders = {}
  for (const threads of [1, 2]) {
    contenders[`hourglass ${threads}`] = await hourglassStep(network, threads)
    contenders[`limit ${threads}`] = await limitStep(network, threads)
    if (torch === undefined) continue
    contenders[`pytorch ${threads}`] = await pytorchStep(network, threads, false)
    contenders[`pytorch ${threads} fused`] = await pytorchStep(network, threads, true)
  }
  if (tf !== undefined) contenders['tfjs 1'] = tfjsStep(tf, network)
  return contenders
}

/** @throws when a loss of the first steps differs from Hourglass's */
async function checkLosses(contenders) {
  let expected
  for (const [name, contender] of Object.entries(contenders)) {
    const count = name.startsWith('tfjs') ? 2 : checkedSteps
    const losses = await contender.steps(count)
    expected ??= losses
    losses.forEach((loss, step) => {
      const difference = Math.abs(loss - expected[step]) / expected[step]
      // TensorFlow.js sums a million squares one by one in float32; PyTorch and ONNX Runtime agree far more closely.
      if (!(difference < (name.startsWith('tfjs') ? 10 * tolerance : tolerance)))
        throw new Error(`${name}: loss ${loss} in step ${step}, hourglass has ${expected[step]}`)
    })
  }
}

function tableRows({ name, widths, batch, wanted }, results, { torch }) {
  const ours = fastest(results, 'hourglass')
  const what = `${widths.join('-')}, batch ${batch}`
  const describe = (contender) => {
    const [, threads, fused] = contender.split(' ')
    return `${threads} thread${threads === '1' ? '' : 's'}${fused === undefined ? '' : ', fused AdamW'}`
  }
  const row = (peer, label, against, ratioOf, wantedRatio) => ({
    name,
    what,
    ours: `${formatSeconds(results[against].best)} (${describe(against)})`,
    peer: `${label} ${formatSeconds(results[peer].best)} (${describe(peer)})`,
    ratio: ratioOf(results[peer].best, results[against].best),
    medianRatio: ratioOf(results[peer].median, results[against].median),
    wanted: wantedRatio,
  })
  const quotient = (a, b) => a / b
  const limit = `limit ${ours.split(' ')[1]}`
  const rows = [row(limit, 'products alone', ours, quotient, wanted.limit)]
  const [tfjs, pytorch] = [fastest(results, 'tfjs'), fastest(results, 'pytorch')]
  if (tfjs !== undefined) rows.push(row(tfjs, 'TensorFlow.js', ours, quotient, wanted.tfjs))
  if (pytorch !== undefined) rows.push(row(pytorch, `PyTorch ${torch}`, ours, quotient, wanted.pytorch))
  return rows
}
