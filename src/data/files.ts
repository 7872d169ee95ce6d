/**
 * Reading and writing files, loaded when first called: importing the room stays quick and works in a browser. The work is
 * done in read-table-node.ts, read-counts-node.ts, write-table-node.ts and images-node.ts.
 */
import type { LongWork } from '../base/index.js'
import type { DecodedImage, ImageFormat, PixelImage } from './images.js'
import type { ReadImageOptions, WriteImageOptions } from './images-node.js'
import type { ReadCountsOptions } from './read-counts-node.js'
import type { ReadOptions } from './read-table-node.js'
import type { WriteLikeOptions } from './rewrite-csv-node.js'
import type { SparseMatrix } from './sparse.js'
import type { Table } from './table.js'

export type { ImageSize } from './read-images-node.js'
export type { ReadImageOptions, WriteImageOptions } from './images-node.js'
export type { ReadCountsOptions } from './read-counts-node.js'
export type { ReadOptions } from './read-table-node.js'
export type { WriteLikeOptions } from './rewrite-csv-node.js'

/**
 * Reads a table from a file: delimited text, Parquet, JSON, NDJSON, .npy, .npz or idx (MNIST, with the labels beside it),
 * also inside gzip; or from a folder of images, one a row.
 *
 * @param source a path of a file or of a folder of images, or `-` for standard input
 * @throws HG_FILE_MISSING, HG_FILE_UNREADABLE, HG_TABLE_EMPTY, HG_TABLE_MALFORMED, HG_TABLE_TOO_LARGE, HG_ENCODING,
 *   HG_INTERRUPTED
 * @example
 * const table = await readTable('sensors.parquet')
 */
export async function readTable(source: string, options: ReadOptions = {}): Promise<Table> {
  const reader = await import('./read-table-node.js')
  return reader.readTable(source, options)
}

/**
 * Reads counts of cells × genes, of which only the non-zero entries are kept: Matrix Market (.mtx, with genes or features
 * and barcodes beside it), a folder of such files, .h5ad, .npz (scipy.sparse, or X and y), CSV, TSV or Parquet; text also
 * inside gzip. Of an .h5ad, X is read when it holds counts, else a layer or `raw` that does.
 *
 * @param source a path of a file or of a folder with one matrix
 * @returns rows are cells, whichever way round the file is; notes say how that was decided
 * @throws HG_FILE_MISSING, HG_FILE_UNREADABLE, HG_TABLE_EMPTY, HG_TABLE_MALFORMED, HG_TABLE_TOO_LARGE, HG_COUNTS_INVALID,
 *   HG_ENCODING, HG_INTERRUPTED, HG_USAGE
 * @example
 * const counts = await readCounts('counts.csv.gz', { metadata: 'cells.csv' })
 */
export async function readCounts(source: string, options: ReadCountsOptions = {}): Promise<SparseMatrix> {
  const reader = await import('./read-counts-node.js')
  return reader.readCounts(source, options)
}

/**
 * Writes a table to a file, whole or not at all; the format follows the name: .csv, .parquet or .jsonl.
 *
 * @throws HG_USAGE for another ending, HG_OUTPUT_UNWRITABLE, HG_INTERRUPTED
 */
export async function writeTable(table: Table, path: string, work: LongWork = {}): Promise<void> {
  const writer = await import('./write-table-node.js')
  await writer.writeTable(table, path, work)
}

/**
 * Writes a table that was read from a file and changed, in the way of that file where both are delimited text: delimiter, decimal
 * comma, line ends, and every cell of other columns stay as they are. Else as `writeTable`.
 *
 * @throws HG_USAGE for another ending, HG_OUTPUT_UNWRITABLE, HG_INTERRUPTED; HG_FILE_UNREADABLE when the file has changed since
 */
export async function writeTableLike(table: Table, path: string, options: WriteLikeOptions): Promise<void> {
  const writer = await import('./rewrite-csv-node.js')
  await writer.writeTableLike(table, path, options)
}

/**
 * Reads an image: PNG, JPEG, WebP, AVIF, TIFF or GIF; pixels as they are stored, with ICC profile, EXIF data and orientation.
 *
 * @param source a path, or the bytes of a file and the name that errors call it by
 * @throws HG_FILE_MISSING; HG_FILE_UNREADABLE for empty and damaged files, other formats, and more than 2^27 pixels
 * @example
 * const { width, height, data } = await readImage('photo.jpg')
 */
export async function readImage(
  source: string | { readonly name: string; readonly bytes: Uint8Array },
  options: ReadImageOptions = {},
): Promise<DecodedImage> {
  const reader = await import('./images-node.js')
  return reader.readImage(source, options)
}

/**
 * Writes an image, whole or not at all; the format follows the name: .png, .jpg, .webp, .avif or .tiff.
 *
 * @returns the size of the file, and notes on what the format could not hold
 * @throws HG_USAGE for another ending or a quality outside 1 to 100; HG_OUTPUT_UNWRITABLE
 */
export async function writeImage(
  image: PixelImage,
  path: string,
  options: WriteImageOptions = {},
): Promise<{ readonly sizeBytes: number; readonly notes: readonly string[] }> {
  const writer = await import('./images-node.js')
  return writer.writeImage(image, path, options)
}

/**
 * The bytes of an image file; `writeImage` writes them to one.
 *
 * @returns the file, and notes on what the format could not hold
 * @throws HG_USAGE for a quality outside 1 to 100
 */
export async function encodeImage(
  image: PixelImage,
  format: ImageFormat,
  options: WriteImageOptions = {},
): Promise<{ readonly bytes: Uint8Array; readonly notes: readonly string[] }> {
  const encoder = await import('./images-node.js')
  return encoder.encodeImage(image, format, options)
}
