// Runs every .onnx file of a folder in ONNX Runtime on ten rows, in a process of its own, so that a crash or a hang
// of the runtime shows as this process's end. usage: run-models.mjs FOLDER; prints how many ran and how many failed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ort from 'onnxruntime-node'

const rows = 10
const folder = process.argv[2]
ort.env.logLevel = 'fatal'

/** Data for an input: small numbers with one extreme, or short texts. */
function tensorFor({ type, shape }) {
  const dims = shape.map((dim) => (typeof dim === 'number' ? dim : rows))
  const size = dims.reduce((product, dim) => product * dim, 1)
  const pick = (values) => Array.from({ length: size }, (_, i) => values[i % values.length])
  if (type === 'string') return new ort.Tensor(type, pick(['red', 'grün', '', 'x'.repeat(300)]), dims)
  if (type === 'int64') return new ort.Tensor(type, BigInt64Array.from(pick([0n, 1n, -(2n ** 63n)])), dims)
  if (type === 'int32') return new ort.Tensor(type, Int32Array.from(pick([0, 1, -(2 ** 31)])), dims)
  if (type === 'bool') return new ort.Tensor(type, Uint8Array.from(pick([0, 1])), dims)
  const kind = type === 'float64' ? Float64Array : Float32Array
  return new ort.Tensor(type, kind.from(pick([0.5, -1, NaN, 3e38])), dims)
}

let ran = 0
let failed = 0
for (const name of readdirSync(folder).filter((file) => file.endsWith('.onnx'))) {
  process.stderr.write(`${name}\n`) // the last line names the file that ended the process
  try {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 }
    const session = await ort.InferenceSession.create(readFileSync(join(folder, name)), options)
    const feeds = Object.fromEntries(session.inputMetadata.map((input) => [input.name, tensorFor(input)]))
    await session.run(feeds)
    await session.release()
    ran++
  } catch {
    failed++
  }
}
console.log(JSON.stringify({ ran, failed }))
