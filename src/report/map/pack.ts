/**
 * A map's records as the header and blocks of its page: 16-bit places, the narrowest codes, everything gzipped. More
 * rows or image bytes than a page can hold are thinned evenly, and the header says so. The format is payload.ts; the
 * page reads it in web/unpack.ts.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { MapColumn, MapDecoded, MapImages, MapReport } from '../map-report.js'
import { clip } from '../html.js'
import { checkMap } from './check.js'
import { rangeOfNumbers } from './colouring.js'
import { boxOf, frameOf, homeOf, unitPlaces, type Frame } from './frame.js'
import * as payload from './payload.js'
import { shrunk } from './shrunk.js'

/** Rows that a page holds; of more an even sample is kept. */
export const mostRows = 1_000_000
/** Bytes of images that a page holds before compression; of more an even sample is kept. */
const mostImageBytes = 48e6
/** Longest side of an image of a row, and of a decoded place; greater ones are averaged down. */
const [mostRowSide, mostDecodedSide] = [96, 64]
/** 16-bit places are too coarse where what the first view shows is less than this share of the whole. */
const finestHome = 1 / 8
/** Longest name of a column, a category or a row. */
const longestName = 120

const compress = promisify(gzip)

/** A block's id and its bytes, gzipped, in base64. */
export interface PackedBlock {
  readonly id: string
  readonly base64: string
}

/** The header, and all blocks (the header among them, first). */
export interface PackedMap {
  readonly header: payload.MapHeader
  readonly blocks: readonly PackedBlock[]
}

/** @throws HG_SHAPE_MISMATCH when the lists of the map do not agree */
export async function packMap(map: MapReport): Promise<PackedMap> {
  const rowCount = checkMap(map)
  const kept = evenly(rowCount, mostRows)
  const count = kept?.length ?? rowCount
  const [x, y] = [gathered(map.points.x, kept), gathered(map.points.y, kept)]
  const frame = frameOf(boxOf(x, y))
  const places = unitPlaces(x, y, frame)
  const home = homeOf(places)
  const isCoarse = Math.max(home[2] - home[0], home[3] - home[1]) < finestHome
  const box: Pending[] = []
  const header: payload.MapHeader = {
    title: clip(map.title),
    source: clip(map.source),
    count,
    rowCount,
    unplaced: unplacedOf(places),
    frame,
    home,
    places: add(box, 'places', isCoarse ? places : payload.quantised(places)),
    columns: map.columns.map((column, i) => packColumn(box, `column-${i}`, column, kept)),
    ...(kept !== undefined && { rowNumbers: add(box, 'rows', kept) }),
    ...(map.rowLabels !== undefined && {
      labels: addJson(box, 'labels', names(gathered(map.rowLabels, kept))),
    }),
    ...(map.split !== undefined && { split: add(box, 'split', gathered(map.split, kept)) }),
    ...(map.images !== undefined && { images: packImages(box, map.images, kept) }),
    ...(map.decoded !== undefined && { decoded: packDecoded(box, map.decoded, frame) }),
  }
  return { header, blocks: await packed(header, box) }
}

/** A block on its way into the page. */
interface Pending {
  readonly id: string
  readonly bytes: Uint8Array
}

function add(pending: Pending[], id: string, array: payload.BlockArray): payload.Block {
  pending.push({ id, bytes: payload.toPlanes(array) })
  const types = Object.keys(payload.elementTypes) as payload.ElementType[]
  const type = types.find((name) => array instanceof payload.elementTypes[name])!
  return { id, type, length: array.length }
}

function addJson(pending: Pending[], id: string, value: unknown): payload.Block {
  return add(pending, id, utf8(value))
}

function utf8(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

async function packed(
  header: payload.MapHeader,
  pending: readonly Pending[],
): Promise<readonly PackedBlock[]> {
  const all = [{ id: payload.headerId, bytes: utf8(header) }, ...pending]
  return Promise.all(
    all.map(async ({ id, bytes }) => ({ id, base64: (await compress(bytes)).toString('base64') })),
  )
}

/** @returns at most `most` of the numbers 0 … count − 1, evenly apart; undefined when all are kept */
function evenly(count: number, most: number): Int32Array | undefined {
  if (count <= most) return undefined
  return Int32Array.from({ length: most }, (_, i) => Math.floor((i * count) / most))
}

/** The entries of the kept rows. */
function gathered<T extends Float32Array | Int32Array | Uint8Array | readonly string[]>(
  list: T,
  kept: Int32Array | undefined,
): T {
  if (kept === undefined) return list
  let next = 0
  const isKept = (_: unknown, i: number): boolean => i === kept[next] && ++next > 0
  return (list as { filter(test: typeof isKept): unknown }).filter(isKept) as T
}

function names(list: readonly string[]): readonly string[] {
  return list.map((name) => clip(name, longestName))
}

function unplacedOf(places: Float32Array): number {
  let count = 0
  for (let i = 0; i < places.length; i += 2) if (Number.isNaN(places[i]!)) count++
  return count
}

function packColumn(
  box: Pending[],
  id: string,
  column: MapColumn,
  kept: Int32Array | undefined,
): payload.HeaderColumn {
  const name = clip(column.name, longestName)
  if (column.kind === 'number') {
    const values = gathered(column.values, kept)
    const unit = column.unit === undefined ? {} : { unit: clip(column.unit, 24) }
    return { kind: 'number', name, ...unit, range: rangeOfNumbers(values), block: add(box, id, values) }
  }
  const codes = narrowed(gathered(column.codes, kept), column.categories.length)
  return { kind: 'category', name, categories: names(column.categories), block: add(box, id, codes) }
}

/** Codes in the narrowest type that has a number left for −1. */
function narrowed(codes: Int32Array, categories: number): payload.BlockArray {
  if (categories > payload.missingCode.u16) return codes
  const isByte = categories <= payload.missingCode.u8
  const [Narrow, missing] = isByte
    ? ([Uint8Array, payload.missingCode.u8] as const)
    : ([Uint16Array, payload.missingCode.u16] as const)
  const narrow = new Narrow(codes.length)
  for (let i = 0; i < codes.length; i++) narrow[i] = codes[i]! < 0 ? missing : codes[i]!
  return narrow
}

/** Images of the kept rows, thinned evenly where they are too many bytes. */
function packImages(
  box: Pending[],
  given: MapImages & { readonly rows?: Int32Array },
  kept: Int32Array | undefined,
): NonNullable<payload.MapHeader['images']> {
  const images = { ...given, ...shrunk(given, mostRowSide) }
  const size = images.width * images.height * images.channels
  const count = images.pixels.length / size
  const place = kept === undefined ? undefined : new Map(Array.from(kept, (row, i) => [row, i] as const))
  const owners: { readonly image: number; readonly row: number }[] = []
  for (let image = 0; image < count; image++) {
    const own = images.rows === undefined ? image : images.rows[image]!
    const row = place === undefined ? own : place.get(own)
    if (row !== undefined) owners.push({ image, row })
  }
  const thin = evenly(owners.length, Math.max(1, Math.floor(mostImageBytes / size)))
  const chosen = thin === undefined ? owners : Array.from(thin, (i) => owners[i]!)
  const isWhole = thin === undefined && kept === undefined && images.rows === undefined
  const pixels = isWhole ? images.pixels : new Uint8Array(chosen.length * size)
  if (!isWhole) {
    chosen.forEach(({ image }, i) =>
      pixels.set(images.pixels.subarray(image * size, (image + 1) * size), i * size),
    )
  }
  const { width, height, channels } = images
  return {
    ...{ width, height, channels, count: chosen.length, block: add(box, 'images', pixels) },
    ...(!isWhole && {
      rows: add(
        box,
        'image-rows',
        Int32Array.from(chosen, ({ row }) => row),
      ),
    }),
  }
}

function packDecoded(box: Pending[], decoded: MapDecoded, { x0, y0, span }: Frame): payload.HeaderDecoded {
  const { columns, rows, bounds, table } = decoded
  const images = decoded.images && shrunk(decoded.images, mostDecodedSide)
  return {
    columns,
    rows,
    bounds: [
      (bounds[0] - x0) / span,
      (bounds[1] - y0) / span,
      (bounds[2] - x0) / span,
      (bounds[3] - y0) / span,
    ],
    ...(images !== undefined && {
      images: {
        ...{ width: images.width, height: images.height, channels: images.channels },
        block: add(box, 'decoded-images', images.pixels),
      },
    }),
    ...(table !== undefined && {
      table: {
        names: names(table.names),
        categories: table.names.map((_, i) => {
          const list = table.categories?.[i]
          return list === undefined ? null : names(list)
        }),
        block: add(box, 'decoded-table', table.values),
      },
    }),
  }
}
