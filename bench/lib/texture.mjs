// Pictures that are about as hard to compress as photographs: noise of five scales over each other, the same each time.
import sharp from 'sharp'

/** A picture, as PNG; with four channels, a disc of it is clear. */
export async function texture(width, height, channels) {
  const random = seeded()
  const data = new Uint8Array(width * height * channels).fill(255)
  const scales = [64, 16, 8, 4, 2].map((scale) => ({
    scale,
    noise: Float64Array.from({ length: 4096 }, random),
  }))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const at = (y * width + x) * channels
        data[at + c] = scales.reduce(
          (sum, { scale, noise }) => sum + 3 * Math.sqrt(scale) * smooth(noise, x / scale + c / 4, y / scale),
          120 + 10 * c,
        )
        if (channels === 4) data[at + 3] = Math.hypot(x - width / 2, y - height / 2) < width / 2.2 ? 255 : 40
      }
  return sharp(data, { raw: { width, height, channels } }).png().toBuffer()
}

function smooth(noise, x, y) {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [right, down] = [x - left, y - top]
  const at = (column, row) => noise[(column * 73 + row * 1021) & 4095]
  const upper = (1 - right) * at(left, top) + right * at(left + 1, top)
  const lower = (1 - right) * at(left, top + 1) + right * at(left + 1, top + 1)
  return (1 - down) * upper + down * lower
}

/** Numbers from −1 to 1, the same ones each time. */
function seeded() {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}
