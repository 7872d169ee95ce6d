/**
 * How a map's data travel inside of its page: one header and blocks of numbers, each gzipped and written as base64 in a
 * `<script type="text/plain">` that no browser runs. pack.ts writes them, web/unpack.ts reads them.
 */
import type { Box, Frame } from './frame.js'
import type { NumberRange } from './colouring.js'

/** Element types of blocks. */
export const elementTypes = {
  u8: Uint8Array,
  u16: Uint16Array,
  i32: Int32Array,
  f32: Float32Array,
} as const
export type ElementType = keyof typeof elementTypes
export type BlockArray = Uint8Array | Uint16Array | Int32Array | Float32Array

/** A block of numbers. Elements wider than a byte stand as planes: all first bytes, then all second bytes, … */
export interface Block {
  /** The element `id` in the page is `block-<id>`. */
  readonly id: string
  readonly type: ElementType
  /** In elements. */
  readonly length: number
}

/** The block that holds the header, as JSON in UTF-8. */
export const headerId = 'header'
/** Places of 16 bits are 0 to this over the frame; the code above it is a row without a place. */
export const mostPlace = 65534
/** Stands for a missing category in unsigned codes: the greatest number of the type. */
export const missingCode = { u8: 255, u16: 65535 } as const

export interface MapHeader {
  readonly title: string
  readonly source: string
  /** Rows in this page. */
  readonly count: number
  /** Rows of the data; more than `count` when the page holds a sample. */
  readonly rowCount: number
  /** Rows among `count` that have no place. */
  readonly unplaced: number
  /** How coordinates come back from unit coordinates. */
  readonly frame: Frame
  /** What the first view shows, in unit coordinates. */
  readonly home: Box
  readonly columns: readonly HeaderColumn[]
  /** `[count, 2]` as 16-bit integers or, where those are too coarse, unit coordinates of 32 bits. */
  readonly places: Block
  /** Numbers of the rows from 0, when the page holds a sample. */
  readonly rowNumbers?: Block
  /** Names of the rows as a JSON list in UTF-8. */
  readonly labels?: Block
  readonly split?: Block
  readonly images?: HeaderImages & {
    /** Which row of the page each image belongs to, ascending; absent when every row has one. */
    readonly rows?: Block
    /** Rows of the page that have an image. */
    readonly count: number
  }
  readonly decoded?: HeaderDecoded
}

export type HeaderColumn =
  | {
      readonly kind: 'category'
      readonly name: string
      readonly categories: readonly string[]
      readonly block: Block
    }
  | {
      readonly kind: 'number'
      readonly name: string
      readonly unit?: string
      readonly range: NumberRange
      readonly block: Block
    }

export interface HeaderImages {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly block: Block
}

export interface HeaderDecoded {
  readonly columns: number
  readonly rows: number
  /** In unit coordinates. */
  readonly bounds: Box
  readonly images?: HeaderImages
  readonly table?: {
    readonly names: readonly string[]
    readonly categories: readonly (readonly string[] | null)[]
    readonly block: Block
  }
}

/** The bytes of numbers, as planes. */
export function toPlanes(array: BlockArray): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  const width = array.BYTES_PER_ELEMENT
  if (width === 1) return bytes
  const planes = new Uint8Array(bytes.length)
  for (let plane = 0; plane < width; plane++) {
    const start = plane * array.length
    for (let i = 0; i < array.length; i++) planes[start + i] = bytes[i * width + plane]!
  }
  return planes
}

/** The numbers of planes. Both sides are little-endian, as every machine with a browser is. */
export function fromPlanes(planes: Uint8Array, { type, length }: Pick<Block, 'type' | 'length'>): BlockArray {
  const array = new elementTypes[type](length)
  const bytes = new Uint8Array(array.buffer)
  const width = array.BYTES_PER_ELEMENT
  for (let plane = 0; plane < width; plane++) {
    const start = plane * length
    for (let i = 0; i < length; i++) bytes[i * width + plane] = planes[start + i]!
  }
  return array
}

/** 16-bit places of unit coordinates. */
export function quantised(places: Float32Array): Uint16Array {
  const codes = new Uint16Array(places.length)
  for (let i = 0; i < codes.length; i++) {
    const unit = places[i]!
    codes[i] = Number.isNaN(unit) ? mostPlace + 1 : Math.round(unit * mostPlace)
  }
  return codes
}

/** Unit coordinates of 16-bit places; NaN where there is none. */
export function unquantised(codes: Uint16Array): Float32Array {
  const places = new Float32Array(codes.length)
  for (let i = 0; i < codes.length; i++) places[i] = codes[i]! > mostPlace ? NaN : codes[i]! / mostPlace
  return places
}
