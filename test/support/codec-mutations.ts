/**
 * Compressed files that no encoder wrote: damaged bytes, which the checks in a file find; and files whose header was made
 * anew around other numbers and bytes, checks and all, so that what is behind the checks is reached.
 */
import { createHash } from 'node:crypto'
import type { Random } from '../../src/base/index.js'
import { damaged } from './hostile.js'

type Bytes = Uint8Array<ArrayBuffer>

/** A file taken apart. */
interface Parts {
  version: number
  model: number[]
  flags: number
  orientation: number
  width: number
  height: number
  step: number
  lengths: number[]
  rest: Uint8Array
}

const signature = [0x89, 0x48, 0x47, 0x4c, 0x0d, 0x0a, 0x1a, 0x0a]

/** One of many ways to break a file; `other` is another one. */
export function mutated(file: Bytes, other: Bytes, random: Random): Bytes {
  switch (random.below(8)) {
    case 0:
      return file.slice(0, random.below(file.length + 1))
    case 1:
      return damaged(file, random)
    case 2:
      return joined(file.subarray(0, random.below(file.length)), other.subarray(random.below(other.length)))
    case 3:
      return zeroed(file, random)
    default: {
      const parts = takenApart(file)
      for (let i = random.below(3); i >= 0; i--) distort(parts, takenApart(other), random)
      const made = put(parts)
      return random.below(3) === 0 ? made.slice(0, random.below(made.length + 1)) : made
    }
  }
}

function zeroed(file: Bytes, random: Random): Bytes {
  const changed = file.slice()
  const from = random.below(file.length)
  return changed.fill(0, from, from + 1 + random.below(file.length - from))
}

const extremes = [
  0,
  1,
  2,
  15,
  16,
  17,
  255,
  1024,
  1025,
  65535,
  11585,
  2 ** 27,
  2 ** 27 + 1,
  2 ** 31,
  2 ** 35 - 1,
]

/** Changes the meaning of one thing. */
function distort(parts: Parts, other: Parts, random: Random): void {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!
  const somewhere = random.below(parts.lengths.length)
  const changes = [
    () => (parts.width = pick(extremes)),
    () => (parts.height = pick(extremes)),
    () => ([parts.width, parts.height] = [pick(extremes), pick(extremes)]),
    () => ([parts.width, parts.height] = [other.width, other.height]),
    () => (parts.step = random.below(2) ? random.below(353) : random.below(65536)),
    () => (parts.flags = random.below(2) ? random.below(16) : random.below(256)),
    () => (parts.orientation = random.below(256)),
    () => (parts.version = random.below(4)),
    () => (parts.model[random.below(8)] = random.below(256)),
    () => (parts.lengths[somewhere] = pick(extremes)),
    () => (parts.lengths[somewhere] = random.below(parts.rest.length + 1)),
    () => (parts.lengths = parts.lengths.map(() => random.below(40))),
    () => parts.lengths.reverse(),
    () => parts.lengths.push(...other.lengths),
    () => parts.lengths.splice(somewhere, 1 + random.below(5)),
    () => manyTiles(parts, pick(extremes)),
    () => (parts.rest = Uint8Array.from(parts.rest, () => random.below(256))),
    () => (parts.rest = damaged(parts.rest.slice(), random)),
    () => (parts.rest = other.rest),
    () => (parts.rest = joined(parts.rest, other.rest)),
    () => (parts.rest = parts.rest.slice().fill(random.below(256))),
  ]
  pick(changes)()
  // Of whole files what follows is as long as was said.
  if (random.below(2)) fit(parts)
}

/** A long and narrow image with as many lengths as it asks for. */
function manyTiles(parts: Parts, size: number): void {
  const tiles = Math.min(8, Math.ceil(size / 1024))
  ;[parts.width, parts.height] = [1024 * tiles, 1]
  parts.lengths = Array.from({ length: 5 * tiles }, (_, i) => (i < tiles ? 1 : 0))
}

function fit(parts: Parts): void {
  const size = parts.lengths.reduce((sum, length) => sum + length, 0)
  if (size > 2 ** 20) return
  const rest = new Uint8Array(size)
  for (let at = 0; at < size && parts.rest.length > 0; at += parts.rest.length)
    rest.set(parts.rest.subarray(0, size - at), at)
  parts.rest = rest
}

function takenApart(file: Uint8Array): Parts {
  let at = 19
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = file[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  const [width, height] = [varint(), varint()]
  const step = file[at]! + 256 * file[at + 1]!
  at += 2
  const flags = file[17]!
  const tiles = Math.ceil(width / 1024) * Math.ceil(height / 1024)
  const extras = [2, 4, 8].filter((flag) => flags & flag).length
  const lengths = Array.from({ length: extras + 5 * tiles }, varint)
  const model = [...file.subarray(9, 17)]
  const rest = file.subarray(at + 16)
  return { version: file[8]!, model, flags, orientation: file[18]!, width, height, step, lengths, rest }
}

function put({ version, model, flags, orientation, width, height, step, lengths, rest }: Parts): Bytes {
  const numbers = [varint(width), varint(height), [step & 255, step >> 8], lengths.flatMap(varint)].flat()
  const head = Uint8Array.from([...signature, version, ...model, flags, orientation, ...numbers])
  return joined(head, check(head), check(rest), rest)
}

function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128)
  return [...bytes, value]
}

const check = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest().subarray(0, 8)
const joined = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts))
