import { describe, expect, it } from 'vitest'
import { mixedSpace as space } from '../../test/check-autoencoder.js'
import { codeOf } from '../../test/support/errors.js'
import { numbers, runExact } from '../../test/support/slopes.js'
import { randomFor } from '../base/index.js'
import { input } from '../graph/index.js'
import { defaultTraining } from '../training/index.js'
import { trainHere } from '../training/node.js'
import { lossNames, observationModel, type LossName, type ObservationOptions } from './observation.js'

const logVariance = [0.4, -1, 2]

/** Errors, scores and reconstruction of one row: three numbers, then categories 1 of 3 and 0 of 2. */
function measured(options: ObservationOptions, x: readonly number[], raw: readonly number[]) {
  const model = observationModel(space, options)
  const [target, given] = ['x', 'raw'].map((name) => input(name, 'float32', ['batch', 8]))
  const learned = input('observation.logVariance', 'float32', [3])
  const context = { weight: () => learned }
  const found = runExact(
    {
      errors: model.errors(target!, given!, context),
      scores: model.scores(target!, given!, context),
      reconstruction: model.reconstruction(given!, context),
    },
    {
      x: numbers([...x, 0, 1, 0, 1, 0], [1, 8]),
      raw: numbers([...raw, 0.3, -1, 2, 0.5, 1], [1, 8]),
      'observation.logVariance': numbers(logVariance),
    },
  )
  return Object.fromEntries(
    Object.entries(found).map(([name, { data }]) => [name, Array.from(data as Float64Array)]),
  )
}

const bound = (s: number): number => 10 * Math.tanh(s / 10)
const [delta, sigma] = [0.7, 1.5]
/** Error of the number at a position, by the definition of the loss. */
const plain: Readonly<Record<LossName, (x: number, raw: number, i: number) => number>> = {
  squared: (x, raw) => (x - raw) ** 2 / 2,
  absolute: (x, raw) => Math.abs(x - raw),
  huber: (x, raw) =>
    Math.abs(x - raw) <= delta ? (x - raw) ** 2 / 2 : delta * (Math.abs(x - raw) - delta / 2),
  correntropy: (x, raw) => sigma ** 2 * (1 - Math.exp(-((x - raw) ** 2) / (2 * sigma ** 2))),
  logCosh: (x, raw) => Math.log(Math.cosh(x - raw)),
  bernoulli: (x, raw) =>
    -x * Math.log(1 / (1 + Math.exp(-raw))) - (1 - x) * Math.log(1 / (1 + Math.exp(raw))),
  gaussian: (x, raw, i) => {
    const variance = Math.exp(bound(logVariance[i]!))
    return 0.5 * Math.log(2 * Math.PI * variance) + (x - raw) ** 2 / (2 * variance)
  },
}
const optionsOf = (loss: LossName): ObservationOptions => ({
  loss,
  ...(loss === 'huber' && { delta }),
  ...(loss === 'correntropy' && { sigma }),
})

describe('observation models', () => {
  const [x, raw] = [
    [0.2, 0.9, 0],
    [-1.3, 0.5, 4],
  ] as const

  it.each(lossNames)('%s follows its definition, and leaves categories alone', (loss) => {
    const { errors, scores, reconstruction } = measured(optionsOf(loss), x, raw)
    x.forEach((value, i) => expect(errors![i]).toBeCloseTo(plain[loss](value, raw[i]!, i), 6))
    const squared = measured({}, x, raw)
    expect(errors!.slice(3)).toEqual(squared['errors']!.slice(3))
    expect(reconstruction!.slice(3)).toEqual(squared['reconstruction']!.slice(3))
    const expected = loss === 'bernoulli' ? raw.map((logit) => 1 / (1 + Math.exp(-logit))) : raw
    expected.forEach((value, i) => expect(reconstruction![i]).toBeCloseTo(value, 10))
    for (const score of scores!) expect(score).toBeGreaterThanOrEqual(0)
  })

  it('gaussian scores are its errors less a constant of each column, and 0 at the mean', () => {
    const [far, near] = [measured({ loss: 'gaussian' }, x, raw), measured({ loss: 'gaussian' }, x, x)]
    for (const i of [0, 1, 2]) {
      expect(near['scores']![i]).toBe(0)
      expect(far['scores']![i]! - near['scores']![i]!).toBeCloseTo(
        far['errors']![i]! - near['errors']![i]!,
        10,
      )
    }
  })

  it.each(['squared', 'gaussian'] as const)('%s is a density with its normalizer', (loss) => {
    const { normalizer } = observationModel(space, { loss })
    const step = 0.02
    let total = 0
    for (let at = -40; at < 40; at += step) total += step * Math.exp(-plain[loss](at, 0.5, 0) - normalizer!)
    expect(total).toBeCloseTo(1, 6)
  })

  it.each(lossNames)('%s has the scale of unknown standard normal numbers (or bits)', (loss) => {
    const stream = randomFor(1, 'scale')
    const error = (): number => {
      if (loss === 'bernoulli') return plain.bernoulli(Number(stream.uniform() < 0.5), 0, 0)
      if (loss === 'gaussian') return stream.normal() ** 2 / 2
      return plain[loss](stream.normal(), 0, 0)
    }
    const mean = Array.from({ length: 20000 }, error).reduce((a, b) => a + b, 0) / 20000
    const { scale } = observationModel(space, optionsOf(loss))
    expect(scale.slice(3)).toEqual([0.5, 0.5])
    expect(scale[0]! / mean).toBeGreaterThan(0.95)
    expect(scale[0]! / mean).toBeLessThan(1.05)
  })

  it('has no parameters but the variances of numbers', () => {
    const count = (loss: LossName): number => observationModel(space, optionsOf(loss)).parameters.length
    expect(lossNames.filter((loss) => count(loss) > 0)).toEqual(['gaussian'])
    const categories = { ...space, numericCount: 0, width: 5, columns: space.columns.slice(3) }
    expect(observationModel(categories, { loss: 'gaussian' }).parameters).toEqual([])
  })

  it('refuses options of another loss', () => {
    expect(codeOf(() => observationModel(space, { delta: 1 }))).toBe('HG_USAGE')
    expect(() => observationModel(space, { loss: 'huber', sigma: 1 })).toThrow(
      /sigma is an option of correntropy/,
    )
  })
})

describe('training', () => {
  it('refuses numbers that the loss has no meaning for', async () => {
    const features = Float32Array.of(0.5, 0, 1, 0, 1, 0, 1, 0, 0.5, 1.5, 1, 0, 1, 0, 1, 0)
    const task = {
      autoencoder: { kind: 'undercomplete', space, options: { hidden: [], latent: 2, loss: 'bernoulli' } },
      data: { rows: 2, features, training: Int32Array.of(0, 1), validation: new Int32Array(0) },
      options: { ...defaultTraining, steps: 1, threads: 1 },
    } as const
    await expect(trainHere(task)).rejects.toThrow(/from 0 to 1, but column b of row 2 is 1.5/)
    features[9] = 1
    await expect(trainHere(task)).resolves.toBeDefined()
  })
})
