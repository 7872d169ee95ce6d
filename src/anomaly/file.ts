/**
 * Detectors as model files and back: the graph, and beside it as JSON what a graph cannot say. The frame, checksum
 * and safety checks of the file are the model-file room's.
 */
import { z } from 'zod'
import { autoencoderKinds } from '../autoencoders/index.js'
import type { Graph } from '../graph/index.js'
import { sealModel, sectionOf, type ModelMetadata } from '../model-file/index.js'
import type { TablePreprocessing } from '../data/index.js'
import type { DetectorParts } from './detector.js'
import type { DetectorRecord } from './detector-types.js'
import type { OutputNames } from './scoring-graph.js'

/** Name of the section in the file's metadata. */
const sectionName = 'anomaly-detector'

/** An infinite threshold, which JSON cannot say, is null in the file. */
const threshold = z.union([z.number(), z.null().transform(() => Infinity)])

const count = z.int().nonnegative()
const kinds = z.enum(['numeric', 'boolean', 'categorical', 'datetime'])
const range = z.tuple([z.number(), z.number()])

const layoutColumn = z.object({
  name: z.string(),
  kind: kinds,
  start: count,
  width: count,
  usual: range.optional(),
  scaling: z
    .object({
      method: z.enum(['standard', 'asinh']),
      center: z.number(),
      unit: z.number(),
      mean: z.number(),
      deviation: z.number(),
    })
    .optional(),
  categories: z.array(z.string()).optional(),
})

const grid = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), height: count, width: count, channels: count }),
  z.object({ kind: z.literal('series'), steps: count, channels: count }),
])

const record = z.looseObject({
  kind: z.enum(autoencoderKinds),
  options: z.record(z.string(), z.unknown()).default({}),
  createdAt: z.iso.datetime(),
  seed: z.int(),
  source: z.string(),
  rows: z.object({ total: count, training: count, calibration: count }),
  readings: z.array(z.looseObject({ name: z.string(), used: z.boolean(), reason: z.string() })),
  columns: z.array(z.object({ name: z.string(), kind: kinds, usual: range.optional() })),
  widths: z.array(count),
  latent: count,
  parameterCount: count,
  training: z.looseObject({
    points: z.array(z.looseObject({ step: count, trainLoss: z.number() })),
    steps: count,
  }),
  falseAlarmRate: z.number(),
  threshold,
  calibrationChecks: z.array(z.looseObject({ asked: z.number(), observed: z.number() })),
  warnings: z.array(z.string()),
  findings: z.array(z.object({ code: z.string(), message: z.string() })).default([]),
})

const section = z.object({
  outputs: z.object({
    score: z.string(),
    pValue: z.string(),
    isAnomaly: z.string(),
    contributions: z.string(),
    latent: z.string(),
    expected: z.array(z.string()),
  }),
  preprocessing: z.object({
    layout: z.object({
      width: count,
      numericCount: count,
      columns: z.array(layoutColumn),
      grid: grid.optional(),
    }),
  }),
  record,
})

/** The model file of a detector. */
export async function encodeDetector(parts: Omit<DetectorParts, 'bytes'>): Promise<Uint8Array> {
  const { graph, outputs, preprocessing } = parts
  const known = {
    ...parts.record,
    threshold: Number.isFinite(parts.record.threshold) ? parts.record.threshold : null,
  }
  return sealModel(graph, {
    kind: sectionName,
    created: parts.record.createdAt,
    sections: { [sectionName]: { outputs, preprocessing, record: known } },
  })
}

/**
 * The detector in a verified model file.
 *
 * @throws HG_MODEL_FOREIGN when it is another kind of model, HG_MODEL_CORRUPT when its description does not fit
 */
export function decodeDetector(model: {
  readonly graph: Graph
  readonly metadata: ModelMetadata
  readonly bytes: Uint8Array
}): DetectorParts {
  const { graph, metadata, bytes } = model
  const parsed = sectionOf(metadata, sectionName, section)
  return {
    graph,
    bytes,
    outputs: parsed.outputs satisfies OutputNames,
    preprocessing: parsed.preprocessing as TablePreprocessing,
    record: parsed.record as unknown as DetectorRecord,
  }
}
