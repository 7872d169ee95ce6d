/** Reads the blocks that pack.ts wrote into the page. Each is read once: its text is dropped to free the memory. */
import { fromPlanes, headerId, type Block, type BlockArray, type MapHeader } from '../payload.js'

export async function readHeader(): Promise<MapHeader> {
  return JSON.parse(new TextDecoder().decode(await bytesOf(headerId))) as MapHeader
}

export async function readBlock(block: Block): Promise<BlockArray> {
  return fromPlanes(await bytesOf(block.id), block)
}

/** A block that holds JSON. */
export async function readJson(block: Block): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await bytesOf(block.id)))
}

async function bytesOf(id: string): Promise<Uint8Array> {
  const at = document.getElementById(`block-${id}`)
  if (at === null) throw new Error(`the page is incomplete: it has no block "${id}"; write the map again`)
  const binary = atob(at.textContent)
  at.remove()
  const zipped = new Uint8Array(binary.length)
  for (let i = 0; i < zipped.length; i++) zipped[i] = binary.charCodeAt(i)
  const unzipped = new Blob([zipped]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(unzipped).arrayBuffer())
}
