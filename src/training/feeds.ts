/**
 * The tensors that a batch graph is fed with. They are made once for each batch size and refilled in place: making
 * a tensor costs as much as running a small node.
 */
import type { Noise } from '../engine/index.js'
import { tensor, sizeOf, type Tensor } from '../graph/index.js'
import type { TrainingData } from './options.js'
import type { BatchGraph, NoiseInput } from './step-graph.js'

/** Feeds for batches of one size, and the way to fill them. */
export interface BatchFeeds {
  readonly feeds: Readonly<Record<string, Tensor>>
  /** Copies the rows' numbers in and draws fresh noise; `progress` is the share of the training that is done. */
  readonly fill: (rows: Int32Array, noise: Noise, progress: number) => void
}

/** Feeds by batch size; `fixed` are the tensors that every batch shares: data and parameters. */
export function batchFeeds(
  batch: BatchGraph,
  fixed: Readonly<Record<string, Tensor>>,
): (size: number) => BatchFeeds {
  const made = new Map<number, BatchFeeds>()
  const wanted = new Set(
    batch.graph.inputs.map((value) => (value.node.op === 'Input' ? value.node.name : '')),
  )
  const shared = Object.fromEntries(Object.entries(fixed).filter(([name]) => wanted.has(name)))
  return (size) => {
    let feeds = made.get(size)
    if (feeds === undefined) {
      const number = (name: string, value: number) =>
        wanted.has(name) ? { [name]: tensor('float32', [], Float32Array.of(value)) } : {}
      feeds = feedsOf(size, batch.noise, {
        ...shared,
        ...number('share', 1 / size),
        ...number('progress', 0),
      })
      made.set(size, feeds)
    }
    return feeds
  }
}

/** The training data as tensors, named as the graphs name them. Views: nothing is copied. */
export function dataTensors({
  rows,
  features,
  mask,
  weights,
  partners,
  targets,
}: TrainingData): Record<string, Tensor> {
  return {
    'rows.features': tensor('float32', [rows, features.length / rows], features),
    ...(mask !== undefined && { 'rows.mask': tensor('float32', [rows, mask.length / rows], mask) }),
    ...(weights !== undefined && { 'rows.weights': tensor('float32', [rows], weights) }),
    ...(targets !== undefined && {
      'rows.targets': tensor('float32', [rows, targets.length / rows], targets),
    }),
    ...(partners !== undefined && {
      'rows.partners': tensor('int32', [rows, partners.length / rows], partners),
    }),
  }
}

function feedsOf(
  size: number,
  noiseInputs: readonly NoiseInput[],
  shared: Readonly<Record<string, Tensor>>,
): BatchFeeds {
  const indices = new Int32Array(size)
  const done = shared['progress']?.data as Float32Array | undefined
  const noises = noiseInputs.map((wanted) => {
    const shape = [size, ...wanted.shape]
    return { wanted, data: new Float32Array(sizeOf(shape)), shape }
  })
  return {
    feeds: {
      ...shared,
      indices: tensor('int32', [size], indices),
      ...Object.fromEntries(
        noises.map(({ wanted, data, shape }) => [wanted.name, tensor('float32', shape, data)]),
      ),
    },
    fill: (rows, noise, progress) => {
      indices.set(rows)
      if (done !== undefined) done[0] = progress
      for (const { wanted, data } of noises) draw(wanted, data, noise)
    },
  }
}

function draw({ distribution, probability }: NoiseInput, target: Float32Array, noise: Noise): void {
  switch (distribution) {
    case 'normal': {
      noise.normal(target)
      return
    }
    case 'uniform': {
      noise.uniform(target)
      return
    }
    case 'bernoulli': {
      noise.bernoulli(target, probability)
      return
    }
  }
}
