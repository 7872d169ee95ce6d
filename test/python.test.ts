/** What ONNX's checker and Python's onnxruntime say of the files we write. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { autoencoderKinds, type AutoencoderDescription } from '../src/autoencoders/index.js'
import { nodeEngine } from '../src/engine/node.js'
import { encodeModel, floats, inputNameOf, tensor, type Graph, type Tensor } from '../src/graph/index.js'
import { sealModel } from '../src/model-file/index.js'
import { evaluation, trainingStep } from '../src/training/index.js'
import { gridSpace } from './check-autoencoder.js'
import { exampleGraphs } from './support/example-graphs.js'
import { findPython, runPython } from './support/python.js'

const { command, reason } = findPython('onnx', 'onnxruntime', 'numpy')
const folder = mkdtempSync(join(tmpdir(), 'hourglass-python-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe(`ONNX in Python (${reason})`, () => {
  it.skipIf(command === undefined)('passes the full check of ONNX itself', async () => {
    const examples = Object.entries(exampleGraphs())
    for (const [name, example] of examples) writeFileSync(join(folder, `${name}.onnx`), encodeModel(example))
    const metadata = { kind: 'example', created: '2026-01-01T00:00:00Z', sections: {} }
    writeFileSync(join(folder, 'sealed.onnx'), await sealModel(exampleGraphs()['network']!, metadata))
    expect(runPython(command!, 'check_onnx.py', folder).match(/^ok /gm)).toHaveLength(examples.length + 1)
  })

  it.skipIf(command === undefined)('passes it with every training step and evaluation', () => {
    const names = trainingGraphs().map(([name, source]) => {
      writeFileSync(join(folder, `${name}.onnx`), encodeModel(source))
      return name
    })
    const passed = runPython(command!, 'check_onnx.py', folder)
    for (const name of names) expect(passed).toContain(`ok ${name}.onnx`)
  })

  it.skipIf(command === undefined)(
    'gives the numbers that Node gives, strings and missing cells included',
    async () => {
      const feeds: Record<string, Tensor> = {
        color: tensor('string', [4, 1], ['grün', '青', 'never seen', 'red']),
        weight: tensor('float64', [4, 1], Float64Array.of(70.123456789, NaN, -1e12, 0.1)),
      }
      await expectSame('preprocessing', feeds)
    },
  )

  it.skipIf(command === undefined)('agrees on every family of operators', async () => {
    const x = floats(
      Array.from({ length: 20 }, (_, i) => Math.sin(i * 7) * 3),
      [5, 4],
    )
    const wide = tensor(
      'float64',
      [5, 4],
      Float64Array.from({ length: 20 }, (_, i) => (i === 3 ? NaN : Math.cos(i))),
    )
    for (const name of ['unary', 'binary', 'products', 'convolutions', 'reductions', 'shapes'])
      await expectSame(name, { x, wide })
    await expectSame('network', { x: floats(x.data.subarray(0, 15), [5, 3]) })
  })
})

/** The graphs of training, for every kind, with and without a mask and weights, on numbers beside categories. */
function trainingGraphs(): readonly (readonly [string, Graph])[] {
  const columns = [0, 1, 2].map((start) => ({ name: `x${start}`, start, width: 1 }))
  const space = { width: 6, numericCount: 3, columns: [...columns, { name: 'c', start: 3, width: 3 }] }
  const numeric = { width: 3, numericCount: 3, columns }
  const dense = { hidden: [5], latent: 2 }
  const noise = { noiseRange: [0.1, 1], hiddenShare: 0.2, scoreLevels: [0.3], drawsPerLevel: 2 } as const
  const descriptions: readonly AutoencoderDescription[] = [
    { kind: 'undercomplete', space, options: dense },
    { kind: 'contractive', space, options: { ...dense, jacobian: 'exact', hessianWeight: 0.1 } },
    { kind: 'masked', space, options: { ...dense, visibleWeight: 0.5 } },
    { kind: 'denoising', space, options: { ...dense, ...noise } },
    { kind: 'ensemble', space, options: { ...dense, members: 3, bootstrap: true, connectivity: 0.5 } },
    { kind: 'robust', space, options: { ...dense, trim: 0.2 } },
    { kind: 'count', space: numeric, options: { ...dense, zeroInflated: true, dispersion: 'cell' } },
    { kind: 'sparse', space, options: { ...dense, method: 'batchTopK', k: 1 } },
    { kind: 'sparse', space, options: { ...dense, k: 1, inferenceFactor: 2 } },
    { kind: 'sparse', space, options: { ...dense, hidden: [], method: 'l1' } },
    { kind: 'sparse', space, options: { ...dense, method: 'kl' } },
    { kind: 'sparse', space, options: { ...dense, method: 'jumpRelu' } },
    { kind: 'vectorQuantised', space, options: { ...dense, codebookSize: 8 } },
    { kind: 'vectorQuantised', space, options: { ...dense, quantizer: 'fsq' } },
    {
      kind: 'variational',
      space,
      options: { ...dense, loss: 'gaussian', samples: 3, bound: 'iwae', warmup: 0.5 },
    },
    { kind: 'variational', space, options: { ...dense, decomposition: 'betaTC', rows: 6 } },
    {
      kind: 'convolutional',
      space: gridSpace({ kind: 'image', height: 3, width: 2, channels: 1 }),
      options: dense,
    },
    ...(['temporal', 'recurrent', 'attention'] as const).map((network) => ({
      kind: 'sequence' as const,
      space: gridSpace({ kind: 'series', steps: 3, channels: 2 }),
      options: { ...dense, network },
    })),
    { kind: 'undercomplete', space, options: { ...dense, network: 'attention', readsMask: true } },
    { kind: 'wasserstein', space, options: { ...dense, loss: 'logCosh' } },
    { kind: 'adversarial', space, options: { ...dense, loss: 'correntropy', sigma: 2 } },
  ]
  const named = new Set(descriptions.map(({ kind }) => kind))
  expect([...named].toSorted()).toEqual(autoencoderKinds.toSorted())
  const known = new Float32Array(24).fill(1)
  return descriptions.flatMap((description, at) =>
    [{}, { mask: known, weights: known.subarray(0, 6) }].flatMap((data, i) => [
      [`${description.kind}-${at}-step-${i}`, trainingStep(description, data).graph] as const,
      [`${description.kind}-${at}-evaluation-${i}`, evaluation(description, data).graph] as const,
    ]),
  )
}

/** Runs an example in both and compares: numbers to 1e-6 of the larger size or 1, everything else exactly. */
async function expectSame(name: string, available: Readonly<Record<string, Tensor>>): Promise<void> {
  const example = exampleGraphs()[name]!
  const feeds = Object.fromEntries(example.inputs.map(inputNameOf).map((input) => [input, available[input]!]))
  const [model, inputs] = [join(folder, `${name}.onnx`), join(folder, `${name}.json`)]
  writeFileSync(model, encodeModel(example))
  writeFileSync(
    inputs,
    JSON.stringify(Object.fromEntries(Object.entries(feeds).map(([key, value]) => [key, plain(value)]))),
  )
  const text = runPython(command!, 'run_onnx.py', model, inputs).replaceAll(/\b(NaN|-?Infinity)\b/g, '"$1"')
  const theirs = JSON.parse(text) as Record<string, { shape: number[]; data: unknown[] }>
  const program = await nodeEngine.compile(example)
  const ours = await program.run(feeds)
  await program.dispose()
  expect(Object.keys(theirs)).toEqual(Object.keys(ours))
  for (const [output, { shape, data }] of Object.entries(ours)) {
    expect(theirs[output]!.shape, output).toEqual(shape)
    Array.from<unknown>(data).forEach((value, i) =>
      expectClose(theirs[output]!.data[i], value, `${name} ${output}[${i}]`),
    )
  }
}

function expectClose(theirs: unknown, ours: unknown, where: string): void {
  if (typeof ours === 'string') expect(theirs, where).toBe(ours)
  else if (Number.isFinite(Number(ours)))
    expect(Math.abs(Number(theirs) - Number(ours)), where).toBeLessThanOrEqual(
      1e-6 * Math.max(1, Math.abs(Number(ours))),
    )
  else expect(theirs, where).toBe(String(ours))
}

function plain({ dtype, shape, data }: Tensor): unknown {
  return {
    dtype,
    shape,
    data: Array.from<unknown>(data).map((value) => (Number.isNaN(value) ? null : value)),
  }
}
