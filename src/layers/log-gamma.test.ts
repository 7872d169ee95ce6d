import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gradients } from '../gradient/index.js'
import { input, reduceSum } from '../graph/index.js'
import { expectClose, nodeCount, numbers, runExact, runFast } from '../../test/support/slopes.js'
import { factorialExcess, log1p, logGamma } from './log-gamma.js'

// mpmath, checked against SciPy; golden/counts.py makes the file.
const { logGamma: golden } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/counts.json'), 'utf8'),
) as { logGamma: Record<'x' | 'value' | 'slope', number[]> }

describe('logGamma', () => {
  const graphOf = (dtype: 'float32' | 'float64') => {
    const x = input('x', dtype, ['n'])
    const value = logGamma(x)
    const [slope] = gradients(reduceSum(value), [x])
    return { value, slope: slope! }
  }

  it('is right to 1e-6 in float32, and its slope is digamma', async () => {
    const { value, slope } = await runFast(graphOf('float32'), { x: numbers(golden.x) })
    expectClose(value!, golden.value, 1e-6)
    expectClose(slope!, golden.slope, 1e-6)
  })

  it('is right to 1e-8 in float64', () => {
    const { value, slope } = runExact(graphOf('float64'), { x: numbers(golden.x) })
    expectClose(value!, golden.value, 1e-8)
    expectClose(slope!, golden.slope, 1e-8)
  })

  it('does not overflow', async () => {
    const { value, slope } = await runFast(graphOf('float32'), { x: numbers([1e-30, 1e20, 1e36]) })
    expectClose(value!, [69.0775528, 4.50517019e21, 8.1893062e37], 1e-6)
    expect(Array.from(slope!.data, Number).every(Number.isFinite)).toBe(true)
  })

  it('takes few nodes', () => {
    expect(nodeCount(graphOf('float32').value)).toBeLessThanOrEqual(40)
  })
})

describe('factorialExcess', () => {
  it('is log(t!) − t·log t + t, and 0 at 0', async () => {
    const t = input('t', 'float32', ['n'])
    const [slope] = gradients(reduceSum(factorialExcess(t)), [t])
    const at = [0, 1, 2, 10]
    const expected = [0, 1, Math.log(2) - 2 * Math.log(2) + 2, Math.log(3628800) - 10 * Math.log(10) + 10]
    const { value, slopes } = await runFast({ value: factorialExcess(t), slopes: slope! }, { t: numbers(at) })
    expectClose(value!, expected, 1e-6)
    expect(Array.from(slopes!.data, Number).every(Number.isFinite)).toBe(true)
  })
})

describe('log1p', () => {
  it('keeps the digits of small numbers', async () => {
    const x = input('x', 'float32', ['n'])
    const at = Array.from(Float32Array.of(-0.99, -0.3, -1e-4, -1e-9, 0, 1e-12, 1e-6, 0.5, 1e6, 1e20))
    const [slope] = gradients(reduceSum(log1p(x)), [x])
    const { value, slopes } = await runFast({ value: log1p(x), slopes: slope! }, { x: numbers(at) })
    at.forEach((each, i) => {
      const [found, expected] = [Number(value!.data[i]), Math.log1p(each)]
      expect(Math.abs(found - expected)).toBeLessThanOrEqual(2e-7 * Math.abs(expected))
      expect(Number(slopes!.data[i]) * (1 + each)).toBeCloseTo(1, 6)
    })
  })
})
