// The optimiser step and the noise stream against their limits, on one thread, from dist/ (npm run build first).
// The limit of a step: copying, with memory.copy's speed, as many bytes as the step reads and writes.
// Prints the best of several rounds. Each result is checked against the plain twin before it is timed.
import { createNoise, createParameterStore, referenceKernels } from '../dist/engine/optimizer/index.js'
import { loadKernels } from '../dist/engine/optimizer/kernels-node.js'

const kernels = loadKernels()

/** Milliseconds per call, best of `rounds` rounds of about 60 ms. */
function bestMs(call, rounds = 9) {
  call()
  const began = performance.now()
  call()
  const calls = Math.max(2, Math.ceil(60 / (performance.now() - began)))
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    for (let i = 0; i < calls; i++) call()
    best = Math.min(best, (performance.now() - start) / calls)
  }
  return best
}

function storeOf(length, optimizer, set = kernels) {
  const store = createParameterStore({ sizes: [{ name: 'w', length, decay: true }], optimizer, kernels: set })
  const noise = createNoise(1, set)
  noise.normal(store.parameter('w'))
  noise.normal(store.gradient('w'))
  return store
}

function checkStep(optimizer) {
  const [ours, twin] = [kernels, referenceKernels].map((set) => {
    const store = storeOf(1001, optimizer, set)
    for (let i = 0; i < 3; i++) store.step({ learningRate: 1e-3 })
    return store.parameter('w')
  })
  if (!ours.every((x, i) => Math.abs(x - twin[i]) < 1e-6))
    throw new Error(`${JSON.stringify(optimizer)}: wrong result`)
}

/** GB/s of a plain copy between halves of a memory in which the two together have `bytes` bytes, both counted. */
function copySpeed(bytes) {
  const array = new Float32Array(Math.ceil(bytes / 8) * 2).fill(1)
  return bytes / bestMs(() => array.copyWithin(0, array.length / 2)) / 1e6
}

const steps = [
  ['adamw', { kind: 'adamw' }, 28],
  ['adamw, clipped', { kind: 'adamw', maxGradientNorm: 1 }, 32],
  ['adamw, averaged', { kind: 'adamw', averageDecay: 0.999 }, 36],
  ['sgd', { kind: 'sgd' }, 20],
]

console.log('step               parameters        ms  ns/param     GB/s  copying the same bytes')
for (const length of [4_096, 1_100_000, 10_000_000]) {
  for (const [name, optimizer, bytesEach] of steps) {
    checkStep(optimizer)
    const store = storeOf(length, optimizer)
    const bytes = bytesEach * length
    const ms = bestMs(() => store.step({ learningRate: 1e-3 }))
    const limit = copySpeed(bytes)
    const cells = [
      ms.toFixed(4).padStart(9),
      ((ms * 1e6) / length).toFixed(3).padStart(9),
      (bytes / ms / 1e6).toFixed(1).padStart(8),
    ]
    console.log(
      name.padEnd(18),
      String(length).padStart(10),
      ...cells,
      ` ${(bytes / limit / 1e6).toFixed(4)} ms at ${limit.toFixed(1)} GB/s`,
    )
  }
}

console.log('\nnoise, a million numbers   ns/number')
const target = new Float32Array(1_000_000)
const noise = createNoise(1, kernels)
const fills = {
  uniform: () => noise.uniform(target),
  normal: () => noise.normal(target),
  bernoulli: () => noise.bernoulli(target, 0.2),
}
for (const [name, fill] of Object.entries(fills))
  console.log(name.padEnd(24), bestMs(fill).toFixed(2).padStart(11))
