/** What other rooms may use of denoising. In Node, `Denoiser` and `denoiseTable` are in node.ts beside this file. */
export type { Denoised, Denoiser, DenoiseOptions } from './denoiser.js'
export type { DenoiserTraining } from './file.js'
export { removedLevel, removedPicture, type RemovedPicture } from './removed.js'
export type { SelfDenoised, SelfDenoiser, SelfTrainingOptions } from './self-denoiser.js'
export type { DenoisedColumn, DenoisedTable, TableDenoisingOptions } from './table-denoiser.js'
