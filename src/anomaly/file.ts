/**
 * Detectors as model files and back: the graph, and beside it as JSON what a graph cannot say. The frame, checksum
 * and safety checks of the file are the model-file room's.
 */
import { z } from 'zod'
import { autoencoderKinds } from '../autoencoders/index.js'
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
import type { TablePreprocessing } from '../data/index.js'
import type { DetectorParts } from './detector.js'
import type { DetectorRecord } from './detector-types.js'
import type { OutputNames } from './scoring-graph.js'

/** Name of the section in the file's metadata. */
const sectionName = 'anomaly-detector'

/** An infinite threshold, which JSON cannot say, is null in the file. */
const threshold = z.union([z.number(), z.null().transform(() => Infinity)])

const record = z.looseObject({
  kind: z.enum(autoencoderKinds),
  options: z.record(z.string(), z.unknown()).default({}),
  createdAt: z.iso.datetime(),
  seed: z.int(),
  source: z.string(),
  rows: z.object({ total: count, training: count, calibration: count }),
  readings: readingsSchema,
  columns: usedColumnsSchema,
  widths: z.array(count),
  latent: count,
  parameterCount: count,
  training: trainingSchema,
  falseAlarmRate: z.number(),
  threshold,
  calibrationChecks: z.array(z.looseObject({ asked: z.number(), observed: z.number() })),
  warnings: z.array(z.string()),
  findings: findingsSchema,
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
  preprocessing: preprocessingSchema,
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
