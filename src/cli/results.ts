/**
 * What `--json` prints, one schema a command. Fields may be added, never renamed or removed. docs/cli.md is
 * generated from here, and the tests hold every command to it; commands import the types alone, so that zod is not
 * loaded when they run.
 */
import { z } from 'zod'
import { difficulties, verdicts } from '../base/index.js'
import { kinds } from './kind-names.js'

const finite = z.number()
const count = z.int().nonnegative()

/** One reason why a row stands out. */
export const reasonSchema = z.strictObject({
  column: z.string(),
  value: z.union([z.number(), z.string(), z.boolean()]).describe('what the cell holds; dates as ISO 8601'),
  expected: z.union([z.number(), z.string(), z.boolean()]).describe('what the model would have put there'),
  contribution: finite.describe('what the column adds to the score'),
  text: z.string().describe('the same as a sentence'),
})

/** One of the most anomalous rows. */
export const topRowSchema = z.strictObject({
  row: z.int().positive().describe('number of the row in the data, from 1'),
  identifier: z.string().optional().describe('its identifier, where a column was left out as one'),
  score: finite.describe(
    'mean reconstruction error of the known cells over what is usual: about 1 for a normal row',
  ),
  pValue: finite.describe('share of normal rows expected to score at least as high'),
  anomaly: z.boolean(),
  reasons: z.array(reasonSchema).describe('strongest first, at most three'),
})

/** How a column was read. */
export const columnSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['numeric', 'boolean', 'categorical', 'datetime', 'identifier', 'text', 'constant', 'empty']),
  used: z.boolean(),
  reason: z.string().describe('why it is read this way, or left out'),
  missing: count.describe('missing cells'),
  distinct: count.describe('distinct values'),
})

const scored = {
  data: z.string().describe('what was scored'),
  rows: count,
  anomalies: count.describe('rows that are flagged'),
  threshold: finite.nullable().describe('scores above it are flagged; null when no score can be'),
  falseAlarmRate: finite.describe('asked share of normal rows that are flagged'),
  label: z.string().optional().describe('the label column, when there is one'),
  auroc: finite.optional().describe('area under the ROC curve, when there is a label'),
  averagePrecision: finite.optional().describe('average precision, when there is a label'),
  top: z.array(topRowSchema).describe('the most anomalous rows, as many as --top asks for'),
  modelFile: z.string().nullable(),
  outFile: z.string().nullable(),
  notes: z.array(z.string()).describe('what was noticed on the way'),
  seconds: finite,
}

const learned = {
  kind: z.enum(kinds),
  columns: z.array(columnSchema),
  trainingRows: count,
  calibrationRows: count,
  steps: count.describe('training steps done'),
  stopped: z.enum(['finished', 'early']),
  seed: z.int(),
}

/** `detect --json` and `demo --json`. */
export const detectResultSchema = z.strictObject({
  command: z.enum(['detect', 'demo']),
  ...scored,
  trainedOn: z.string().describe('what was learned from'),
  ...learned,
  reportFile: z.string().nullable(),
})

/** `train --json`. */
export const trainResultSchema = z.strictObject({
  command: z.literal('train'),
  data: z.string(),
  rows: count,
  ...learned,
  latent: count,
  widths: z.array(count).describe('width of every layer, input to output'),
  parameters: count,
  threshold: finite.nullable(),
  falseAlarmRate: finite,
  modelFile: z.string(),
  notes: z.array(z.string()),
  seconds: finite,
})

/** `score --json`. */
export const scoreResultSchema = z.strictObject({ command: z.literal('score'), ...scored })

const parameterSchema = z.strictObject({
  name: z.string(),
  shape: z.array(count),
  count,
  size: finite.describe('square root of the mean of its squares'),
  gradientNorm: finite.optional().describe('length of the gradient of the training loss at these rows'),
})

/** The inner workings of a model over the rows of `source`. */
export const innerWorkingsSchema = z.strictObject({
  source: z.string(),
  rows: count.describe('rows that were looked at'),
  layers: z
    .array(
      z.strictObject({
        name: z.string(),
        operator: z.string().describe('the operator that gives its output, such as Relu'),
        shape: z.array(count).describe('of its output for one row'),
        units: count,
        mean: finite,
        deviation: finite,
        least: finite,
        most: finite,
        zeroShare: finite.describe('share of outputs that are zero'),
        deadUnits: count.describe('units that give the same for every row'),
        saturatedShare: finite.describe('share of outputs within 5 % of a bound of a bounded activation'),
        parameters: z.array(parameterSchema),
        examples: z.array(z.array(finite)).describe('outputs for the first rows, at most 256 units of each'),
      }),
    )
    .describe('in the order in which they run'),
  otherParameters: z.array(parameterSchema).describe('parameters of no layer that ran'),
  jacobian: z.strictObject({
    rows: count,
    norms: z.array(finite).describe('Frobenius norm at each row'),
    singularValues: z.array(z.array(finite)).describe('at each row, descending'),
  }),
  units: z
    .array(
      z.strictObject({
        unit: count,
        mean: finite,
        deviation: finite,
        answers: z.array(
          z.strictObject({
            column: z.string(),
            change: finite.describe('scaled units of a number, or probability of a category'),
          }),
        ),
      }),
    )
    .describe('latent units, the ones that vary most first, and how the decoder answers to moving each'),
})

const pointSchema = z.strictObject({
  step: count,
  epoch: finite,
  trainLoss: finite,
  validationLoss: finite.optional(),
  learningRate: finite,
  parts: z.record(z.string(), finite).describe('terms of the loss: reconstruction, KL, penalty'),
  metrics: z.record(z.string(), finite).optional().describe('what the kind watches besides'),
  gradientNorms: z.record(z.string(), finite).optional().describe('length of the gradient, by parameter'),
})

/** `inspect --json`. */
export const inspectResultSchema = z.strictObject({
  command: z.literal('inspect'),
  modelFile: z.string(),
  bytes: count,
  kind: learned.kind,
  createdAt: z.string(),
  source: z.string().describe('what it was learned from'),
  rows: z.strictObject({ total: count, training: count, calibration: count }),
  seed: z.int(),
  columns: z.array(columnSchema),
  inputs: z
    .array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(['numeric', 'datetime', 'boolean', 'categorical']),
        usual: z
          .tuple([finite, finite])
          .optional()
          .describe('1st and 99th percentile; dates in milliseconds since 1970'),
      }),
    )
    .describe('columns that the model takes, in the order of the contributions'),
  options: z.record(z.string(), z.unknown()).describe('options of the kind that it was made with'),
  widths: z.array(count),
  latent: count,
  parameters: count,
  training: z.strictObject({
    steps: count,
    bestStep: count,
    stopped: z.enum(['finished', 'early']),
    trainLoss: finite.nullable(),
    validationLoss: finite.nullable(),
    seconds: finite,
    threads: count,
    points: z.array(pointSchema).describe('the course of the training'),
  }),
  inner: innerWorkingsSchema.optional().describe('with DATA: the inner workings at its first rows'),
  falseAlarmRate: finite,
  threshold: finite.nullable(),
  calibration: z.array(
    z.strictObject({ asked: finite, observed: finite, low: finite, high: finite, rows: count }),
  ),
  warnings: z.array(z.string()),
  findings: z
    .array(z.strictObject({ code: z.string(), message: z.string() }))
    .describe('what is doubtful about the network or its training'),
  reportFile: z.string().nullable(),
})

const measure = finite.optional()

/** `embed --json`. */
export const embedResultSchema = z.strictObject({
  command: z.literal('embed'),
  data: z.string().describe('what was placed'),
  rows: count,
  learnedFrom: z.string(),
  kind: z.enum(['neighbors', 'pca', ...kinds]),
  dims: count,
  trainingRows: count,
  columns: z.array(columnSchema),
  measuredRows: count.optional().describe('rows that the measures are of; absent when none were measured'),
  neighbors: count.optional().describe('neighbours that the measures look at'),
  trustworthiness: measure.describe('how far neighbours on the map are neighbours in the data, 0 to 1'),
  continuity: measure.describe('how far neighbours in the data are neighbours on the map, 0 to 1'),
  neighborhoodPreservation: measure.describe('share of neighbours that are kept'),
  distanceCorrelation: measure.describe("Spearman's correlation of distances in the data and on the map"),
  knnAccuracy: measure.describe('share of rows whose class is that of most of their neighbours on the map'),
  explainedVariance: measure.describe('share of the variance along the directions in front of the encoder'),
  steps: count.describe('training steps done'),
  trainingSeconds: finite,
  seed: z.int(),
  modelFile: z.string().nullable(),
  outFile: z.string().nullable(),
  plotFile: z.string().nullable(),
  notes: z.array(z.string()),
  seconds: finite,
})

const probeSchema = z.strictObject({
  accuracy: finite.describe('share of rows whose class is told right'),
  standardError: finite,
  rows: count,
})

/** `features --json`. */
export const featuresResultSchema = z.strictObject({
  command: z.literal('features'),
  data: z.string(),
  rows: count,
  learnedFrom: z.string(),
  kind: z.enum(['neighbors', 'pca', ...kinds]),
  dims: count.describe('features of each row'),
  label: z.string().optional().describe('the column of classes, when there is one'),
  probe: z
    .strictObject({ features: probeSchema, columns: probeSchema, rows: count })
    .optional()
    .describe('a linear probe by the features, and by the columns themselves'),
  modelFile: z.string().nullable(),
  outFile: z.string().nullable(),
  notes: z.array(z.string()),
  seconds: finite,
})

const verdictSchema = z.enum(verdicts)

const evidenceSchema = z.strictObject({
  name: z.string(),
  value: z.union([finite, z.string()]).nullable().describe('null when it is infinite or cannot be told'),
  unit: z.string().optional(),
  low: finite.optional().describe('lower end of the 95 % interval'),
  high: finite.optional().describe('upper end of the 95 % interval'),
  meaning: z.string(),
})

const remedySchema = z.strictObject({
  text: z.string(),
  command: z.string().optional().describe('a command line that can be run as it stands'),
  fixable: z.boolean().describe('whether --fix does it'),
})

/** `doctor --json`. */
export const doctorResultSchema = z.strictObject({
  command: z.literal('doctor'),
  data: z.string().describe('what was examined'),
  rows: count,
  columns: count,
  verdict: verdictSchema.describe('the worst of all verdicts'),
  diagnoses: z.array(
    z.strictObject({
      difficulty: z.enum(difficulties),
      verdict: verdictSchema,
      summary: z.string(),
      illnesses: z.array(
        z.strictObject({
          code: z.string().describe('stable name, such as missing-pattern or leakage'),
          verdict: verdictSchema,
          text: z.string(),
          rows: z.array(z.int().positive()).optional().describe('rows it concerns, from 1, the first 1,000'),
          rowCount: count.optional().describe('how many rows it concerns'),
          columns: z.array(z.string()).optional(),
          evidence: z.array(evidenceSchema),
          remedies: z.array(remedySchema),
        }),
      ),
      evidence: z.array(evidenceSchema),
      remedies: z.array(remedySchema),
      charts: z.array(
        z.strictObject({
          kind: z.enum(['curve', 'bars', 'histogram', 'pairs']),
          title: z.string(),
          x: z.string(),
          y: z.string(),
          log: z.enum(['x', 'y', 'both']).optional(),
          series: z.array(
            z.strictObject({
              name: z.string(),
              x: z.array(z.union([finite, z.string()])),
              y: z.array(finite.nullable()),
            }),
          ),
          marks: z.array(
            z.strictObject({ axis: z.enum(['x', 'y']), at: z.union([finite, z.string()]), text: z.string() }),
          ),
        }),
      ),
      seconds: finite,
    }),
  ),
  changes: z.array(z.string()).describe('what --fix changed'),
  modelFile: z.string().nullable(),
  outFile: z.string().nullable(),
  reportFile: z.string().nullable(),
  seconds: finite,
})

/** `tune --json`. */
export const tuneResultSchema = z.strictObject({
  command: z.literal('tune'),
  data: z.string(),
  rows: count,
  trainingRows: count.describe('rows that trials learned from'),
  heldOutRows: count.describe('rows that trials were compared on'),
  metric: z.enum(['planted', 'plantedPrecision', 'hiddenCells', 'reconstruction']),
  best: z.strictObject({
    trial: z.int().positive().describe('its number, from 1'),
    value: finite.describe('of the metric'),
    parts: z.record(z.string(), finite).describe('what the value is the mean of'),
    steps: count,
    fit: z.record(z.string(), z.unknown()).describe('options of the fit, as the library takes them'),
  }),
  trials: z.array(
    z.strictObject({
      trial: z.int().positive(),
      state: z.enum(['running', 'paused', 'done', 'failed']).describe('paused: not promoted'),
      configuration: z.record(z.string(), z.union([z.string(), finite])),
      results: z.array(z.strictObject({ steps: count, value: finite, seconds: finite })).describe('by rung'),
      error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
  importance: z
    .array(z.strictObject({ option: z.string(), share: finite, deviation: finite }))
    .nullable()
    .describe('share of the variation that each option explains by itself; null for fewer than 20 trials'),
  reproduce: z.string().describe('the command line that makes the same model'),
  seed: z.int(),
  modelFile: z.string().nullable(),
  studyFile: z.string().nullable(),
  reportFile: z.string().nullable(),
  notes: z.array(z.string()),
  seconds: finite,
})

const failedFiles = z
  .array(z.strictObject({ file: z.string(), code: z.string(), message: z.string() }))
  .describe('files that failed; the others are done')
const skippedFiles = z.array(z.string()).describe('files whose result existed already')

/** `denoise --json` of images. */
export const denoiseResultSchema = z.strictObject({
  command: z.literal('denoise'),
  files: z.array(
    z.strictObject({
      file: z.string().describe('the noisy image'),
      outFile: z.string(),
      width: count,
      height: count,
      channels: count.describe('1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha'),
      bitDepth: count,
      strength: finite
        .nullable()
        .describe('standard deviation of the noise that was removed, of 255; null with --self'),
      estimatedLevel: finite
        .nullable()
        .describe('the same, as it was estimated; null when the strength was given, and with --self'),
      removed: finite.describe('root mean square of what was taken away, of 255'),
      impulseShare: finite.describe('share of the pixels that were salt and pepper, and filled'),
      psnrBefore: finite
        .nullable()
        .describe('of the noisy image beside that of --reference, in decibels; null without one'),
      psnr: finite.nullable().describe('of the result beside it; null where both are the same, too'),
      tiles: count.describe('tiles that went through the network'),
      sizeBytes: count.describe('of the written file'),
      notes: z.array(z.string()),
      seconds: finite,
    }),
  ),
  self: z
    .strictObject({ images: count, seed: z.int(), steps: count, seconds: finite })
    .nullable()
    .describe('the training of --self, and how many images it was on; null without it'),
  failed: failedFiles,
  skipped: skippedFiles,
  compareFile: z.string().nullable(),
  seconds: finite,
})

/** `denoise --json` of a table. */
export const denoiseTableResultSchema = z.strictObject({
  command: z.literal('denoise'),
  data: z.string().describe('the noisy table'),
  rows: count,
  order: z.enum(['time', 'none']).describe('whether rows are steps of time, or stand in no order'),
  series: count.describe('series that the rows belong to'),
  columns: z
    .array(
      z.strictObject({
        name: z.string(),
        noise: finite.describe(
          "standard deviation of the noise in the column's own unit: the most that the data allow, or what --strength states",
        ),
        spread: finite.describe("standard deviation of the cells, in the column's own unit"),
        told: finite.describe('share of the variance that the other cells tell, 0 to 1'),
        kept: finite.describe(
          'how much of the difference between what was read and what is told was kept, 0 to 1; 1: as it was',
        ),
        filled: count.describe('missing cells that were filled'),
      }),
    )
    .describe('columns that were looked at; the others pass through'),
  seed: z.int(),
  steps: count,
  outFile: z.string().nullable().describe('null for standard output'),
  notes: z.array(z.string()),
  seconds: finite,
})

/** `compress --json`. */
export const compressResultSchema = z.strictObject({
  command: z.literal('compress'),
  bytes: count.describe('of all files together'),
  bpp: finite.describe('bits for each pixel, of all files together'),
  psnr: finite.nullable().describe('in decibels, mean of the files; null where none has an error'),
  msssim: finite.nullable().describe('multi-scale structural similarity, mean of the files'),
  files: z.array(
    z.strictObject({
      file: z.string(),
      outFile: z.string(),
      width: count,
      height: count,
      inputBytes: count,
      bytes: count,
      bpp: finite,
      psnr: finite.nullable().describe('null for an image that comes back as it was'),
      msssim: finite.nullable().describe('null for images with a side below 11 pixels'),
      notes: z.array(z.string()),
      seconds: finite,
    }),
  ),
  failed: failedFiles,
  skipped: skippedFiles,
  seconds: finite,
})

const codecPoint = z.strictObject({ quality: count, bpp: finite, psnr: finite.describe('in decibels') })

/** `train-codec --json`. */
export const trainCodecResultSchema = z.strictObject({
  command: z.literal('train-codec'),
  outFile: z.string(),
  id: z.string().describe('by which compressed images name it'),
  sizeBytes: count,
  images: count,
  learnedFrom: count,
  heldOut: count,
  comparison: z
    .strictObject({
      images: count,
      general: z.array(codecPoint).describe('the shipped codec'),
      own: z.array(codecPoint),
      rateDifference: z
        .number()
        .describe('Bjøntegaard rate, per cent: negative for fewer bits at equal PSNR'),
    })
    .nullable()
    .describe('null where no image was kept apart'),
  failed: z.array(z.strictObject({ file: z.string(), message: z.string() })),
  seconds: finite,
})

/** `decompress --json`. */
export const decompressResultSchema = z.strictObject({
  command: z.literal('decompress'),
  files: z.array(
    z.strictObject({
      file: z.string(),
      outFile: z.string(),
      width: count,
      height: count,
      channels: count.describe('1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha'),
      isCut: z
        .boolean()
        .describe('whether the end of the file is missing, and the image shows what is there'),
      sizeBytes: count.describe('of the written file'),
      notes: z.array(z.string()),
      seconds: finite,
    }),
  ),
  failed: failedFiles,
  skipped: skippedFiles,
  seconds: finite,
})

/** `kinds --json`. */
export const kindsResultSchema = z.strictObject({
  command: z.literal('kinds'),
  kinds: z.array(
    z.strictObject({
      kind: z.enum(kinds),
      summary: z.string(),
      options: z.array(z.strictObject({ name: z.string(), type: z.string(), meaning: z.string() })),
    }),
  ),
})

/** Any command that fails. */
export const errorResultSchema = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string() }),
})

/** Schemas by command, in the order of the documentation. */
export const resultSchemas = {
  detect: detectResultSchema,
  train: trainResultSchema,
  score: scoreResultSchema,
  embed: embedResultSchema,
  features: featuresResultSchema,
  inspect: inspectResultSchema,
  doctor: doctorResultSchema,
  tune: tuneResultSchema,
  denoise: denoiseResultSchema,
  'denoise, of a table': denoiseTableResultSchema,
  compress: compressResultSchema,
  decompress: decompressResultSchema,
  'train-codec': trainCodecResultSchema,
  kinds: kindsResultSchema,
  error: errorResultSchema,
}

export type InnerWorkings = z.infer<typeof innerWorkingsSchema>
export type Reason = z.infer<typeof reasonSchema>
export type TopRow = z.infer<typeof topRowSchema>
export type DetectResult = z.infer<typeof detectResultSchema>
export type TrainResult = z.infer<typeof trainResultSchema>
export type ScoreResult = z.infer<typeof scoreResultSchema>
export type DenoiseResult = z.infer<typeof denoiseResultSchema>
export type DenoiseTableResult = z.infer<typeof denoiseTableResultSchema>
export type CompressResult = z.infer<typeof compressResultSchema>
export type TrainCodecResult = z.infer<typeof trainCodecResultSchema>
export type DecompressResult = z.infer<typeof decompressResultSchema>
export type DoctorResult = z.infer<typeof doctorResultSchema>
export type KindsResult = z.infer<typeof kindsResultSchema>
export type FeaturesResult = z.infer<typeof featuresResultSchema>
export type EmbedResult = z.infer<typeof embedResultSchema>
export type InspectResult = z.infer<typeof inspectResultSchema>
export type TuneResult = z.infer<typeof tuneResultSchema>
