/** The mathematics of the sparse kind against plain loops: selections, penalties, thresholds, revival of dead units. */
import { describe, expect, it } from 'vitest'
import { createAutoencoder, type KindOptions } from '../../src/autoencoders/index.js'
import { defaultTraining } from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'
import { normals, numericSpace, objectiveBench, type Bench } from '../support/objectives.js'

const [width, latent, rows] = [5, 12, 6]
const space = numericSpace(width)

const bench = (options: Partial<KindOptions['sparse']>): Bench => {
  const made = createAutoencoder({ kind: 'sparse', space, options: { hidden: [], latent, ...options } })
  const started = objectiveBench(made, normals(rows * width, 'rows'))
  // Away from the tied start, where encoder and decoder could stand in for one another.
  for (const name of ['encoder.0.weight', 'encoder.0.bias', 'decoder.0.bias'])
    started.numbers[name] = started.numbers[name]!.map((value, i) => value + 0.3 * normals(99, name)[i]!)
  return started
}

type Matrix = readonly (readonly number[])[]

const table = (flat: Float64Array, columns: number): number[][] =>
  Array.from({ length: flat.length / columns }, (_, i) => [...flat.subarray(i * columns, (i + 1) * columns)])
const rowsOf = ({ numbers }: Bench): Matrix => table(numbers['features']!, width)
const directionsOf = ({ numbers }: Bench): Matrix => table(numbers['decoder.0.weight']!, width)

/** (x − decoder bias) · W + b, the encoder's linear output. */
function linearCodes(b: Bench): number[][] {
  const weights = table(b.numbers['encoder.0.weight']!, latent)
  const [bias, middle] = [b.numbers['encoder.0.bias']!, b.numbers['decoder.0.bias']!]
  return rowsOf(b).map((x) =>
    Array.from({ length: latent }, (_, j) =>
      x.reduce((sum, value, i) => sum + (value - middle[i]!) * weights[i]![j]!, bias[j]!),
    ),
  )
}

const decoded = (b: Bench, codes: Matrix, bias = true): number[][] =>
  codes.map((z) =>
    Array.from({ length: width }, (_, i) =>
      z.reduce(
        (sum, value, j) => sum + value * directionsOf(b)[j]![i]!,
        bias ? b.numbers['decoder.0.bias']![i]! : 0,
      ),
    ),
  )

/** Mean over columns of ½(x − y)², row by row. */
const rowErrors = (x: Matrix, y: Matrix): number[] =>
  x.map((row, i) => row.reduce((sum, value, j) => sum + 0.5 * (value - y[i]![j]!) ** 2, 0) / width)

const rectified = (codes: Matrix): number[][] => codes.map((row) => row.map((a) => Math.max(a, 0)))

/** The k largest of a row, all others 0. */
const kept = (row: readonly number[], k: number): number[] => {
  const least = row.toSorted((a, b) => b - a)[k - 1]!
  return row.map((value) => (value >= least ? value : 0))
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  expect(found.length).toBe(expected.length)
  Array.from(found).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance))
}

/** The latent that rows are encoded by. */
const encoded = (b: Bench): number[][] =>
  table(b.valuesOf({ z: b.autoencoder.encode(b.batch, b.context) })['z']!, latent)

describe('topK', () => {
  it.each(['relu', 'linear'] as const)('keeps the k largest of each row (%s)', (codeActivation) => {
    const b = bench({ k: 3, codeActivation })
    const values = codeActivation === 'relu' ? rectified(linearCodes(b)) : linearCodes(b)
    const codes = values.map((row) => kept(row, 3))
    expectClose(encoded(b).flat(), codes.flat())
    const { 'part.reconstruction': errors, 'metric.l0': l0 } = b.objective()
    expectClose(errors!, rowErrors(rowsOf(b), decoded(b, codes)))
    expectClose(
      l0!,
      codes.map((row) => row.filter((value) => value !== 0).length),
    )
  })

  it('keeps inferenceFactor · k at inference, and k in training', () => {
    const b = bench({ k: 3, inferenceFactor: 2, codeActivation: 'linear' })
    expectClose(
      encoded(b).flat(),
      linearCodes(b).flatMap((row) => kept(row, 6)),
    )
    expectClose(b.objective()['metric.l0']!, new Array(rows).fill(3) as number[])
  })
})

describe('batchTopK', () => {
  it('keeps the k · batch largest of a batch, and learns the threshold of single rows', () => {
    const b = bench({ method: 'batchTopK', k: 2 })
    const values = rectified(linearCodes(b))
    const codes = table(Float64Array.from(kept(values.flat(), 2 * rows)), latent)
    const least = Math.min(...codes.flat().filter((value) => value > 0))
    const first = b.objective()
    expectClose(first['part.reconstruction']!, rowErrors(rowsOf(b), decoded(b, codes)))
    expect(first['metric.l0']!.reduce((sum, value) => sum + value)).toBe(2 * rows)
    expect(new Set(first['metric.l0']).size).toBeGreaterThan(1) // rows share, they do not have two each
    // The first batch's smallest number, then the mean of both, and after many batches a share of 0.01.
    expectClose(first['next.sparse.threshold']!, [least])
    b.numbers['sparse.threshold'] = Float64Array.of(0.25)
    b.numbers['sparse.batches'] = Float64Array.of(1)
    expectClose(b.objective()['next.sparse.threshold']!, [(0.25 + least) / 2])
    b.numbers['sparse.batches'] = Float64Array.of(5000)
    expectClose(b.objective()['next.sparse.threshold']!, [0.25 + Math.fround(0.01) * (least - 0.25)])
    expectClose(
      encoded(b).flat(),
      values.flat().map((value) => (value >= 0.25 ? value : 0)),
    )
  })
})

describe('l1', () => {
  it('weighs units by the length of their directions', () => {
    const b = bench({ method: 'l1', penalty: 0.7 })
    const lengths = directionsOf(b).map((direction) => Math.hypot(...direction))
    const codes = rectified(linearCodes(b))
    expectClose(
      b.objective()['part.sparsity']!,
      codes.map((z) => (0.7 / width) * z.reduce((sum, value, j) => sum + value * lengths[j]!, 0)),
      1e-7,
    )
  })

  it('gains nothing from small codes and long directions', () => {
    const b = bench({ method: 'l1' })
    const { loss } = b.objective()
    for (const name of ['encoder.0.weight', 'encoder.0.bias'])
      b.numbers[name] = b.numbers[name]!.map((value) => value / 100)
    b.numbers['decoder.0.weight'] = b.numbers['decoder.0.weight']!.map((value) => value * 100)
    expectClose(b.objective()['loss']!, loss!, 1e-6)
  })

  it('uses the encoder columns of a tied decoder', () => {
    const made = createAutoencoder({
      kind: 'sparse',
      space,
      options: { hidden: [], latent, method: 'l1', tied: true },
    })
    const b = objectiveBench(made, normals(rows * width, 'rows'))
    const columns = table(b.numbers['encoder.0.weight']!, latent)
    const lengths = columns[0]!.map((_, j) => Math.hypot(...columns.map((row) => row[j]!)))
    const codes = rectified(linearCodes(b))
    expectClose(
      b.objective()['part.sparsity']!,
      codes.map((z) => (0.3 / width) * z.reduce((sum, value, j) => sum + value * lengths[j]!, 0)),
      1e-6,
    )
  })
})

describe('kl', () => {
  it('is the divergence of two coins, unit by unit, from the mean of the batch', () => {
    const [target, penalty] = [0.1, 2]
    const b = bench({ method: 'kl', targetActivation: target, penalty })
    const codes = linearCodes(b).map((row) => row.map((a) => 1 / (1 + Math.exp(-a))))
    let divergence = 0
    for (let j = 0; j < latent; j++) {
      const mean = codes.reduce((sum, row) => sum + row[j]!, 0) / rows
      divergence += target * Math.log(target / mean) + (1 - target) * Math.log((1 - target) / (1 - mean))
    }
    expectClose(b.objective()['part.sparsity']!, [(penalty / width) * divergence], 1e-6)
  })

  it('stays finite where units are always on or off', () => {
    const b = bench({ method: 'kl' })
    b.numbers['encoder.0.bias'] = Float64Array.from({ length: latent }, (_, j) => (j % 2 === 0 ? 900 : -900))
    for (const values of Object.values(b.objective())) expect([...values].every(Number.isFinite)).toBe(true)
  })
})

describe('jumpRelu', () => {
  const [penalty, bandwidth, initialThreshold] = [0.4, 0.8, 0.5]
  const options = { method: 'jumpRelu', penalty, bandwidth, initialThreshold } as const

  it('passes what is above the threshold, and counts it', () => {
    const b = bench(options)
    const codes = linearCodes(b).map((row) => row.map((a) => (a > initialThreshold ? a : 0)))
    expectClose(encoded(b).flat(), codes.flat())
    const { 'part.sparsity': sparsity, 'part.reconstruction': errors } = b.objective()
    expectClose(errors!, rowErrors(rowsOf(b), decoded(b, codes)))
    expectClose(
      sparsity!,
      codes.map((z) => (penalty / width) * z.filter((value) => value > 0).length),
      1e-7,
    )
  })

  it('moves thresholds by the rectangle around them', () => {
    const b = bench(options)
    const a = rectified(linearCodes(b))
    const codes = a.map((row) => row.map((value) => (value > initialThreshold ? value : 0)))
    const [x, y, directions] = [rowsOf(b), decoded(b, codes), directionsOf(b)]
    const slopes = Array.from({ length: latent }, (_, j) => {
      let slope = 0
      for (let row = 0; row < rows; row++) {
        if (Math.abs(a[row]![j]! - initialThreshold) >= bandwidth / 2) continue
        const slopeOfCode =
          directions[j]!.reduce((sum, d, i) => sum + d * (y[row]![i]! - x[row]![i]!), 0) / width
        slope -= (slopeOfCode * initialThreshold + penalty / width) / bandwidth / rows
      }
      return slope * initialThreshold // of the logarithm
    })
    expect(slopes.filter((slope) => slope !== 0).length).toBeGreaterThan(3)
    expectClose(b.objective()['slope.sparse.logThreshold']!, slopes, 1e-6)
  })
})

describe('dead units', () => {
  const options = { k: 2, deadAfter: 100, revivalUnits: 2, revival: 0.25 } as const
  const dead = [1, 4, 7]

  /** A bench in which three units have been idle for long and cannot be chosen. */
  function withDead(more: Partial<KindOptions['sparse']> = {}): Bench {
    const b = bench({ ...options, ...more })
    for (const unit of dead) {
      b.numbers['sparse.rowsInactive']![unit] = 500
      for (let i = 0; i < width; i++) b.numbers['encoder.0.weight']![i * latent + unit]! *= 0.01
      b.numbers['encoder.0.bias']![unit] = 0.01
    }
    return b
  }

  it('learn what is left over, and nobody else does', () => {
    const b = withDead()
    const a = linearCodes(b)
    const codes = rectified(a).map((row) => kept(row, options.k))
    const ghosts = a.map((row) => {
      const chosen = dead.toSorted((i, j) => row[j]! - row[i]!).slice(0, options.revivalUnits)
      return row.map((value, j) => (chosen.includes(j) ? Math.max(value, 0) : 0))
    })
    const residual = rowsOf(b).map((x, i) => x.map((value, j) => value - decoded(b, codes)[i]![j]!))
    const expected = rowErrors(residual, decoded(b, ghosts, false)).map((error) => error * options.revival)
    const found = b.objective()
    expect(ghosts.flat().filter((value) => value > 0).length).toBeGreaterThan(3)
    expectClose(found['part.revival']!, expected)
    const without = withDead({ revival: 0 }).objective()
    expect(without['part.revival']).toBeUndefined()
    const [taught, plain] = [found['slope.encoder.0.bias']!, without['slope.encoder.0.bias']!]
    taught.forEach((slope, j) => {
      if (dead.includes(j)) expect(slope).not.toBe(plain[j])
      else expect(Math.abs(slope - plain[j]!)).toBeLessThan(1e-12)
    })
  })

  it('are counted: rows add up for idle units and start again for active ones', () => {
    const b = withDead()
    const active = rectified(linearCodes(b)).map((row) => kept(row, options.k))
    const before = b.numbers['sparse.rowsInactive']!
    const after = [...before].map((idle, j) => (active.some((row) => row[j]! > 0) ? 0 : idle + rows))
    const { 'next.sparse.rowsInactive': next, 'metric.live': live } = b.objective()
    expectClose(next!, after)
    expectClose(live!, [after.filter((idle) => idle <= options.deadAfter).length / latent], 1e-7)
  })

  it('cost nothing while there are none', () => {
    expectClose(bench(options).objective()['part.revival']!, new Array(rows).fill(0) as number[])
  })

  it('of l1 are taught by an exponential where their rectifier is flat', () => {
    const b = bench({ method: 'l1', deadAfter: 100 })
    b.numbers['sparse.rowsInactive']!.fill(500)
    b.numbers['encoder.0.bias']!.fill(-50)
    const { 'slope.encoder.0.bias': slopes, 'metric.l0': l0 } = b.objective()
    expect(Math.max(...l0!)).toBe(0)
    expect(slopes!.some((slope) => slope !== 0)).toBe(true)
  })
})

describe('explained', () => {
  it('is the share of the known variance around the mean of the batch', () => {
    const mask = Float64Array.from({ length: rows * width }, (_, i) => (i % 7 === 0 ? 0 : 1))
    const features = normals(rows * width, 'rows').map((value, i) => value * mask[i]!)
    const made = createAutoencoder({ kind: 'sparse', space, options: { hidden: [], latent, k: 2 } })
    const b = objectiveBench(made, features, mask)
    const { y } = b.valuesOf({ y: made.forward(b.batch, b.context).reconstruction })
    let [residual, total] = [0, 0]
    for (let j = 0; j < width; j++) {
      const known = Array.from({ length: rows }, (_, i) => i * width + j).filter((i) => mask[i] === 1)
      const mean = known.reduce((sum, i) => sum + features[i]!, 0) / known.length
      for (const i of known) {
        residual += (features[i]! - y![i]!) ** 2
        total += (features[i]! - mean) ** 2
      }
    }
    expectClose(b.objective()['metric.explained']!, [1 - residual / total])
  })
})

describe('the start', () => {
  it('has an encoder that is the transpose of a decoder of directions of length 1', async () => {
    const { weights } = await trainHere({
      autoencoder: { kind: 'sparse', space, options: { hidden: [], latent } },
      data: {
        rows,
        features: Float32Array.from(normals(rows * width, 'rows')),
        training: Int32Array.from({ length: rows }, (_, i) => i),
        validation: new Int32Array(0),
      },
      options: { ...defaultTraining, steps: 1, learningRate: 1e-30, weightDecay: 0, threads: 1 },
    })
    const [encoder, decoder] = [weights['encoder.0.weight']!, weights['decoder.0.weight']!]
    for (let j = 0; j < latent; j++) {
      const direction = decoder.subarray(j * width, (j + 1) * width)
      expect(Math.hypot(...direction)).toBeCloseTo(1, 5)
      direction.forEach((value, i) => expect(encoder[i * latent + j]).toBe(value))
    }
  })
})

describe('options', () => {
  it.each([
    [{ k: 13 }, /k must be at most 12, the width of the code, got 13; take a k of at most 12/],
    [{ k: 8, inferenceFactor: 2 }, /inferenceFactor · k must be at most 12.* got 16/],
    [{ revivalUnits: 20 }, /revivalUnits must be at most 12/],
    [{ method: 'l1', k: 3 }, /option k belongs to the method topK, batchTopK, got method l1/],
    [{ bandwidth: 0.1 }, /option bandwidth belongs to the method jumpRelu, got method topK/],
    [{ method: 'kl', revival: 0.1 }, /option revival belongs to/],
    [{ method: 'jumpRelu', codeActivation: 'linear' }, /option codeActivation belongs to/],
  ] as const)('%j are refused', (options, message) => {
    expect(() => bench(options)).toThrow(message)
    expect(() => bench(options)).toThrow(expect.objectContaining({ code: 'HG_USAGE' }) as Error)
  })

  it('warn of as many active units as features', () => {
    expect(bench({ k: 5 }).autoencoder.warnings).toMatchObject([{ code: 'HG_CODE_TOO_WIDE' }])
    expect(bench({ k: 4 }).autoencoder.warnings).toEqual([])
  })
})

describe('diagnosis', () => {
  const diagnose = (options: Partial<KindOptions['sparse']>, measured: Record<string, number>) =>
    bench(options).autoencoder.diagnose!(measured)

  it('names the share of dead units and what to do', () => {
    const [finding] = diagnose({ k: 3 }, { l0: 3, live: 0.25 })
    expect(finding!.code).toBe('HG_CODE_DEAD')
    expect(finding!.message).toMatch(
      /75 % of the code's 12 units are dead.* Raise revival \(now 0.03125\), k \(now 3\)/,
    )
  })

  it('tells an empty code', () => {
    const [finding] = diagnose({ method: 'jumpRelu' }, { l0: 0, live: 1 })
    expect(finding!.message).toMatch(/no unit of the code is active.* Lower the penalty \(now 0.3\)/)
  })

  it('says nothing of a live one', () => {
    expect(diagnose({ k: 3 }, { l0: 3, live: 0.9 })).toEqual([])
  })
})
