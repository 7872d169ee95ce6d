/**
 * From features to a mapper: directions of variance, the graph of neighbours, the layout, and the training of the encoder,
 * as far as the kind needs them.
 */
import { createAutoencoder, type FeatureSpace } from '../autoencoders/index.js'
import { permutation, randomFor, type LongWork } from '../base/index.js'
import { nearestNeighbors, type Points } from '../geometry/index.js'
import { sizeOf } from '../graph/index.js'
import type { LearningMachine } from '../learning/index.js'
import type { TrainingData } from '../training/index.js'
import type { EmbeddingOptions, EmbeddingRecord } from './embedding-types.js'
import { layOutRows, selectedRows, spreadRows } from './lay-out-rows.js'
import type { Mapper } from './map-graph.js'
import { directionsFor, encoderFor, isLaidOut, mapDefaults, planMap } from './plan.js'
import { fitProjection, projected, projectedSpace } from './projection.js'
import type { Memory } from './recall.js'
import type { Request } from './requests.js'

/** Rows to learn from. */
export interface LearningRows {
  readonly space: FeatureSpace
  readonly points: Points
  /** `[rows, columns]`, 1 where the cell is known; absent when every one is. */
  readonly mask?: Float32Array | undefined
}

/** What was learned, and what the record says of it. */
export interface Learned {
  readonly mapper: Mapper
  /** Places of all rows, where they are known without the encoder. */
  readonly places?: Float32Array
  readonly facts: Pick<EmbeddingRecord, 'options' | 'training' | 'widths' | 'parameterCount'>
}

/** Most rows that are laid out; the encoder gives the others their places. */
const mostLaidOut = 100_000
/** Most rows that an encoder remembers: more make files and mapping slow, and hardly move a place. */
const mostRemembered = 65_536

/** Share of the training rows that the encoder does not learn from, to choose its weights by; and the most of them. */
const validationShare = 0.05
const mostValidation = 5000

/** Learns a mapper. @throws HG_USAGE, HG_TRAINING_DIVERGED, HG_INTERRUPTED */
export async function learnMap(
  rows: LearningRows,
  { kind, dims, seed }: Request,
  options: EmbeddingOptions,
  machine: LearningMachine,
): Promise<Learned> {
  const { width } = rows.space
  const { engine } = machine
  const directions = directionsFor(kind, dims, rows.points.rows, width)
  const projection =
    directions === 0
      ? undefined
      : await fitProjection(rows.points, directions, { engine, normalized: kind !== 'pca' })
  const front = projection && { projection }
  if (kind === 'pca')
    return { mapper: { ...front }, facts: { options: {}, widths: [width, dims, width], parameterCount: 0 } }
  const near = projection === undefined ? rows.points : await projected(rows.points, projection, engine)
  const space = projection === undefined ? rows.space : projectedSpace(projection)
  const mask = projection === undefined ? rows.mask : undefined
  const split = validationSplit(near.rows, seed)
  const plain = { rows: near.rows, features: near.values, ...(mask !== undefined && { mask }), ...split }
  const { data, memory } =
    kind === 'neighbors' ? await withNeighbors(plain, near, dims, options, machine) : { data: plain }
  const plan = planMap(space, data, options)
  const autoencoder = createAutoencoder(plan.autoencoder)
  const { weights, record } = await machine.train(
    { autoencoder: plan.autoencoder, data, options: plan.training },
    options,
  )
  return {
    mapper: { ...front, ...(memory && { memory }), autoencoder: { autoencoder, weights } },
    ...(memory?.keys.rows === near.rows && { places: memory.places }),
    facts: {
      options: { ...plan.options, ...(memory && { remembered: memory.keys.rows }) },
      training: record,
      widths: autoencoder.widths,
      parameterCount: autoencoder.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    },
  }
}

function validationSplit(rows: number, seed: number): Pick<TrainingData, 'training' | 'validation'> {
  const order = permutation(rows, randomFor(seed, 'validation'))
  const held = Math.min(mostValidation, Math.round(rows * validationShare))
  return { validation: order.slice(0, held).sort(), training: order.slice(held).sort() }
}

/** Rows with what a map is learned from beside them. */
interface NeighborData {
  readonly data: TrainingData
  /** The laid out rows, where they are the encoder. */
  readonly memory?: Memory
}

/** The data with a place for each row, or with its neighbours as partners. */
async function withNeighbors(
  data: TrainingData,
  near: Points,
  dims: number,
  options: EmbeddingOptions,
  { engine }: LearningMachine,
): Promise<NeighborData> {
  const { neighbors = mapDefaults.neighbors, exaggeration = mapDefaults.exaggeration, ...work } = options
  const long: LongWork = { signal: work.signal, onProgress: work.onProgress }
  const laidOut = isLaidOut('neighbors', dims)
  const count = laidOut ? Math.min(near.rows, mostLaidOut) : near.rows
  const chosen = count === near.rows ? undefined : spreadRows(near.rows, count)
  const points = chosen === undefined ? near : selectedRows(near, chosen)
  if (!laidOut) {
    const { indices } = await nearestNeighbors(points, Math.min(neighbors, count - 1), { engine, ...long })
    return { data: { ...data, partners: indices } }
  }
  const places = await layOutRows(points, { engine, neighbors, exaggeration, ...long })
  const memory = encoderFor(options) === 'memory' ? { memory: remembered(points, places) } : {}
  if (chosen === undefined) return { data: { ...data, targets: places }, ...memory }
  const targets = new Float32Array(2 * near.rows)
  const known = new Uint8Array(near.rows)
  chosen.forEach((row, i) => {
    targets.set(places.subarray(2 * i, 2 * i + 2), 2 * row)
    known[row] = 1
  })
  const withPlace = (list: Int32Array): Int32Array => list.filter((row) => known[row] === 1)
  const [training, validation] = [withPlace(data.training), withPlace(data.validation)]
  return { data: { ...data, targets, training, validation }, ...memory }
}

/** All laid out rows, or as many of them as a memory holds. */
function remembered(points: Points, places: Float32Array): Memory {
  if (points.rows <= mostRemembered) return { keys: points, places }
  const rows = spreadRows(points.rows, mostRemembered)
  return {
    keys: selectedRows(points, rows),
    places: selectedRows({ ...points, width: 2, values: places }, rows).values,
  }
}
