import { describe, expect, it } from 'vitest'
import { gradients } from '../gradient/index.js'
import { input, reduceSum, type Value } from '../graph/index.js'
import { expectGolden } from '../../test/support/golden-layers.js'
import { expectClose, expectSlopes, numbers, runExact, runFast } from '../../test/support/slopes.js'
import {
  absoluteLoss,
  bernoulliLoss,
  correntropyLoss,
  elementwiseLosses,
  elementwiseLossNames,
  gaussianLoss,
  huberLoss,
  logCoshLoss,
} from './losses.js'

const shape = [4, 3]
const nothing = { parameters: [] }

describe('losses have PyTorch’s values and slopes', () => {
  type Loss = (x: Value, y: Value, s?: Value) => Value
  const cases: readonly (readonly [string, Loss, scale: number, arguments_: number])[] = [
    ['absolute', absoluteLoss, 1, 2],
    ['huber', (x, y) => huberLoss(x, y, { delta: 0.7 }), 1, 2],
    ['bernoulli', bernoulliLoss, 8, 2],
    ['gaussian', (x, y, s) => gaussianLoss(x, y, s!), 3, 3],
  ]
  it.each(cases)('%s', (name, loss, scale, count) =>
    expectGolden(name, {
      layer: nothing,
      shapes: Array.from({ length: count }, () => shape),
      scale,
      apply: ([x, y, s]) => loss(x!, y!, s),
    }),
  )
})

describe('losses of a difference', () => {
  const [x, y] = [input('x', 'float32', ['n']), input('y', 'float32', ['n'])]
  const differences = [-60, -3, -0.4, -1e-3, 1e-4, 0.5, 2, 80]
  const feeds = { x: numbers(differences.map(() => 0)), y: numbers(differences) }
  const formulas: readonly (readonly [string, Value, (d: number) => number])[] = [
    ['squared', elementwiseLosses.squared(x, y), (d) => d ** 2 / 2],
    ['correntropy', correntropyLoss(x, y, { sigma: 0.8 }), (d) => -(0.8 ** 2) * Math.expm1(-(d ** 2) / 1.28)],
    [
      'wide correntropy',
      correntropyLoss(x, y, { sigma: 1e4 }),
      (d) => -(10 ** 8) * Math.expm1(-(d ** 2) / 2e8),
    ],
    ['logCosh', logCoshLoss(x, y), (d) => Math.log(Math.cosh(d))],
    ['huber', huberLoss(x, y), (d) => (Math.abs(d) <= 1 ? d ** 2 / 2 : Math.abs(d) - 0.5)],
  ]

  it.each(formulas)('%s is its formula, with its slopes', async (_, loss, formula) => {
    expectClose((await runFast({ loss }, feeds))['loss']!, differences.map(formula), 1e-6)
    expectSlopes(loss, [x, y], feeds, differences.length)
  })

  it('refuse widths that are not above 0', () => {
    expect(() => huberLoss(x, y, { delta: 0 })).toThrow(/huberLoss: expected a delta above 0, got 0/)
    expect(() => correntropyLoss(x, y, { sigma: -1 })).toThrow(/correntropyLoss: expected a sigma above 0/)
  })

  it.each(elementwiseLossNames)('%s of the table stays finite, slopes too', async (name) => {
    const loss = elementwiseLosses[name](x, y)
    const [slope] = gradients(reduceSum(loss), [y])
    const extreme = { x: numbers([0, 1, 1, 0, 0.3]), y: numbers([1e4, -1e4, 1e4, 0, 0]) }
    const found = await runFast({ loss, slope: slope! }, extreme)
    for (const { data } of Object.values(found))
      expect(Array.from(data, Number).every(Number.isFinite)).toBe(true)
  })
})

it('bernoulli knows unlikely bits', () => {
  const [x, l] = [input('x', 'float32', ['n']), input('l', 'float32', ['n'])]
  const { loss } = runExact(
    { loss: bernoulliLoss(x, l) },
    { x: numbers([1, 0, 1]), l: numbers([-900, 900, 0]) },
  )
  expectClose(loss!, [900, 900, Math.LN2], 1e-12)
})
