/** Loading the compiled kernels: from bytes, from a module, from the built file, and from what is not one. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createNoise, wasmKernels, type Kernels } from './index.js'
import { loadKernels } from './kernels-node.js'
import { webAssembly } from './webassembly.js'

const bytes = new Uint8Array(
  readFileSync(new URL('../../../dist/engine/optimizer/kernels.wasm', import.meta.url)),
)

const draw = (kernels: Kernels) => {
  const target = new Float32Array(9)
  createNoise(1, kernels).normal(target)
  return target
}

test('bytes, module and the file found by itself are the same kernels', () => {
  const ours = draw(loadKernels())
  expect(draw(wasmKernels(bytes))).toEqual(ours)
  expect(draw(wasmKernels(new webAssembly.Module(bytes)))).toEqual(ours)
  expect(loadKernels()).toBe(loadKernels())
})

test.each([0, 100, 1000])('a file cut to %i bytes does not compile', (length) => {
  expect(() => wasmKernels(bytes.slice(0, length))).toThrow(/WebAssembly/)
})
