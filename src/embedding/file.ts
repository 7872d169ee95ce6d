/**
 * Embeddings as model files and back: the graph, and beside it as JSON what a graph cannot say. The frame, checksum and
 * safety checks of the file are the model-file room's.
 */
import { z } from 'zod'
import { autoencoderKinds } from '../autoencoders/index.js'
import type { TablePreprocessing } from '../data/index.js'
import type { Graph } from '../graph/index.js'
import {
  count,
  findingsSchema,
  preprocessingSchema,
  readingsSchema,
  trainingSchema,
  usedColumnsSchema,
} from '../learning/index.js'
import { sealModel, sectionOf, type ModelMetadata } from '../model-file/index.js'
import type { EmbeddingParts } from './embedding.js'
import type { EmbeddingRecord } from './embedding-types.js'

/** Name of the section in the file's metadata. */
const sectionName = 'embedding'

const record = z.looseObject({
  kind: z.enum(['neighbors', 'pca', ...autoencoderKinds]),
  options: z.record(z.string(), z.unknown()),
  dims: z.int().positive(),
  createdAt: z.iso.datetime(),
  seed: z.int(),
  source: z.string(),
  rows: z.object({ total: count, training: count, heldOut: count }),
  readings: readingsSchema,
  columns: usedColumnsSchema,
  label: z.string().optional(),
  widths: z.array(count),
  parameterCount: count,
  projection: z
    .object({ count: z.int().positive(), unit: z.number().positive(), explained: z.number() })
    .optional(),
  training: trainingSchema.optional(),
  quality: z.looseObject({ trustworthiness: z.number(), continuity: z.number() }).optional(),
  bounds: z.array(z.tuple([z.number(), z.number()])),
  warnings: z.array(z.string()),
  findings: findingsSchema,
})

const section = z.object({
  outputs: z.object({ latent: z.string(), error: z.string(), expected: z.array(z.string()) }),
  preprocessing: preprocessingSchema,
  record,
})

/** The model file of an embedding. */
export async function encodeEmbedding(parts: Omit<EmbeddingParts, 'bytes'>): Promise<Uint8Array> {
  const { graph, outputs, preprocessing, record: known } = parts
  return sealModel(graph, {
    kind: sectionName,
    created: known.createdAt,
    sections: { [sectionName]: { outputs, preprocessing, record: known } },
  })
}

/**
 * The embedding in a verified model file.
 *
 * @throws HG_MODEL_FOREIGN when it is another kind of model, HG_MODEL_CORRUPT when its description does not fit
 */
export function decodeEmbedding(model: {
  readonly graph: Graph
  readonly metadata: ModelMetadata
  readonly bytes: Uint8Array
}): EmbeddingParts {
  const { graph, metadata, bytes } = model
  const parsed = sectionOf(metadata, sectionName, section)
  return {
    graph,
    bytes,
    outputs: parsed.outputs,
    preprocessing: parsed.preprocessing as TablePreprocessing,
    record: parsed.record as unknown as EmbeddingRecord,
  }
}
