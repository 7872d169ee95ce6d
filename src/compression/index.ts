/** What other rooms may use of compression. In Node, `Codec` is in node.ts beside this file. */
export { bjontegaardRate, type RatePoint } from './bjontegaard.js'
export { codecModelFromBytes, codecModelToBytes, type CodecModel } from './codec-model.js'
export {
  codecOf,
  type Codec,
  type CodecParts,
  type Compressed,
  type CompressOptions,
  type Decompressed,
} from './codec.js'
export { compareCodecs, type CodecComparison, type CodecPoint } from './compare-codecs.js'
export { decoderModel, type DecoderSize } from './decoder-model.js'
export { msSsim, psnr } from './distortion.js'
export { fitCodec, type FitCodecOptions } from './fit-codec.js'
export type { Goal } from './rate-control.js'
export { readStream, writeStream, type StreamHeader } from './stream.js'
export type { Pixels } from './tiles.js'
