// Writes the decoder's floating-point part as an ONNX file, for decoders in other languages (decode_hgl.py).
//
//   node examples/export-decoder.mjs decoder.onnx     (after `npm run build`)
import { readFileSync, writeFileSync } from 'node:fs'
import { codecModelFromBytes, decoderModel } from '../dist/compression/index.js'

const model = await codecModelFromBytes(
  new Uint8Array(readFileSync(new URL('../assets/codec.bin', import.meta.url))),
)
writeFileSync(process.argv[2] ?? 'decoder.onnx', decoderModel(model, { columns: 16, rows: 16 }))
