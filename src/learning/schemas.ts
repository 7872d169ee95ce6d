/** The parts of a model file's description that all uses share, as schemas: a file is checked before it is believed. */
import { z } from 'zod'

/** A whole number of at least 0. */
export const count = z.int().nonnegative()
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

/** How raw columns become features; `TablePreprocessing` of the data room. */
export const preprocessingSchema = z.object({
  layout: z.object({
    width: count,
    numericCount: count,
    columns: z.array(layoutColumn),
    grid: grid.optional(),
  }),
})

/** How every column was read. */
export const readingsSchema = z.array(
  z.looseObject({ name: z.string(), used: z.boolean(), reason: z.string() }),
)

/** The columns that are used. */
export const usedColumnsSchema = z.array(z.object({ name: z.string(), kind: kinds, usual: range.optional() }))

/** What happened in training. */
export const trainingSchema = z.looseObject({
  points: z.array(z.looseObject({ step: count, trainLoss: z.number() })),
  steps: count,
})

/** What was doubtful. */
export const findingsSchema = z.array(z.object({ code: z.string(), message: z.string() })).default([])
