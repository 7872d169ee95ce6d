/** An embedding at work: rows to places, places to rows. How one is made: fit.ts; the graphs: map-graph.ts. */
import { createAutoencoder, type Autoencoder, type AutoencoderDescription } from '../autoencoders/index.js'
import { HourglassError, progressOf, throwIfAborted } from '../base/index.js'
import type { TablePreprocessing } from '../data/index.js'
import type { Program } from '../engine/index.js'
import { graph, tensor, type Graph } from '../graph/index.js'
import {
  columnSink,
  featuresOf,
  floatsOf,
  runOver,
  weightsIn,
  type LearningMachine,
} from '../learning/index.js'
import type { Weights } from '../training/index.js'
import type { Embedding, EmbeddingRecord } from './embedding-types.js'
import { decoderGraph, widthOfRun, type MapOutputs, type Mapper } from './map-graph.js'
import { mapFor } from './plan.js'
import { projectedSpace, type Projection } from './projection.js'

/** What an embedding is made from, and what its model file carries. */
export interface EmbeddingParts {
  readonly graph: Graph
  readonly outputs: MapOutputs
  readonly preprocessing: TablePreprocessing
  readonly record: EmbeddingRecord
  /** The model file. */
  readonly bytes: Uint8Array
}

/** Places decoded in one run. */
const chunkPlaces = 1024

/** Puts an embedding together. Programs are compiled when they are first needed. */
export function embeddingOf(parts: EmbeddingParts, machine: LearningMachine): Embedding {
  const { engine } = machine
  const { record, outputs, preprocessing } = parts
  const { dims } = record
  const { columns } = preprocessing.layout
  const remembered = record.options['remembered'] as number | undefined
  const named = [outputs.latent, outputs.error].map((name) => [name, parts.graph.outputs[name]!] as const)
  const places = graph(Object.fromEntries(named), { name: 'places', inputs: parts.graph.inputs })
  let encoder: Promise<Program> | undefined
  let decoder: Promise<Program> | undefined
  return {
    record,
    transform: async (table, work = {}) => {
      encoder ??= engine.compile(places)
      const values = new Float32Array(table.rowCount * dims)
      const error = new Float32Array(table.rowCount)
      const notes = await runOver(
        table,
        preprocessing,
        await encoder,
        (result, start) => {
          values.set(floatsOf(result, outputs.latent), start * dims)
          error.set(floatsOf(result, outputs.error), start)
        },
        { ...work, phase: 'mapping', width: widthOfRun(preprocessing.layout.width, remembered) },
      )
      return { rowCount: table.rowCount, dims, values, error, notes }
    },
    inverse: async (points, work = {}) => {
      const count = points.length / dims
      if (!Number.isInteger(count)) {
        throw new HourglassError(
          'HG_SHAPE_MISMATCH',
          `inverse: expected [n, ${dims}] numbers, got ${points.length}, which ${dims} does not divide`,
        )
      }
      decoder ??= engine.compile(decoderGraph(mapperOf(parts), preprocessing, dims))
      const program = await decoder
      const sinks = columns.map(({ name, kind }) => columnSink(name, kind, count))
      const report = progressOf('decoding', work.onProgress)
      for (let start = 0; start < count; start += chunkPlaces) {
        throwIfAborted(work.signal, 'decoding')
        const end = Math.min(count, start + chunkPlaces)
        const latent = tensor('float32', [end - start, dims], points.subarray(start * dims, end * dims))
        const result = await program.run({ latent })
        sinks.forEach((sink, i) => sink.take(result[`${i}`]!, start))
        report(end / count)
      }
      return sinks.map((sink) => sink.done())
    },
    features: (table, work = {}) => featuresOf(table, preprocessing, engine, work),
    toBytes: () => parts.bytes,
    save: (path) => machine.writeFile(path, parts.bytes),
    dispose: async () => {
      for (const program of [encoder, decoder]) await (await program)?.dispose()
      encoder = decoder = undefined
    },
  }
}

/** Encoder and decoder again, out of the record and the constants of the graph. */
function mapperOf({ graph: source, record, preprocessing }: EmbeddingParts): Mapper {
  const weights = weightsIn(source)
  const { width } = preprocessing.layout
  const projection = projectionIn(record, weights, width)
  const space = projection === undefined ? preprocessing.layout : projectedSpace(projection)
  const made = autoencoderOf(record, space)
  return {
    ...(projection && { projection }),
    ...(made && { autoencoder: { autoencoder: made, weights: withAll(made, weights) } }),
  }
}

function projectionIn(record: EmbeddingRecord, weights: Weights, width: number): Projection | undefined {
  if (record.projection === undefined) return undefined
  return {
    ...record.projection,
    width,
    mean: weights['projection.mean']!,
    components: weights['projection.components']!,
  }
}

function autoencoderOf(
  { kind, options }: EmbeddingRecord,
  space: Autoencoder['space'],
): Autoencoder | undefined {
  if (kind === 'pca') return undefined
  if (kind === 'neighbors') return mapFor(space, options)
  return createAutoencoder({ kind, space, options } as unknown as AutoencoderDescription)
}

/** Parameters that encoding and decoding do not need are not in the file; zeros stand for them. */
function withAll({ parameters }: Autoencoder, weights: Weights): Weights {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => [
      name,
      weights[name] ?? new Float32Array(shape.reduce((product, size) => product * size, 1)),
    ]),
  )
}
