/**
 * The decoder's floating-point part as an ONNX file, for programs in other languages: examples/decode_hgl.py is one.
 * The rest of a decoder is integers; docs/format.md has it in words.
 */
import { encodeModel } from '../graph/index.js'
import type { CodecModel } from './codec-model.js'
import { synthesisGraph } from './transform-graphs.js'

/** Blocks of 16 × 16 pixels that one run of a decoder gives. */
export interface DecoderSize {
  readonly columns: number
  readonly rows: number
}

/**
 * From values to pixels, as an ONNX file. Pixels depend on values of three blocks around and on nothing else, so that an image
 * of any size can be decoded in windows of this one.
 *
 * Inputs `values`, `[rows + 6, columns + 6, 3, 256]`, `step` and `logStep` (its log₂), `[1, 1, 1, 1]`; output `pixels`,
 * `[1, 3, 16 rows, 16 columns]`, 0 to 255, not rounded.
 *
 * @example
 * await writeFile('decoder.onnx', decoderModel(model, { columns: 16, rows: 16 }))
 */
export const decoderModel = ({ weights }: CodecModel, { columns, rows }: DecoderSize): Uint8Array =>
  encodeModel(synthesisGraph(weights, columns, rows))
