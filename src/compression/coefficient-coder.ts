/**
 * The entropy coder of latents: lays out a tile and the model's tables in WebAssembly memory and runs assembly/bands.ts.
 * Everything a reader depends on is integer, so the same bytes give the same latents on every machine. The plain twin is
 * reference-coder.ts.
 */
import { HourglassError } from '../base/index.js'
import { pageBytes, webAssembly, type WasmMemory, type WasmModule } from '../engine/index.js'
import { counterLimit, type EntropyModel } from './entropy-model.js'
import { channelCount, latentLayout, passCount, planeChannels } from './latent-layout.js'

/** Size of a tile of latents. */
export interface TileShape {
  /** Blocks in a row. */
  readonly columns: number
  /** Rows of blocks. */
  readonly rows: number
  /** 1: brightness alone, 3: colours too. */
  readonly planes: 1 | 3
}

/** What an encoder may choose values by. */
export interface Choice {
  /** `[rows, columns, 768]`, the latent. */
  readonly latent: Float32Array
  /** What one whole number stands for. */
  readonly step: number
  /** Squared error, in squared steps, that a bit is worth. */
  readonly lambda: number
}

/** Bytes of one pass. */
export interface PassBytes {
  readonly bytes: Uint8Array
  /** Whether there were more once. */
  readonly isCut: boolean
}

/** Codes tiles with one model. Not to be used by two callers at a time. */
export interface CoefficientCoder {
  /**
   * @param given `[rows, columns, 768]`: values as they are to be written, or what they are to be chosen by
   * @returns the bytes of each pass, and the values that were written
   */
  encode(shape: TileShape, given: Int16Array | Choice): { passes: Uint8Array[]; values: Int16Array }
  /** @returns `[rows, columns, 768]`, in `into` if it is given; passes that are missing are zeros */
  decode(shape: TileShape, passes: readonly PassBytes[], into?: Int16Array): Int16Array
  /** The state of counters and mixtures after the last tile: what a fit takes over. */
  state(): { counters: Uint32Array; mixtures: Int32Array }
}

interface Kernels {
  setTables(stretch: number, squash: number, share: number, limit: number): void
  setLayout(channels: number, bands: number, ...addresses: number[]): void
  setTile(columns: number, rows: number, planes: number, ...addresses: number[]): void
  setChoice(latent: number, scale: number, lambda: number, bits: number): void
  encodePass(pass: number, out: number): number
  decodePass(pass: number, bytes: number, size: number, cut: number): void
}

/** Bytes kept free at the start of memory. */
const reserved = 1024
const mostPages = 65535

/**
 * A coder over its own memory.
 *
 * @param keepsState whether counters go on from tile to tile (for fitting) instead of beginning anew
 */
export function coefficientCoder(
  code: WasmModule,
  model: EntropyModel,
  { keepsState = false }: { readonly keepsState?: boolean } = {},
): CoefficientCoder {
  const memory: WasmMemory = new webAssembly.Memory({ initial: 64, maximum: mostPages })
  const abort = (): never => {
    throw new HourglassError('HG_INTERNAL', 'internal: the entropy coder stopped')
  }
  const kernels = new webAssembly.Instance(code, { env: { memory, abort } }).exports as Kernels
  let top = reserved
  const room = (bytes: number): number => {
    const start = Math.ceil(top / 64) * 64
    top = start + bytes
    const missing = Math.ceil((top - memory.buffer.byteLength) / pageBytes)
    if (missing > 0) memory.grow(missing)
    return start
  }
  const place = (
    numbers: Uint8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array,
  ): number => {
    const start = room(numbers.byteLength)
    new Uint8Array(memory.buffer, start, numbers.byteLength).set(
      new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
    )
    return start
  }

  const { tables } = model
  kernels.setTables(place(tables.stretch), place(tables.squash), place(tables.share), counterLimit)
  const { partStarts, weights, neighbors } = partsOf(model)
  const [counters, mixtures] = [place(model.counters), place(model.mixtures)]
  const { bands, scan, bandStarts, passStarts, bandFacts } = latentLayout
  kernels.setLayout(
    channelCount,
    bands.length,
    place(scan),
    place(bandStarts),
    place(passStarts),
    place(bandFacts),
    place(partStarts),
    place(weights),
    place(tables.levels),
    counters,
    mixtures,
  )
  const bits = place(Float32Array.from({ length: 4097 }, (_, i) => -Math.log2((i + 0.5) / 4096)))
  const offsets = room(4 * neighbors.length)
  const tilesFrom = top

  /** Lays out a tile, with all magnitudes 0 and the state as the model has it. */
  const layOut = ({ columns, rows, planes }: TileShape): number => {
    top = tilesFrom
    const padded = (columns + 4) * (rows + 3)
    const magnitudes = room(padded * channelCount)
    const energies = room(padded * bands.length)
    const values = room(2 * columns * rows * channelCount)
    new Uint8Array(memory.buffer, magnitudes, top - magnitudes).fill(0)
    new Int32Array(memory.buffer, offsets, neighbors.length).set(
      neighbors.map(({ right, down, place: k }) => (down * (columns + 4) + right) * channelCount + k),
    )
    if (!keepsState) {
      new Uint32Array(memory.buffer, counters, model.counters.length).set(model.counters)
      new Int32Array(memory.buffer, mixtures, model.mixtures.length).set(model.mixtures)
    }
    kernels.setTile(columns, rows, planes, offsets, magnitudes, energies, values)
    return values
  }
  const valuesAt = (address: number, { columns, rows }: TileShape): Int16Array =>
    new Int16Array(memory.buffer, address, columns * rows * channelCount)

  return {
    encode(shape, given) {
      const values = layOut(shape)
      if (given instanceof Int16Array) {
        valuesAt(values, shape).set(given)
        kernels.setChoice(0, 1, 0, bits)
      } else {
        kernels.setChoice(place(given.latent), 1 / given.step, given.lambda, bits)
        roundLowest(given, valuesAt(values, shape))
      }
      // The longest code of a coefficient has some six bytes; what is written is a small part of this.
      const out = room(shape.columns * shape.rows * channelCount * 6 + 64)
      const passes = Array.from({ length: passCount }, (_, pass) =>
        new Uint8Array(memory.buffer, out, kernels.encodePass(pass, out)).slice(),
      )
      return { passes, values: valuesAt(values, shape).slice() }
    },
    decode(shape, passes, into = new Int16Array(shape.columns * shape.rows * channelCount)) {
      const values = layOut(shape)
      const longest = Math.max(1, ...passes.map(({ bytes }) => bytes.length))
      const input = room(longest)
      passes.forEach(({ bytes, isCut }, pass) => {
        if (bytes.length === 0 && isCut) return
        new Uint8Array(memory.buffer, input, bytes.length).set(bytes)
        kernels.decodePass(pass, input, bytes.length, Number(isCut))
      })
      into.set(valuesAt(values, shape))
      return into
    },
    state: () => ({
      counters: new Uint32Array(memory.buffer, counters, model.counters.length).slice(),
      mixtures: new Int32Array(memory.buffer, mixtures, model.mixtures.length).slice(),
    }),
  }
}

/** Rounds the lowest coefficients, which are not chosen: their differences matter more than their size. */
function roundLowest({ latent, step }: Choice, values: Int16Array): void {
  for (let i = 0; i < latent.length; i += planeChannels)
    values[i] = Math.max(-32767, Math.min(32767, Math.round(latent[i]! / step)))
}

/** The neighbourhoods of all coefficients in a row: where each part begins, weights, neighbours. */
export function partsOf({ neighborhoods }: EntropyModel) {
  const parts = neighborhoods.flat()
  const partStarts = new Uint16Array(parts.length + 1)
  parts.forEach((part, i) => (partStarts[i + 1] = partStarts[i]! + part.length))
  const neighbors = parts.flat()
  return { partStarts, weights: Uint8Array.from(neighbors, ({ weight }) => weight), neighbors }
}
