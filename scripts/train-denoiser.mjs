// Trains the denoiser that is shipped, from a folder of photographs:
//
//   npm run build && node scripts/train-denoiser.mjs FOLDER [--seed 0] [--steps 60000] [--out assets/denoiser.onnx]
//     [--state .denoiser-training] [--estimator-steps 6000] [--threads 2] [--learning-rate X] [--from model.onnx] [--export]
//
// Ctrl-C stops it with its state saved; the same command goes on from there, bit for bit. --export writes the model file from
// the checkpoints as they are. --from starts from the weights of a model file, with a state folder of its own.
import { parseArgs } from 'node:util'
import { availableParallelism } from 'node:os'
import { trainDenoiser } from '../dist/denoising/train-node.js'
import { progressLine } from '../dist/cli/progress-line.js'
import { exitCodeOf, messageOf } from '../dist/base/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '0' },
    steps: { type: 'string', default: '60000' },
    'estimator-steps': { type: 'string', default: '6000' },
    out: { type: 'string', default: 'assets/denoiser.onnx' },
    state: { type: 'string', default: '.denoiser-training' },
    threads: { type: 'string', default: String(availableParallelism()) },
    'learning-rate': { type: 'string' },
    from: { type: 'string' },
    export: { type: 'boolean', default: false },
  },
})
const [folder] = positionals
if (folder === undefined || positionals.length > 1) {
  console.error('usage: node scripts/train-denoiser.mjs FOLDER [--seed N] [--steps N] [--out FILE] …')
  process.exit(2)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
const line = progressLine({
  isTerminal: process.stderr.isTTY === true,
  columns: process.stderr.columns ?? 100,
  write: (text) => process.stderr.write(text),
})
try {
  const training = await trainDenoiser({
    folder,
    out: values.out,
    state: values.state,
    seed: Number(values.seed),
    steps: Number(values.steps),
    estimatorSteps: Number(values['estimator-steps']),
    threads: Number(values.threads),
    ...(values['learning-rate'] !== undefined && { learningRate: Number(values['learning-rate']) }),
    ...(values.from !== undefined && { from: values.from }),
    exportOnly: values.export,
    onProgress: line.onProgress,
    signal: stop.signal,
  })
  line.clear()
  console.log(`${values.out} written: ${JSON.stringify(training)}`)
} catch (error) {
  line.clear()
  console.error(messageOf(error))
  process.exitCode = exitCodeOf(error)
}
