/** What other rooms may use of training. In Node, node.ts beside this file has the machine and the worker. */
export {
  defaultTraining,
  type CheckpointStore,
  type Learner,
  type RowSource,
  type Schedule,
  type TrainingData,
  type TrainingOptions,
  type TrainingPoint,
  type TrainingRecord,
  type TrainingResult,
  type TrainingTask,
  type TrainingWork,
  type Weights,
} from './options.js'
export { batchFeeds, dataTensors, type BatchFeeds } from './feeds.js'
export { interpolateRows, sampleRows, type FeatureRows, type Trained } from './generation.js'
export { logLikelihood, type LikelihoodOptions, type LogLikelihood } from './likelihood.js'
export { pretrainStack, type LayerTrainer } from './pretrain.js'
export { learningRateAt } from './schedule.js'
export { evaluation, trainingStep, type BatchGraph, type NoiseInput } from './step-graph.js'
export type { TrainingMachine } from './run.js'
export { train } from './train.js'
