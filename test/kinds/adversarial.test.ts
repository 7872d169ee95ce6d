/** The adversarial kind: the battery, who follows which loss, and that training moves codes to the prior. */
import { describe, expect, it } from 'vitest'
import { createAutoencoder, type AutoencoderDescription } from '../../src/autoencoders/index.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import { gradients } from '../../src/gradient/index.js'
import * as g from '../../src/graph/index.js'
import { initialValues } from '../../src/layers/index.js'
import { trainingStep } from '../../src/training/index.js'
import { checkAutoencoder, gridRows, gridSpace, mixedSpace } from '../check-autoencoder.js'
import { momentsWhileTraining } from '../support/aggregate-posterior.js'

const series = gridSpace({ kind: 'series', steps: 6, channels: 2 })
const description: AutoencoderDescription = {
  kind: 'adversarial',
  space: mixedSpace,
  options: { hidden: [10], latent: 3, activation: 'tanh', readsMask: true, discriminator: [8], weight: 0.3 },
}

describe('the battery', () => {
  checkAutoencoder('adversarial', description)
  checkAutoencoder(
    'adversarial, series, default discriminator',
    {
      kind: 'adversarial',
      space: series,
      options: { hidden: [16], latent: 2, activation: 'silu', dropout: 0.1 },
    },
    { rows: gridRows(series) },
  )
})

/** A step's graph, numbers for its inputs, and the objective over the same inputs. */
function step() {
  const autoencoder = createAutoencoder(description)
  const { graph, noise } = trainingStep(description, {})
  const rows = 6
  const stream = randomFor(1, 'step')
  const draw = (shape: readonly number[]): g.Tensor =>
    g.tensor(
      'float64',
      shape,
      Float64Array.from({ length: g.sizeOf(shape) }, () => stream.normal()),
    )
  const feeds: Record<string, g.Tensor> = {
    'rows.features': draw([rows, mixedSpace.width]),
    indices: g.tensor(
      'int32',
      [rows],
      Int32Array.from({ length: rows }, (_, i) => i),
    ),
    share: g.tensor('float64', [], Float64Array.of(1 / rows)),
    ...Object.fromEntries(noise.map(({ name, shape }) => [name, draw([rows, ...shape])])),
    ...Object.fromEntries(
      autoencoder.parameters.map(({ name, shape, initializer }) => [
        `parameter.${name}`,
        g.tensor('float64', shape, Float64Array.from(initialValues(initializer, shape, randomFor(2, name)))),
      ]),
    ),
  }
  const weights = new Map(
    autoencoder.parameters.map(({ name, shape }) => [name, g.input(`parameter.${name}`, 'float32', shape)]),
  )
  const no = (): never => {
    throw new Error('asks for normal noise alone')
  }
  const objective = autoencoder.objective(
    { features: g.input('rows.features', 'float32', [rows, mixedSpace.width]) },
    {
      weight: (name) => weights.get(name)!,
      noise: { normal: () => g.input(noise[0]!.name, 'float32', [rows, 3]), uniform: no, bernoulli: no },
      progress: g.scalar(0),
    },
  )
  return { autoencoder, graph, feeds, weights, objective }
}

describe('the two players', () => {
  const { autoencoder, graph, feeds, weights, objective } = step()
  const isTheirs = (name: string): boolean => name.startsWith('discriminator.')
  const names = autoencoder.parameters.map(({ name }) => name)
  const slopesOf = (loss: g.Value): Record<string, Float64Array> => {
    const slopes = gradients(
      g.reduceMean(loss),
      names.map((name) => weights.get(name)!),
    )
    const outputs = Object.fromEntries(names.map((name, i) => [name, slopes[i]!]))
    const found = interpret(g.graph(outputs), feeds, { keepFloat64: true })
    return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data as Float64Array]))
  }
  const [ofLoss, ofAdversary] = [slopesOf(objective.loss), slopesOf(objective.adversary!.loss)]

  it('are told apart by name', () => {
    expect(objective.adversary!.parameters.toSorted()).toEqual(names.filter(isTheirs).toSorted())
    expect(names.filter(isTheirs)).toHaveLength(4)
  })

  it('follow their own loss each in a step: the discriminator the adversary’s, all others the loss', () => {
    const found = interpret(graph, feeds, { keepFloat64: true })
    for (const name of names) {
      const slope = found[`gradient.${name}`]!.data as Float64Array
      const expected = (isTheirs(name) ? ofAdversary : ofLoss)[name]!
      expect(Math.max(...expected.map(Math.abs)), name).toBeGreaterThan(1e-5)
      slope.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
    }
  })

  it('do not reach each other by the adversary’s loss', () => {
    for (const name of names.filter((each) => !isTheirs(each)))
      expect(Math.max(...ofAdversary[name]!.map(Math.abs)), name).toBe(0)
  })

  it('measure losses by logits as probabilities do', () => {
    const outputs = {
      loss: objective.loss,
      adversary: objective.adversary!.loss,
      ...objective.parts,
      ...objective.metrics,
    }
    const found = interpret(g.graph(outputs), feeds, { keepFloat64: true })
    const { loss, adversary, reconstruction, deception, discriminatorAccuracy } = Object.fromEntries(
      Object.entries(found).map(([name, { data }]) => [name, Array.from(data as Float64Array)]),
    )
    loss!.forEach((value, row) => expect(value).toBeCloseTo(reconstruction![row]! + deception![row]!, 12))
    // −log D = deception / weight, so −log(1 − D) of a code follows from it; what is left is the draw's share.
    adversary!.forEach((value, row) => {
      const ofCode = -Math.log(1 - Math.exp(-deception![row]! / 0.3))
      expect(value - ofCode).toBeGreaterThan(0)
      const right = Number(ofCode < Math.LN2) + Number(value - ofCode < Math.LN2)
      expect(discriminatorAccuracy![row]).toBe(right / 2)
    })
  })
})

describe('training', () => {
  it('moves the codes of all rows to N(0, I)', async () => {
    const { before, after, reconstruction } = await momentsWhileTraining(
      (space) => ({
        kind: 'adversarial',
        space,
        options: { hidden: [32], latent: 2, activation: 'tanh', discriminator: [32], weight: 0.1 },
      }),
      { steps: 2000, learningRate: 2e-3 },
    )
    expect(before.worst).toBeGreaterThan(0.5)
    expect(after.worst).toBeLessThan(0.4)
    expect(after.worst).toBeLessThan(before.worst / 2)
    expect(reconstruction[1]).toBeLessThan(reconstruction[0]! / 2)
  })
})
