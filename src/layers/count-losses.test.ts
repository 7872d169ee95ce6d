import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gradients } from '../gradient/index.js'
import { input, reduceSum, type Tensor, type Value } from '../graph/index.js'
import {
  expectClose,
  expectSlopes,
  nodeCount,
  numbers,
  runExact,
  runFast,
} from '../../test/support/slopes.js'
import { negativeBinomialLoss, poissonLoss, zeroInflatedNegativeBinomialLoss } from './count-losses.js'

interface Golden {
  readonly grid: Record<'counts' | 'means' | 'dispersions' | 'logits', number[]>
  readonly negativeBinomial: Record<'value' | 'slopeByMean' | 'slopeByDispersion', number[]>
  readonly zeroInflated: Record<'value' | 'slopeByLogit', number[]>
  readonly poisson: { readonly value: number[] }
}

// mpmath with 60 digits, checked against scipy.stats; golden/counts.py makes the file.
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/counts.json'), 'utf8')) as Golden
const { counts, means, dispersions, logits } = golden.grid

type Precision = 'float32' | 'float64'
const names = ['count', 'mean', 'dispersion', 'logit'] as const

/** Inputs over the grid of the first axes, as long columns. */
function columns(axes: readonly (readonly number[])[]): Record<string, Tensor> {
  const rows = axes.reduce<number[][]>(
    (before, axis) => before.flatMap((row) => axis.map((value) => [...row, value])),
    [[]],
  )
  return Object.fromEntries(axes.map((_, i) => [names[i]!, numbers(rows.map((row) => row[i]!))]))
}

const inputs = (dtype: Precision) =>
  names.map((name) => input(name, dtype, ['n'])) as [Value, Value, Value, Value]

/** Runs in float32 by ONNX Runtime, in float64 by the interpreter. */
const engines = [
  ['float32', runFast, 1e-6],
  [
    'float64',
    (outputs: Record<string, Value>, feeds: Record<string, Tensor>) => runExact(outputs, feeds),
    1e-8,
  ],
] as const

describe.each(engines)('counts to 100,000 in %s', (dtype, run, tolerance) => {
  const [count, mean, dispersion, logit] = inputs(dtype)

  it('negative binomial', async () => {
    const value = negativeBinomialLoss(count, mean, dispersion)
    const [byMean, byDispersion] = gradients(reduceSum(value), [mean, dispersion])
    const feeds = columns([counts, means, dispersions])
    const found = await run({ value, byMean: byMean!, byDispersion: byDispersion! }, feeds)
    expectClose(found['value']!, golden.negativeBinomial.value, tolerance)
    expectClose(found['byMean']!, golden.negativeBinomial.slopeByMean, tolerance)
    expectClose(found['byDispersion']!, golden.negativeBinomial.slopeByDispersion, 10 * tolerance)
  })

  it('zero-inflated negative binomial', async () => {
    const value = zeroInflatedNegativeBinomialLoss(count, mean, dispersion, logit)
    const [byLogit] = gradients(reduceSum(value), [logit])
    const feeds = columns([counts, means, dispersions, logits])
    const found = await run({ value, byLogit: byLogit! }, feeds)
    expectClose(found['value']!, golden.zeroInflated.value, tolerance)
    expectClose(found['byLogit']!, golden.zeroInflated.slopeByLogit, tolerance)
  })

  it('Poisson', async () => {
    const found = await run({ value: poissonLoss(count, mean) }, columns([counts, means]))
    expectClose(found['value']!, golden.poisson.value, tolerance)
  })
})

describe('likelihoods of counts', () => {
  const [count, mean, dispersion, logit] = inputs('float32')
  const loss = zeroInflatedNegativeBinomialLoss(count, mean, dispersion, logit)

  it('have slopes that agree with finite differences', () => {
    const feeds = {
      count: numbers([0, 0, 3, 12, 1]),
      mean: numbers([2, 0.7, 2.5, 9, 4]),
      dispersion: numbers([1.5, 8, 0.6, 3, 30]),
      logit: numbers([-1, 2, 0.5, -3, 1]),
    }
    expectSlopes(loss, [mean, dispersion, logit], feeds)
    expectSlopes(poissonLoss(count, mean), [mean], feeds)
  })

  it('sum to one', () => {
    const every = Array.from({ length: 400 }, (_, i) => i)
    const same = (value: number) => numbers(every.map(() => value))
    const feeds = { count: numbers(every), mean: same(9), dispersion: same(1.7), logit: same(-0.4) }
    const { value } = runExact({ value: loss }, feeds)
    expect(Array.from(value!.data, Number).reduce((sum, each) => sum + Math.exp(-each), 0)).toBeCloseTo(1, 6)
  })

  it('stay finite where networks go astray, slopes too', async () => {
    const slopes = gradients(reduceSum(loss), [mean, dispersion, logit])
    const outputs = {
      loss,
      poisson: poissonLoss(count, mean),
      ...Object.fromEntries(slopes.map((slope, i) => [`slope${i}`, slope])),
    }
    const feeds = columns([
      [0, 1, 1e5],
      [0, 1e-30, 1e8],
      [0, 1e-30, 1e10],
      [-100, 100],
    ])
    for (const [name, { data }] of Object.entries(await runFast(outputs, feeds))) {
      expect(Array.from(data, Number).every(Number.isFinite), name).toBe(true)
    }
  })

  it('takes one dispersion for each column', () => {
    const [x, m] = [input('x', 'float32', ['batch', 2]), input('m', 'float32', ['batch', 2])]
    const value = negativeBinomialLoss(x, m, input('t', 'float32', [2]))
    expect(value.shape).toEqual(['batch', 2])
    expect(nodeCount(value)).toBeLessThanOrEqual(136)
  })
})
