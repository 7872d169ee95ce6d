/** What other rooms may use of compression. Start reading at latent-layout.ts. */
export {
  coefficientCoder,
  type Choice,
  type CoefficientCoder,
  type PassBytes,
  type TileShape,
} from './coefficient-coder.js'
export { entropyModelFromBytes, entropyModelToBytes, type EntropyModel } from './entropy-model.js'
export { fitEntropyModel, type Sample } from './fit-entropy-model.js'
export { lappedKernel } from './lapped-transform.js'
export { tileCoder, type Quantization, type TileCoder } from './tile-coder.js'
export { tilesOf, type Pixels, type Tile } from './tiles.js'
export type { TransformWeights } from './transform-graphs.js'
