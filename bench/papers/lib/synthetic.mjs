// Small images that are like digits as far as learning goes: strokes of random place and brightness in ten arrangements.
// Made by formulas, for tests that have no data folder.
import { random } from '../../../dist/base/index.js'

/** Rows and columns, in eighths of the side, of the strokes of each class: from, to. */
const strokes = [
  [
    [1, 1, 1, 6],
    [1, 6, 6, 6],
    [6, 6, 6, 1],
    [6, 1, 1, 1],
  ],
  [[1, 4, 6, 4]],
  [
    [1, 1, 1, 6],
    [1, 6, 6, 1],
    [6, 1, 6, 6],
  ],
  [
    [1, 1, 1, 6],
    [3, 2, 3, 6],
    [6, 1, 6, 6],
    [1, 6, 6, 6],
  ],
  [
    [1, 1, 4, 1],
    [4, 1, 4, 6],
    [1, 5, 6, 5],
  ],
  [
    [1, 6, 1, 1],
    [1, 1, 4, 1],
    [4, 1, 6, 6],
  ],
  [
    [1, 3, 6, 1],
    [6, 1, 6, 5],
    [4, 5, 6, 5],
    [4, 1, 4, 5],
  ],
  [
    [1, 1, 1, 6],
    [1, 6, 6, 2],
  ],
  [
    [1, 1, 6, 6],
    [1, 6, 6, 1],
  ],
  [
    [1, 1, 4, 1],
    [1, 1, 1, 5],
    [4, 1, 4, 5],
    [1, 5, 6, 5],
  ],
]

/** `rows` images of `side` × `side` in 0 … 1 with their classes, the same for the same seed. */
export function strokeImages({ rows, side = 8, seed = 0 }) {
  const stream = random(seed)
  const images = new Float32Array(rows * side * side)
  const labels = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    labels[row] = row % strokes.length
    const shift = [stream.uniform() - 0.5, stream.uniform() - 0.5]
    const brightness = 0.6 + 0.4 * stream.uniform()
    const image = images.subarray(row * side * side, (row + 1) * side * side)
    for (const stroke of strokes[labels[row]]) draw(image, side, stroke, shift, brightness)
  }
  return { rows, images, labels }
}

/** A line of soft dots, the brightest of each pixel kept. */
function draw(image, side, [fromRow, fromColumn, toRow, toColumn], [down, right], brightness) {
  const scale = side / 8
  for (let step = 0; step <= 24; step++) {
    const t = step / 24
    const y = (fromRow + (toRow - fromRow) * t + 0.5 + down) * scale
    const x = (fromColumn + (toColumn - fromColumn) * t + 0.5 + right) * scale
    for (let row = Math.max(0, Math.floor(y - 1)); row <= Math.min(side - 1, Math.ceil(y)); row++)
      for (
        let column = Math.max(0, Math.floor(x - 1));
        column <= Math.min(side - 1, Math.ceil(x));
        column++
      ) {
        const distance = (row + 0.5 - y) ** 2 + (column + 0.5 - x) ** 2
        const value = brightness * Math.exp(-distance * 1.5)
        image[row * side + column] = Math.max(image[row * side + column], value)
      }
  }
}
