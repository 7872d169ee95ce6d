/** A training killed without warning and resumed ends in the weights of the undisturbed one, bit for bit. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { nodesInOrder, type Tensor } from '../src/graph/index.js'
import { loadModel } from '../src/model-file/node.js'

const folder = mkdtempSync(join(tmpdir(), 'hourglass-resume-'))
afterAll(() => rmSync(folder, { recursive: true }))

const cli = resolve(import.meta.dirname, '../dist/cli/main.js')
const data = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/seattle-weather.csv',
)
const command = (model: string): string[] => [
  ...[cli, 'train', data, '--kind', 'denoising', '--model', model],
  ...['--epochs', '400', '--hidden', '32', '--latent', '32', '--threads', '1', '--batch-size', '128'],
]

/** Every constant of a model's graph, weights and calibration among them. */
async function constantsOf(path: string): Promise<readonly Tensor[]> {
  const { graph } = await loadModel(path)
  return nodesInOrder(Object.values(graph.outputs)).flatMap((node) =>
    node.op === 'Constant' ? [node.tensor] : [],
  )
}

it('goes on after kill -9 as if nothing had happened', async () => {
  const [undisturbed, killed] = [join(folder, 'undisturbed.onnx'), join(folder, 'killed.onnx')]
  expect(spawnSync(process.execPath, command(undisturbed)).status).toBe(0)

  const checkpoint = `${killed}.checkpoint`
  const child = spawn(process.execPath, command(killed), { stdio: 'ignore' })
  const ended = new Promise((done) => child.once('exit', done))
  while (!existsSync(checkpoint) && child.exitCode === null) await new Promise((wait) => setTimeout(wait, 20))
  child.kill('SIGKILL')
  await ended
  expect(existsSync(killed)).toBe(false)
  expect(existsSync(checkpoint)).toBe(true)

  const resumed = spawnSync(process.execPath, [...command(killed), '--resume'], { encoding: 'utf8' })
  expect(resumed.status, resumed.stderr).toBe(0)
  expect(await constantsOf(killed)).toEqual(await constantsOf(undisturbed))
  expect(readdirSync(folder).filter((name) => !name.endsWith('.onnx'))).toEqual([])
})
