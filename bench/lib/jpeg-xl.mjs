// JPEG XL by libjxl in WebAssembly (npm package @jsquash/jxl), where it is installed: npm install --prefix bench.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Both ways, or undefined without the package. */
export async function jpegXl() {
  try {
    const [encoder, decoder] = await Promise.all([
      import('@jsquash/jxl/encode.js'),
      import('@jsquash/jxl/decode.js'),
    ])
    await encoder.init(moduleOf('enc/jxl_enc.wasm'))
    await decoder.init(moduleOf('dec/jxl_dec.wasm'))
    // What the decoder returns is an ImageData of a browser.
    globalThis.ImageData ??= class {
      constructor(data, width, height) {
        Object.assign(this, { data, width, height })
      }
    }
    return {
      encode: async (image, quality) => new Uint8Array(await encoder.default(withAlpha(image), { quality })),
      decode: async (bytes) => withoutAlpha(await decoder.default(bytes.buffer)),
    }
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const moduleOf = (name) =>
  new globalThis.WebAssembly.Module(
    readFileSync(
      fileURLToPath(
        import.meta.resolve(`@jsquash/jxl/package.json`).replace('package.json', `codec/${name}`),
      ),
    ),
  )

function withAlpha({ width, height, data }) {
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let i = 0; i < width * height; i++) pixels.set(data.subarray(3 * i, 3 * i + 3), 4 * i)
  return { width, height, data: pixels }
}

function withoutAlpha({ width, height, data }) {
  const pixels = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)],
  )
  return { width, height, channels: 3, data: pixels }
}
