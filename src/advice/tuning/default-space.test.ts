/** Every configuration of the default space makes an autoencoder, whatever is chosen; and its options arrive in it. */
import { describe, expect, it } from 'vitest'
import { createAutoencoder, type FeatureSpace } from '../../autoencoders/index.js'
import { randomFor } from '../../base/index.js'
import { planFor } from '../../learning/index.js'
import type { TrainingData } from '../../training/index.js'
import { defaultSpace, tunableKinds, usualKinds } from './default-space.js'
import { fitOptionsOf } from './fit-options.js'
import { randomSampler } from './sampler.js'
import { checkSpace, isConfiguration, usualConfiguration } from './search-space.js'

/** Some numbers, then a column of four categories. */
function mixed(numbers: number): FeatureSpace {
  const columns = Array.from({ length: numbers }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
  const word = { name: 'word', start: numbers, width: 4 }
  return { width: numbers + 4, numericCount: numbers, columns: [...columns, word] }
}

const onGrid = (grid: NonNullable<FeatureSpace['grid']>, width: number): FeatureSpace => ({
  width,
  numericCount: width,
  columns: Array.from({ length: width }, (_, i) => ({ name: `p${i}`, start: i, width: 1 })),
  grid,
})

const images = onGrid({ kind: 'image', height: 8, width: 8, channels: 1 }, 64)
const windows = onGrid({ kind: 'series', steps: 12, channels: 2 }, 24)
const ofTables = tunableKinds.filter((kind) => kind !== 'convolutional' && kind !== 'sequence')

const rows = (space: FeatureSpace, count = 300): TrainingData => ({
  rows: count,
  features: new Float32Array(count * space.width),
  training: Int32Array.from({ length: count - 20 }, (_, i) => i),
  validation: Int32Array.from({ length: 20 }, (_, i) => count - 20 + i),
})

describe('defaultSpace', () => {
  it.each([
    ['a table', mixed(9), ofTables],
    ['two columns', mixed(1), ofTables],
    ['images', images, [...ofTables, 'convolutional']],
    ['windows of a series', windows, [...ofTables, 'sequence']],
  ] as const)('makes valid autoencoders of %s', (_, space, kinds) => {
    const data = rows(space)
    const options = defaultSpace({ space, trainingRows: data.training.length, kinds })
    const sampler = randomSampler(options)
    const seen = new Set<string>()
    for (let i = 0; i < 12 * kinds.length; i++) {
      const configuration = sampler.suggest([], randomFor(i, 'space'))
      expect(isConfiguration(options, configuration)).toBe(true)
      seen.add(String(configuration['kind']))
      const { autoencoder } = planFor(space, data, fitOptionsOf(configuration, space.width))
      expect(createAutoencoder(autoencoder).kind).toBe(configuration['kind'])
    }
    expect([...seen].toSorted()).toEqual([...kinds].toSorted())
  })

  it('begins where a fit without a search is', () => {
    const space = mixed(9)
    const data = rows(space)
    const options = defaultSpace({ space, trainingRows: 280, kinds: usualKinds(space, 'planted') })
    const usual = planFor(space, data, fitOptionsOf(usualConfiguration(options), space.width))
    const plain = planFor(space, data, {})
    expect(usual.training).toEqual(plain.training)
    expect(createAutoencoder(usual.autoencoder).parameters.map(({ shape }) => shape)).toEqual(
      createAutoencoder(plain.autoencoder).parameters.map(({ shape }) => shape),
    )
    expect(usual.autoencoder.options).toMatchObject({ ...plain.autoencoder.options, noiseRange: [0.05, 1.5] })
  })

  it('lets every option arrive in the plan', () => {
    const space = mixed(9)
    const data = rows(space)
    const options = defaultSpace({ space, trainingRows: 280, kinds: ofTables })
    for (const option of options.options) {
      if (option.name === 'kind') continue
      const differ = Array.from({ length: 400 }, (_, i) =>
        randomSampler(options).suggest([], randomFor(i, option.name)),
      ).some((configuration) => {
        if (configuration[option.name] === undefined) return false
        const ends =
          option.type === 'choice' ? [option.choices[0]!, option.choices.at(-1)!] : [option.low, option.high]
        const plans = ends.map((value) => {
          const changed = { ...configuration, [option.name]: value }
          if (!isConfiguration(options, changed)) return ''
          return JSON.stringify(planFor(space, data, fitOptionsOf(changed, space.width)))
        })
        return plans.every((plan) => plan !== '') && plans[0] !== plans[1]
      })
      // The choice of a noise brings options of its own along, so that changing it alone is no configuration.
      if (option.name !== 'noise') expect(differ, option.name).toBe(true)
    }
  })

  it.each([
    ['count', mixed(3), /count cannot be tuned/],
    ['convolutional', mixed(3), /--image/],
    ['sequence', images, /only kind/],
  ] as const)('refuses %s where it does not fit', (kind, space, message) => {
    expect(() => defaultSpace({ space, trainingRows: 100, kinds: [kind] })).toThrow(message)
  })

  it('leaves kinds that copy out of a search for reconstruction', () => {
    expect(usualKinds(mixed(3), 'reconstruction')).toEqual(['undercomplete', 'variational'])
    expect(usualKinds(images, 'planted')).toContain('convolutional')
  })
})

describe('checkSpace', () => {
  const x = { name: 'x', type: 'number', low: 0, high: 1 } as const
  it.each([
    ['it has no option', []],
    ['two of that name', [x, x]],
    ['from low to high', [{ ...x, low: 2 }]],
    ['above 0', [{ ...x, log: true }]],
    ['whole numbers', [{ ...x, type: 'integer', high: 1.5 }]],
    ['no choices', [{ name: 'c', type: 'choice', choices: [] }]],
    ['stands twice', [{ name: 'c', type: 'choice', choices: [1, 1] }]],
    ['does not stand before it', [{ ...x, when: [{ option: 'c', among: [1] }] }]],
    ['which is no choice', [x, { ...x, name: 'y', when: [{ option: 'x', among: [1] }] }]],
    ['usual value', [{ ...x, usual: 3 }]],
  ] as const)('says %s', (message, options) => {
    expect(() => checkSpace({ options })).toThrow(message)
  })
})
