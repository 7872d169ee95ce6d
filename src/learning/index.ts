/** What the uses share: from a table to features, and from features to a planned training. In Node, see node.ts. */
export { chunkRowsFor, featuresOf, type Features } from './features.js'
export { namesBeside } from './names.js'
export type { LearningMachine } from './machine.js'
export type { KindChoice, LearningOptions, LearningSettings } from './options.js'
export { planDefaults, planFor, scalingFor, type Plan } from './plan.js'
export { fewestRows, splitRows, type Split } from './split.js'
export { columnSink, floatsOf, runOver, type ColumnSink } from './run-over.js'
export {
  count,
  findingsSchema,
  preprocessingSchema,
  readingsSchema,
  trainingSchema,
  usedColumnsSchema,
} from './schemas.js'
export { boundWeights, weightsIn } from './weights.js'
