/**
 * 200 AdamW steps of a dense autoencoder beside PyTorch, from the same weights over the same batches, a partial one
 * in every epoch. It drives what `train` drives: the step's graph, the engine, and the parameter store.
 *
 * Data, weights and batches are the formulas of training.py, which wrote the losses; see there.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createAutoencoder, type AutoencoderDescription } from '../../src/autoencoders/index.js'
import { createNoise, createParameterStore } from '../../src/engine/index.js'
import { loadKernels, nodeEngine } from '../../src/engine/node.js'
import { sizeOf, tensor } from '../../src/graph/index.js'
import type { Parameter } from '../../src/layers/index.js'
import { batchFeeds, dataTensors } from '../../src/training/feeds.js'
import { packingFor, storeTensors } from '../../src/training/packing.js'
import { trainingStep } from '../../src/training/step-graph.js'

interface Golden {
  readonly tolerance: { readonly relative: number }
  readonly widths: readonly number[]
  readonly rows: number
  readonly batch: number
  readonly learningRate: number
  readonly weightDecay: number
  readonly losses: readonly number[]
}

const golden = JSON.parse(readFileSync(new URL('training.json', import.meta.url), 'utf8')) as Golden
const width = golden.widths[0]!

const description: AutoencoderDescription = {
  kind: 'undercomplete',
  space: {
    width,
    numericCount: width,
    columns: Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 })),
  },
  options: { hidden: golden.widths.slice(1, 3), latent: golden.widths[3]! },
}

function wave(count: number, seed: number, scale: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => scale * Math.sin(0.7390851 * (i + 1) ** 2 + seed))
}

function features(): Float32Array {
  return Float32Array.from({ length: golden.rows * width }, (_, i) => {
    const [t, column] = [Math.floor(i / width) / golden.rows, i % width]
    const curve = Math.sin(2 * Math.PI * (1 + (column % 3)) * t + column)
    return curve + 0.1 * Math.sin(0.7390851 * (i + 1) ** 2)
  })
}

function rowsOf(step: number): Int32Array {
  const { rows, batch } = golden
  const perEpoch = Math.ceil(rows / batch)
  const [epoch, start] = [Math.floor(step / perEpoch), (step % perEpoch) * batch]
  return Int32Array.from(
    { length: Math.min(batch, rows - start) },
    (_, i) => (37 * (start + i) + 11 * epoch) % rows,
  )
}

/** Weight and bias of each layer, in the order of the layers. */
function initialValues({ shape }: Parameter, position: number): Float32Array {
  const [inputs, outputs] = shape
  const scale = outputs === undefined ? 0.1 : Math.sqrt(6 / (inputs! + outputs))
  return wave(sizeOf(shape), position, scale)
}

function newStore(parameters: readonly Parameter[]) {
  const store = createParameterStore({
    sizes: parameters.map(({ name, shape, decay }) => ({ name, length: sizeOf(shape), decay })),
    optimizer: { kind: 'adamw', weightDecay: golden.weightDecay },
    kernels: loadKernels(),
  })
  parameters.forEach((parameter, i) => store.parameter(parameter.name).set(initialValues(parameter, i)))
  return store
}

async function lossesOf(packed: boolean): Promise<number[]> {
  const { parameters } = createAutoencoder(description)
  const store = newStore(parameters)
  const packing = packed ? packingFor(parameters, store) : undefined
  expect(packing !== undefined).toBe(packed)
  const step = trainingStep(description, {}, packing)
  const program = await nodeEngine.compile(step.graph)
  const none = new Int32Array(0)
  const data = { rows: golden.rows, features: features(), training: none, validation: none }
  const { feeds, into } = storeTensors(parameters, store, packing)
  const feedsFor = batchFeeds(step, { ...dataTensors(data), ...feeds })
  const noise = createNoise(0, loadKernels())
  const loss = tensor('float32', [], new Float32Array(1))
  const losses: number[] = []
  for (let i = 0; i < golden.losses.length; i++) {
    const rows = rowsOf(i)
    const batch = feedsFor(rows.length)
    batch.fill(rows, noise, 0)
    await program.run(batch.feeds, { loss, ...into })
    losses.push(loss.data[0]!)
    store.step({ learningRate: golden.learningRate })
  }
  await program.dispose()
  return losses
}

test('200 steps have the losses that PyTorch has', async () => {
  const losses = await lossesOf(true)
  const differences = golden.losses.map((expected, i) => Math.abs(losses[i]! - expected) / expected)
  expect(differences).toHaveLength(200)
  expect(Math.max(...differences)).toBeLessThan(golden.tolerance.relative)
})

test('parameters in one tensor and parameters apart train alike, bit for bit', async () => {
  expect(await lossesOf(true)).toEqual(await lossesOf(false))
})
