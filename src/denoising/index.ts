/** What other rooms may use of denoising. In Node, `Denoiser` is in node.ts beside this file. */
export type { Denoised, Denoiser, DenoiseOptions } from './denoiser.js'
export type { DenoiserTraining } from './file.js'
