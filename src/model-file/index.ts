/** What other rooms may use of model files. Reading and writing them on disk is in node.ts. */
export { sectionOf, type ModelMetadata } from './metadata.js'
export { sealModel } from './seal.js'
export { verifyModel, type VerifiedModel } from './verify.js'
