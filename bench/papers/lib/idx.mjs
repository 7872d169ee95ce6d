// Images and labels of MNIST and Fashion-MNIST: four files in the IDX format, gzipped, as their authors publish them.
// A folder of one's own stands for the data: nothing is downloaded here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Contents of an IDX file of bytes: `shape`, and `data`, the last axis fastest. */
export function readIdx(path) {
  const bytes = gunzipSync(readFileSync(path))
  const [zeros, type, rank] = [bytes.readUInt16BE(0), bytes[2], bytes[3]]
  if (zeros !== 0 || type !== 8) throw new Error(`${path}: expected an IDX file of bytes, got type ${type}`)
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis))
  const data = bytes.subarray(4 + 4 * rank)
  const expected = shape.reduce((product, size) => product * size, 1)
  if (data.length !== expected) throw new Error(`${path}: expected ${expected} bytes, got ${data.length}`)
  return { shape, data }
}

/** Rows of one part, `train` or `t10k`: `images` `[rows, 784]` in 0 … 1 and `labels`. */
function readPart(folder, part) {
  const { shape, data } = readIdx(join(folder, `${part}-images-idx3-ubyte.gz`))
  const labels = readIdx(join(folder, `${part}-labels-idx1-ubyte.gz`)).data
  return {
    rows: shape[0],
    images: new Float32Array(data).map((byte) => byte / 255),
    labels: Uint8Array.from(labels),
  }
}

/** The 60,000 training and 10,000 test images of a folder. */
export const readImages = (folder) => ({ train: readPart(folder, 'train'), test: readPart(folder, 't10k') })

/** Row numbers from `start` to before `end`. */
export const range = (start, end) => Int32Array.from({ length: end - start }, (_, i) => start + i)

/** The usual split of the training images: the first five sixths (50,000) to learn from, the rest to choose by. */
export function splitOf({ rows }) {
  const first = Math.floor((rows * 5) / 6)
  return { training: range(0, first), validation: range(first, rows) }
}

/** The first `rows` of a part. */
export function firstRows({ images, labels, rows }, count) {
  const width = images.length / rows
  return { rows: count, images: images.subarray(0, count * width), labels: labels.subarray(0, count) }
}

/** Every pixel a numeric column, on its grid. */
export function pixelSpace(side = 28) {
  const width = side * side
  return {
    width,
    numericCount: width,
    columns: Array.from({ length: width }, (_, i) => ({ name: `pixel ${i}`, start: i, width: 1 })),
    grid: { kind: 'image', height: side, width: side, channels: 1 },
  }
}

/** Means over blocks of 2 × 2 pixels of square images. */
export function halved(images, side) {
  const half = side / 2
  const count = images.length / (side * side)
  return Float32Array.from({ length: count * half * half }, (_, i) => {
    const [image, row, column] = [Math.floor(i / (half * half)), Math.floor(i / half) % half, i % half]
    const at = (image * side + 2 * row) * side + 2 * column
    return (images[at] + images[at + 1] + images[at + side] + images[at + side + 1]) / 4
  })
}
