/**
 * What `--json` prints, one schema a command. Fields may be added, never renamed or removed. docs/cli.md is
 * generated from here, and the tests hold every command to it; commands import the types alone, so that zod is not
 * loaded when they run.
 */
import { z } from 'zod'

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
  kind: z.enum(['denoising', 'undercomplete']),
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
  }),
  falseAlarmRate: finite,
  threshold: finite.nullable(),
  calibration: z.array(
    z.strictObject({ asked: finite, observed: finite, low: finite, high: finite, rows: count }),
  ),
  warnings: z.array(z.string()),
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
  inspect: inspectResultSchema,
  error: errorResultSchema,
}

export type Reason = z.infer<typeof reasonSchema>
export type TopRow = z.infer<typeof topRowSchema>
export type DetectResult = z.infer<typeof detectResultSchema>
export type TrainResult = z.infer<typeof trainResultSchema>
export type ScoreResult = z.infer<typeof scoreResultSchema>
export type InspectResult = z.infer<typeof inspectResultSchema>
