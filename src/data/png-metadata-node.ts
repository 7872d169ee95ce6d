/**
 * Puts an ICC profile, EXIF data and an orientation into the bytes of a PNG. sharp takes such things over from an image it
 * read, but gives none to pixels that come from memory: so images-node.ts makes a PNG without compression, this file puts
 * the chunks in, and sharp turns that into the format that was asked for.
 *
 * PNG (Third Edition), W3C 2025: 11.3.2.3 iCCP, 11.3.4.5 eXIf.
 */
import { crc32, deflateSync } from 'node:zlib'
import type { PixelImage } from './images.js'

/** The signature and the header chunk, which come first in every PNG. */
const headEnds = 8 + 25

/** Place of the tag in the minimal EXIF block, and its number and type. */
const orientationTag = 0x0112
const short = 3

/**
 * The same PNG with the profile and the EXIF data of an image.
 *
 * @param png bytes of a PNG that has neither
 */
export function withMetadataChunks(
  png: Uint8Array,
  { icc, exif, orientation }: Pick<PixelImage, 'icc' | 'exif' | 'orientation'>,
): Uint8Array {
  const block = exif ?? (orientation === 1 ? undefined : orientationBlock(orientation))
  const profile =
    icc === undefined
      ? undefined
      : Buffer.concat([Buffer.from('ICC profile\0\0', 'latin1'), deflateSync(icc)])
  return Buffer.concat([
    png.subarray(0, headEnds),
    ...(profile === undefined ? [] : [chunk('iCCP', profile)]),
    ...(block === undefined ? [] : [chunk('eXIf', block)]),
    png.subarray(headEnds),
  ])
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + content.length)
  bytes.writeUInt32BE(content.length, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(content, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length)
  return bytes
}

/** EXIF data that say nothing but the orientation (TIFF 6.0, section 2: one directory of one entry). */
function orientationBlock(orientation: number): Uint8Array {
  const bytes = Buffer.alloc(26)
  bytes.write('II*\0', 0, 'latin1')
  bytes.writeUInt32LE(8, 4)
  bytes.writeUInt16LE(1, 8)
  bytes.writeUInt16LE(orientationTag, 10)
  bytes.writeUInt16LE(short, 12)
  bytes.writeUInt32LE(1, 14)
  bytes.writeUInt16LE(orientation, 18)
  return bytes
}
