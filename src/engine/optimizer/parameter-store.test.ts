/**
 * The parameter store: WebAssembly against its plain twin bit for bit, clipping, refusal of bad gradients, averages,
 * snapshots, and bad options. Agreement with PyTorch: golden.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { random } from '../../base/index.js'
import { createParameterStore, type OptimizerOptions, type ParameterStore } from './index.js'
import type { Kernels } from './kernels.js'
import { loadKernels } from './kernels-node.js'
import { referenceKernels } from './reference.js'

const sizes = [1, 3, 4, 15, 16, 17, 63, 64, 65, 1000, 9001].map((length, i) => ({
  name: `p${i}`,
  length,
  decay: i % 3 !== 0,
}))

function makeStore(optimizer: OptimizerOptions, kernels: Kernels = loadKernels()): ParameterStore {
  const store = createParameterStore({ sizes, optimizer, kernels })
  const stream = random(7)
  for (const { name } of sizes) fill(store.parameter(name), () => stream.normal())
  return store
}

function fill(view: Float32Array, next: () => number): void {
  for (let i = 0; i < view.length; i++) view[i] = next()
}

function runSteps(store: ParameterStore, steps: number, seed = 1, size = 1): void {
  const stream = random(seed)
  for (let step = 0; step < steps; step++) {
    for (const { name } of sizes) fill(store.gradient(name), () => size * stream.normal())
    store.step({ learningRate: 0.01 / (1 + step) })
  }
}

/** The bits of everything in a store, so that NaN and −0 count. */
function bitsOf(store: ParameterStore): Record<string, unknown> {
  const { parameters, first, second, averages, ...rest } = store.snapshot()
  const bits = (array?: Float32Array) => array && new Uint32Array(array.buffer)
  return {
    ...rest,
    parameters: bits(parameters),
    first: bits(first),
    second: bits(second),
    averages: bits(averages),
  }
}

const optimizers: OptimizerOptions[] = [
  { kind: 'adamw' },
  { kind: 'adamw', beta1: 0, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.3, averageDecay: 0.9 },
  { kind: 'adamw', maxGradientNorm: 1e9 },
  { kind: 'sgd', weightDecay: 0.1 },
  { kind: 'sgd', momentum: 0, averageDecay: 0.5 },
]

describe('WebAssembly gives the same bits as the plain twin', () => {
  test.each(optimizers)('%j', (optimizer) => {
    const stores = [loadKernels(), referenceKernels].map((kernels) => makeStore(optimizer, kernels))
    for (const store of stores) runSteps(store, 7)
    expect(bitsOf(stores[0]!)).toEqual(bitsOf(stores[1]!))
  })

  test('with zero gradients, and numbers from subnormal to huge', () => {
    const stores = [loadKernels(), referenceKernels].map((kernels) => makeStore({ kind: 'adamw' }, kernels))
    for (const store of stores) {
      for (const size of [0, 1e-42, 1e-20, 1e18, 1e30]) runSteps(store, 2, 3, size)
    }
    expect(bitsOf(stores[0]!)).toEqual(bitsOf(stores[1]!))
  })

  test('active clipping agrees to float32 accuracy (the norm is summed in another order)', () => {
    const stores = [loadKernels(), referenceKernels].map((kernels) =>
      makeStore({ kind: 'sgd', maxGradientNorm: 0.5 }, kernels),
    )
    for (const store of stores) runSteps(store, 7)
    const [ours, twin] = stores.map((store) => store.snapshot().parameters) as [Float32Array, Float32Array]
    ours.forEach((value, i) => expect(Math.abs(value - twin[i]!)).toBeLessThan(1e-6))
  })
})

describe('gradient norm', () => {
  test('is exact to 1e-6 over a million numbers, and absent unless needed', () => {
    const store = createParameterStore({
      sizes: [{ name: 'w', length: 1_000_003, decay: true }],
      optimizer: { kind: 'sgd' },
      kernels: loadKernels(),
    })
    const stream = random(5)
    fill(store.gradient('w'), () => stream.normal() * 3)
    const truth = Math.sqrt(store.gradient('w').reduce((sum, x) => sum + x * x, 0))
    expect(store.step({ learningRate: 0 }).gradientNorm).toBeUndefined()
    const { gradientNorm } = store.step({ learningRate: 0, measureNorm: true })
    expect(Math.abs(gradientNorm! / truth - 1)).toBeLessThan(1e-6)
  })

  test('a clipped step of SGD has the asked length; gradients themselves stay as they were', () => {
    const store = makeStore({ kind: 'sgd', momentum: 0, maxGradientNorm: 0.25 })
    const before = store.snapshot().parameters
    for (const { name } of sizes) store.gradient(name).fill(3)
    store.step({ learningRate: 1 })
    const moved = store.snapshot().parameters.reduce((sum, x, i) => sum + (x - before[i]!) ** 2, 0)
    expect(Math.sqrt(moved)).toBeCloseTo(0.25, 4)
    expect(store.gradient('p4')).toEqual(new Float32Array(16).fill(3))
  })

  test.each([NaN, Infinity, -Infinity, 1e20])('a gradient of %d leaves everything as it was', (bad) => {
    for (const kernels of [loadKernels(), referenceKernels]) {
      const store = makeStore({ kind: 'adamw', maxGradientNorm: 1, averageDecay: 0.9 }, kernels)
      runSteps(store, 2)
      const before = bitsOf(store)
      store.gradient('p10')[9000] = bad
      const { gradientNorm, applied } = store.step({ learningRate: 0.1 })
      if (applied) continue // the twin's float64 norm holds 1e20
      expect(gradientNorm).not.toSatisfy(Number.isFinite)
      expect(bitsOf(store)).toEqual(before)
    }
  })
})

describe('moments of a unit that died', () => {
  test.each(optimizers)('never stay subnormal: %j', (optimizer) => {
    const stores = [loadKernels(), referenceKernels].map((kernels) => makeStore(optimizer, kernels))
    for (const store of stores) {
      runSteps(store, 1)
      for (const { name } of sizes) store.gradient(name).fill(0)
      for (let step = 0; step < 1000; step++) store.step({ learningRate: 0 })
      const { first } = store.snapshot()
      expect(first.every((x) => x === 0 || Math.abs(x) > 2 ** -126)).toBe(true)
    }
    expect(bitsOf(stores[0]!)).toEqual(bitsOf(stores[1]!))
  })
})

describe('averages', () => {
  test('start as the first step and follow at the asked pace', () => {
    const store = makeStore({ kind: 'sgd', averageDecay: 0.75 })
    runSteps(store, 1)
    expect(store.average('p9')).toEqual(store.parameter('p9'))
    const first = store.parameter('p9').slice()
    runSteps(store, 1, 2)
    const second = store.parameter('p9')
    store
      .average('p9')
      .forEach((value, i) => expect(value).toBeCloseTo(0.75 * first[i]! + 0.25 * second[i]!, 6))
  })
})

describe('snapshots', () => {
  test.each(optimizers)('a resumed run repeats the undisturbed one bit for bit: %j', (optimizer) => {
    const whole = makeStore(optimizer)
    runSteps(whole, 3)
    const snapshot = structuredClone(whole.snapshot())
    runSteps(whole, 4, 2)
    const resumed = createParameterStore({ sizes, optimizer, kernels: loadKernels() })
    resumed.restore(snapshot)
    runSteps(resumed, 4, 2)
    expect(bitsOf(resumed)).toEqual(bitsOf(whole))
    expect(resumed.stepCount).toBe(7)
  })

  test('one of another run is refused and nothing is written', () => {
    const store = makeStore({ kind: 'adamw' })
    const before = bitsOf(store)
    const good = store.snapshot()
    const refused = [
      makeStore({ kind: 'sgd' }).snapshot(),
      makeStore({ kind: 'adamw', averageDecay: 0.9 }).snapshot(),
      { ...good, names: good.names.toReversed() },
      { ...good, lengths: good.lengths.map((length) => length + 1) },
      { ...good, first: good.first.slice(1) },
      { ...good, stepCount: 0.5 },
    ]
    for (const snapshot of refused) {
      expect(() => store.restore(snapshot)).toThrow(
        expect.objectContaining({ code: 'HG_CHECKPOINT_INVALID' }),
      )
    }
    expect(bitsOf(store)).toEqual(before)
  })
})

describe('views', () => {
  test('start on cache lines of one unshared memory and never move', () => {
    const store = createParameterStore({
      sizes,
      optimizer: { kind: 'adamw', averageDecay: 0.9 },
      kernels: loadKernels(),
      scratchFloats: 100,
    })
    const views = sizes.flatMap(({ name }) => [
      store.parameter(name),
      store.gradient(name),
      store.average(name),
    ])
    for (const view of [...views, store.scratch]) {
      expect(view.byteOffset % 64).toBe(0)
      expect(view.buffer).toBe(store.scratch.buffer)
      expect(view.buffer).toBeInstanceOf(ArrayBuffer)
    }
    store.scratch.fill(7)
    runSteps(store, 2)
    expect(views.every((view) => view.length > 0)).toBe(true)
    expect(store.scratch).toEqual(new Float32Array(100).fill(7))
  })
})

describe('bad input is refused with HG_USAGE', () => {
  const kernels = loadKernels()
  const make = (optimizer: unknown, others: object = {}) =>
    createParameterStore({ sizes, optimizer: optimizer as OptimizerOptions, kernels, ...others })
  const weight = { name: 'w', length: 4, decay: true }
  const bad: [string, () => unknown, RegExp][] = [
    ['unknown kind', () => make({ kind: 'adam' }), /'adamw' or 'sgd', got "adam"/],
    ['inherited kind', () => make({ kind: 'toString' }), /got "toString"/],
    ['unknown option', () => make({ kind: 'sgd', nesterov: true }), /no option nesterov; it has momentum/],
    ['option of the other kind', () => make({ kind: 'sgd', beta1: 0.9 }), /no option beta1/],
    ['text', () => make({ kind: 'adamw', beta1: '0.9' }), /beta1 must be 0 to below 1/],
    ['beta1 of 1', () => make({ kind: 'adamw', beta1: 1 }), /beta1/],
    ['epsilon of 0', () => make({ kind: 'adamw', epsilon: 0 }), /epsilon must be 1e-15 to 1, got 0/],
    ['NaN', () => make({ kind: 'sgd', weightDecay: NaN }), /weightDecay/],
    ['no clipping room', () => make({ kind: 'sgd', maxGradientNorm: 0 }), /maxGradientNorm/],
    ['no parameters', () => make({ kind: 'sgd' }, { sizes: [] }), /at least one/],
    ['a name twice', () => make({ kind: 'sgd' }, { sizes: [weight, weight] }), /twice/],
    ['half a length', () => make({ kind: 'sgd' }, { sizes: [{ ...weight, length: 1.5 }] }), /whole length/],
    ['5 GiB', () => make({ kind: 'sgd' }, { sizes: [{ ...weight, length: 450e6 }] }), /limit of 4 GiB/],
    ['negative scratch', () => make({ kind: 'sgd' }, { scratchFloats: -1 }), /scratchFloats/],
    ['unknown name', () => make({ kind: 'sgd' }).parameter('nobody'), /no parameter nobody; there are p1/],
    ['no average kept', () => make({ kind: 'sgd' }).average('p0'), /averageDecay/],
    ['negative rate', () => make({ kind: 'sgd' }).step({ learningRate: -1 }), /learningRate/],
    ['NaN rate', () => make({ kind: 'sgd' }).step({ learningRate: NaN }), /learningRate/],
  ]
  test.each(bad)('%s', (_, call, message) => {
    expect(call).toThrow(
      expect.objectContaining({ code: 'HG_USAGE', message: expect.stringMatching(message) as string }),
    )
  })
})
