/**
 * Both sets of kernels against PyTorch: 50 steps of AdamW and SGD with weight decay, clipping and averaging.
 * Goldens, versions and tolerance: test/golden/optimizer.py. Behaviour beyond the numbers: parameter-store.test.ts.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createParameterStore, type Kernels, type OptimizerOptions, type ParameterStore } from './index.js'
import { loadKernels } from './kernels-node.js'
import { referenceKernels } from './reference.js'

type Numbers = Readonly<Record<string, readonly number[]>>

interface Outcome {
  readonly parameters: Numbers
  readonly averages?: Numbers
  readonly norms: readonly number[]
}

interface Case {
  readonly options: Readonly<Record<string, number>> & { readonly kind: 'adamw' | 'sgd'; readonly lr: number }
  readonly float32: Outcome
  readonly float64: Outcome
}

interface Golden {
  readonly tolerance: { readonly relative: number }
  readonly decayed: readonly string[]
  readonly start: Numbers
  readonly gradients: readonly Numbers[]
  readonly cases: Readonly<Record<string, Case>>
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/optimizer.json', import.meta.url), 'utf8'),
) as Golden

function storeFor(options: Case['options'], kernels: Kernels): ParameterStore {
  const { clip, average, ...named } = options
  const rest = Object.fromEntries(Object.entries(named).filter(([name]) => name !== 'lr'))
  const store = createParameterStore({
    sizes: Object.entries(golden.start).map(([name, { length }]) => ({
      name,
      length,
      decay: golden.decayed.includes(name),
    })),
    optimizer: {
      ...rest,
      ...(clip !== undefined && { maxGradientNorm: clip }),
      ...(average !== undefined && { averageDecay: average }),
    } as OptimizerOptions,
    kernels,
  })
  for (const [name, values] of Object.entries(golden.start)) store.parameter(name).set(values)
  return store
}

/**
 * The largest error over all numbers, each relative to the larger of its start and its end. (Numbers on their way
 * through zero end tiny: there PyTorch's own float32 is up to 3e-5 from its float64.)
 */
function worst(view: (name: string) => Float32Array, expected: Numbers): number {
  const errors = Object.entries(expected).flatMap(([name, values]) =>
    values.map((value, i) => {
      const scale = Math.max(Math.abs(value), Math.abs(golden.start[name]![i]!))
      return Math.abs(view(name)[i]! - value) / scale
    }),
  )
  return Math.max(...errors)
}

describe.each([loadKernels(), referenceKernels])('$name kernels follow PyTorch', (kernels) => {
  test.each(Object.entries(golden.cases))('%s', (_, { options, float32, float64 }) => {
    const store = storeFor(options, kernels)
    golden.gradients.forEach((gradients, i) => {
      for (const [name, values] of Object.entries(gradients)) store.gradient(name).set(values)
      const { gradientNorm, applied } = store.step({ learningRate: options.lr, measureNorm: true })
      expect(applied).toBe(true)
      expect(gradientNorm! / float64.norms[i]!).toBeCloseTo(1, 6)
    })
    for (const expected of [float32, float64]) {
      expect(worst((name) => store.parameter(name), expected.parameters)).toBeLessThan(
        golden.tolerance.relative,
      )
      if (expected.averages)
        expect(worst((name) => store.average(name), expected.averages)).toBeLessThan(
          golden.tolerance.relative,
        )
    }
  })
})
