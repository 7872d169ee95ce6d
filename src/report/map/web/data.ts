/** What the page knows: the header, where the points are, and columns, images and decoded places as they are read. */
import { permutation, random } from '../../../base/index.js'
import {
  missingCode,
  unquantised,
  type Block,
  type BlockArray,
  type HeaderImages,
  type MapHeader,
} from '../payload.js'
import { readBlock, readHeader, readJson } from './unpack.js'

/** A column with its numbers or codes (−1 where missing). */
export type Column =
  | (Extract<MapHeader['columns'][number], { kind: 'category' }> & {
      readonly codes: Int16Array | Int32Array
    })
  | (Extract<MapHeader['columns'][number], { kind: 'number' }> & { readonly values: Float32Array })

/** Images with their pixels. */
export interface Images extends HeaderImages {
  readonly pixels: Uint8Array
  /** The image of each row of the page, −1 without; absent when every row has its own. */
  readonly ofRow?: Int32Array
}

export interface MapData {
  readonly header: MapHeader
  readonly count: number
  /** Unit coordinates, u and v in turn, NaN without a place. */
  readonly places: Float32Array
  /** Rows in random order: every beginning of it is a sample, and what is drawn last is not always the same class. */
  readonly order: Uint32Array
  /** 0 learned from, 1 held out. */
  readonly split?: Uint8Array
  /** Reads a column; later calls get the same. */
  readonly column: (index: number) => Promise<Column>
  /** What has been read already. */
  readonly known: Known
  /** Reads the rest, part by part; `told` is called after each. */
  readonly readAll: (told: () => void) => Promise<void>
  /** Number of a row as people count, from 1. */
  readonly numberOf: (row: number) => number
}

/** Parts that are read after the first picture. */
export interface Known {
  readonly columns: (Column | undefined)[]
  labels?: readonly string[]
  images?: Images
  decodedImages?: Images
  decodedTable?: Float32Array
}

export async function readData(): Promise<MapData> {
  const header = await readHeader()
  const { count } = header
  const coded = await readBlock(header.places)
  const numbers = header.rowNumbers === undefined ? undefined : await readBlock(header.rowNumbers)
  const known: Known = { columns: header.columns.map(() => undefined) }
  const reading = new Map<number, Promise<Column>>()
  const column = (index: number): Promise<Column> => {
    const begun = reading.get(index) ?? readColumn(header.columns[index]!)
    reading.set(index, begun)
    return begun.then((read) => (known.columns[index] = read))
  }
  return {
    header,
    count,
    places: coded instanceof Uint16Array ? unquantised(coded) : (coded as Float32Array),
    order: new Uint32Array(permutation(count, random(1)).buffer as ArrayBuffer),
    ...(header.split !== undefined && { split: (await readBlock(header.split)) as Uint8Array }),
    column,
    known,
    readAll: (told) => readRest(header, { known, column }, told),
    numberOf: (row) => (numbers?.[row] ?? row) + 1,
  }
}

async function readRest(
  header: MapHeader,
  { known, column }: Pick<MapData, 'known' | 'column'>,
  told: () => void,
): Promise<void> {
  if (header.images !== undefined) {
    const { rows, ...images } = header.images
    known.images = {
      ...(await readImages(images)),
      ...(rows !== undefined && (await readOwners(rows, header.count))),
    }
    told()
  }
  const { images, table } = header.decoded ?? {}
  if (images !== undefined) known.decodedImages = await readImages(images)
  if (table !== undefined) known.decodedTable = (await readBlock(table.block)) as Float32Array
  if (header.labels !== undefined) known.labels = (await readJson(header.labels)) as string[]
  for (let i = 0; i < header.columns.length; i++) {
    await column(i)
    told()
  }
}

async function readColumn(column: MapHeader['columns'][number]): Promise<Column> {
  const array = await readBlock(column.block)
  return column.kind === 'number'
    ? { ...column, values: array as Float32Array }
    : { ...column, codes: signed(array) }
}

/** Codes with −1 for missing ones. */
function signed(codes: BlockArray): Int16Array | Int32Array {
  if (codes instanceof Int32Array) return codes
  const isByte = codes instanceof Uint8Array
  const missing = isByte ? missingCode.u8 : missingCode.u16
  const widened = isByte ? new Int16Array(codes.length) : new Int32Array(codes.length)
  for (let i = 0; i < codes.length; i++) widened[i] = codes[i] === missing ? -1 : codes[i]!
  return widened
}

async function readImages(images: HeaderImages): Promise<Images> {
  return { ...images, pixels: (await readBlock(images.block)) as Uint8Array }
}

async function readOwners(rows: Block, count: number): Promise<{ readonly ofRow: Int32Array }> {
  const ofRow = new Int32Array(count).fill(-1)
  const owners = await readBlock(rows)
  owners.forEach((row, image) => (ofRow[row] = image))
  return { ofRow }
}
