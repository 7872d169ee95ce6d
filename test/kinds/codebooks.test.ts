/** The mathematics of the vector-quantised kind against plain loops: codebooks, levels, straight-through slopes. */
import { describe, expect, it } from 'vitest'
import { vectorQuantised, type KindOptions, type VectorQuantised } from '../../src/autoencoders/index.js'
import { gradients } from '../../src/gradient/index.js'
import * as g from '../../src/graph/index.js'
import { normals, numericSpace, objectiveBench, type Bench, type Numbers } from '../support/objectives.js'

const [width, latent, rows] = [5, 6, 7]
const space = numericSpace(width)

function bench(options: Partial<KindOptions['vectorQuantised']>): Bench & { kind: VectorQuantised } {
  const kind = vectorQuantised(space, { hidden: [8], latent, activation: 'tanh', ...options })
  return { ...objectiveBench(kind, normals(rows * width, 'rows')), kind }
}

const table = (flat: Float64Array, columns: number): number[][] =>
  Array.from({ length: flat.length / columns }, (_, i) => [...flat.subarray(i * columns, (i + 1) * columns)])

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  expect(found.length).toBe(expected.length)
  Array.from(found).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance))
}

/** The encoder's output, cut into groups, and what the kind makes of it. */
function codesOf(b: Bench & { kind: VectorQuantised }) {
  const found = b.valuesOf({
    latent: b.kind.encode(b.batch, b.context),
    indices: b.kind.codeIndices(b.batch, b.context),
    vectors: encoderOutput(b),
  })
  const codeWidth = latent / b.kind.groups
  return {
    vectors: table(found['vectors']!, codeWidth),
    entries: table(found['latent']!, codeWidth),
    indices: [...found['indices']!],
  }
}

/** The encoder's output through its weights: tanh(x·W₀ + b₀)·W₁ + b₁. */
function encoderOutput({ batch, context: { weight } }: Bench): g.Value {
  const layer = (x: g.Value, i: number): g.Value =>
    g.gemm(x, weight(`encoder.${i}.weight`), { bias: weight(`encoder.${i}.bias`) })
  return layer(g.tanh(layer(batch.features, 0)), 1)
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)

/** Index of the nearest row of a codebook. */
const nearest = (vector: readonly number[], codebook: readonly (readonly number[])[]): number =>
  codebook.reduce(
    (best, entry, i) => (distance(vector, entry) < distance(vector, codebook[best]!) ? i : best),
    0,
  )

describe('a learned codebook', () => {
  const [size, codeWidth, decay] = [5, 2, 0.9]

  /** One step of running means, as plain as can be. */
  function nextCodebook(b: Bench & { kind: VectorQuantised }, restart: boolean) {
    const { vectors } = codesOf(b)
    const codebook = table(b.numbers['quantizer.codebook']!, codeWidth)
    const counts = [...b.numbers['quantizer.counts']!].map((count) => decay * count)
    const sums = table(b.numbers['quantizer.sums']!, codeWidth).map((sum) =>
      sum.map((value) => decay * value),
    )
    const hits = new Array<number>(size).fill(0)
    for (const vector of vectors) {
      const at = nearest(vector, codebook)
      hits[at]!++
      counts[at]! += 1 - decay
      vector.forEach((value, i) => (sums[at]![i]! += (1 - decay) * value))
    }
    const mean = counts.reduce((sum, count) => sum + count) / size
    const dead = counts.map((count) => count < 0.02 * mean)
    if (restart)
      dead.forEach((isDead, i) => {
        if (!isDead) return
        counts[i] = mean
        sums[i] = vectors[i % vectors.length]!.map((value) => value * mean)
      })
    const total = counts.reduce((sum, count) => sum + count)
    const entries = sums.map((sum, i) => {
      const smoothed = ((counts[i]! + 1e-5) / (total + size * 1e-5)) * total
      return sum.map((value) => value / smoothed)
    })
    return { counts, sums, entries, hits, live: 1 - dead.filter(Boolean).length / size }
  }

  const made = (restart: boolean) => bench({ codeWidth, codebookSize: size, decay, restart })

  it('replaces groups by their nearest entries', () => {
    const b = made(false)
    const codebook = table(b.numbers['quantizer.codebook']!, codeWidth)
    const { vectors, entries, indices } = codesOf(b)
    expect(indices).toEqual(vectors.map((vector) => nearest(vector, codebook)))
    expect(new Set(indices).size).toBeGreaterThan(2)
    entries.forEach((entry, i) => expect(entry).toEqual(codebook[indices[i]!]))
    const value = b.kind.codeIndices(b.batch, b.context)
    expect([value.dtype, value.shape]).toEqual(['int64', ['batch', latent / codeWidth]])
  })

  it.each([false, true])('is a running mean of what falls on it (restarts: %s)', (restart) => {
    const b = made(restart)
    for (let step = 0; step < 4; step++) {
      b.numbers['features'] = normals(rows * width, `rows ${step}`)
      const expected = nextCodebook(b, restart)
      const found = b.objective()
      expectClose(found['next.quantizer.counts']!, expected.counts, 1e-6)
      expectClose(found['next.quantizer.sums']!, expected.sums.flat(), 1e-6)
      expectClose(found['next.quantizer.codebook']!, expected.entries.flat(), 1e-6)
      expectClose(found['metric.live']!, [expected.live], 1e-6)
      for (const name of ['counts', 'sums', 'codebook'])
        b.numbers[`quantizer.${name}`] = found[`next.quantizer.${name}`]!
    }
  })

  it('starts dead entries again at codes of the batch', () => {
    const b = made(true)
    b.numbers['quantizer.counts'] = Float64Array.of(1, 1, 1, 1, 1e-9)
    b.numbers['quantizer.codebook']!.fill(90, 4 * codeWidth)
    const { vectors } = codesOf(b)
    const { 'next.quantizer.codebook': next, 'metric.live': live } = b.objective()
    expectClose(next!.subarray(4 * codeWidth), vectors[4]!, 1e-3) // smoothing pulls a little
    expect(live![0]).toBeLessThan(1)
  })

  it('measures the perplexity of its entries', () => {
    const b = made(false)
    const { hits } = nextCodebook(b, false)
    const shares = hits.map((count) => count / (rows * b.kind.groups)).filter((share) => share > 0)
    const entropy = -shares.reduce((sum, share) => sum + share * Math.log(share), 0)
    expectClose(b.objective()['metric.perplexity']!, [Math.exp(entropy)], 1e-6)
    // One entry for all: the perplexity is 1.
    b.numbers['quantizer.codebook']!.fill(90, codeWidth)
    expectClose(b.objective()['metric.perplexity']!, [1], 1e-6)
  })

  it('keeps the encoder near its entries, and itself out of the slopes', () => {
    const b = made(false)
    const { vectors, entries } = codesOf(b)
    const found = b.objective()
    const byGroup = vectors.map((vector, i) => distance(vector, entries[i]!) / codeWidth)
    const expected = table(Float64Array.from(byGroup), b.kind.groups).map(
      (groups) => (0.25 * groups.reduce((sum, value) => sum + value)) / groups.length,
    )
    expectClose(found['part.commitment']!, expected, 1e-6)
  })
})

describe('straight-through slopes', () => {
  /** Slopes of the same loss in which the entries are the encoder's output plus a constant that was measured before. */
  function expectedSlopes(b: Bench & { kind: VectorQuantised }, inner: (codes: g.Value) => g.Value): Numbers {
    const codes = encoderOutput(b)
    const { latent: entries, inside } = b.valuesOf({
      latent: b.kind.encode(b.batch, b.context),
      inside: inner(codes),
    })
    const [shift, still] = ['shift', 'still'].map((name) => g.input(name, 'float32', ['batch', latent])) as [
      g.Value,
      g.Value,
    ]
    const raw = b.kind.decode(g.add(inner(codes), shift), b.context)
    const error = g.mul(g.square(g.sub(raw, b.batch.features)), 0.5)
    const committed = g.mul(g.square(g.sub(codes, still)), b.kind.codebookSize === 5 ? 0.25 : 0)
    const loss = g.add(g.reduceMean(error), g.reduceMean(committed))
    const names = b.kind.parameters.map(({ name }) => name).filter((name) => name.startsWith('encoder.'))
    const slopes = gradients(
      loss,
      names.map((name) => b.context.weight(name)),
    )
    const measured = (values: Float64Array): g.Tensor => g.tensor('float64', [rows, latent], values)
    return b.valuesOf(Object.fromEntries(names.map((name, i) => [name, slopes[i]!])), {
      shift: measured(entries!.map((value, i) => value - inside![i]!)),
      still: measured(entries!),
    })
  }

  function expectSame(b: Bench & { kind: VectorQuantised }, inner: (codes: g.Value) => g.Value): void {
    const found = b.objective()
    for (const [name, slopes] of Object.entries(expectedSlopes(b, inner))) {
      expect(slopes.some((slope) => Math.abs(slope) > 1e-4)).toBe(true)
      expectClose(found[`slope.${name}`]!, slopes, 1e-6)
    }
  }

  it('are those of the entries, with a learned codebook', () => {
    expectSame(bench({ codeWidth: 2, codebookSize: 5, restart: false }), (codes) => codes)
  })

  it('are those of the bounded numbers, with levels', () => {
    const levels = 4
    const half = ((levels - 1) * 1.001) / 2
    const shift = Math.atanh(0.5 / half)
    expectSame(bench({ quantizer: 'fsq', levels: [levels, levels] }), (codes) =>
      g.div(g.sub(g.mul(g.tanh(g.add(codes, shift)), half), 0.5), levels / 2),
    )
  })
})

describe('levels', () => {
  const levels = [2, 3, 8]

  /** The digits that an index stands for, as numbers in [−1, 1]. */
  const entryOf = (index: number): number[] => {
    let rest = index
    return levels.map((count) => {
      const digit = rest % count
      rest = Math.floor(rest / count)
      return (digit - Math.floor(count / 2)) / Math.floor(count / 2)
    })
  }

  it('are all hit, exactly, and nothing else is', () => {
    const b = bench({ quantizer: 'fsq', levels })
    const seen = levels.map(() => new Set<number>())
    for (let draw = 0; draw < 40; draw++) {
      // Large weights drive the code over its whole range.
      b.numbers['features'] = normals(rows * width, `draw ${draw}`).map((value) => value * 3)
      b.numbers['encoder.1.weight'] = normals(8 * latent, `weights ${draw}`)
      const { entries, indices } = codesOf(b)
      entries.forEach((entry, i) => {
        entry.forEach((value, j) => seen[j]!.add(value))
        expect(entry).toEqual(entryOf(indices[i]!))
      })
    }
    expect(seen.map((values) => [...values].toSorted((a, b) => a - b))).toEqual([
      [-1, 0],
      [-1, 0, 1],
      [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75],
    ])
  })

  it('leave 0 at 0', () => {
    const b = bench({ quantizer: 'fsq', levels })
    b.numbers['encoder.1.weight']!.fill(0)
    expect(
      codesOf(b)
        .entries.flat()
        .every((value) => value === 0),
    ).toBe(true)
  })

  it('are counted', () => {
    const b = bench({ quantizer: 'fsq', levels })
    const { indices } = codesOf(b)
    const counts = new Array<number>(48).fill(0)
    for (const index of indices) counts[index]! += 0.01
    const shares = counts.filter((count) => count > 0).map((count) => (count * 100) / indices.length)
    const { 'next.quantizer.counts': next, 'metric.perplexity': perplexity } = b.objective()
    expectClose(next!, counts, 1e-7)
    expectClose(
      perplexity!,
      [Math.exp(-shares.reduce((sum, share) => sum + share * Math.log(share), 0))],
      1e-6,
    )
  })
})

describe('options', () => {
  it.each([
    [{ codeWidth: 4 }, /latent must be a multiple of 4.* got 6; take 8/],
    [{ quantizer: 'fsq', codeWidth: 2, levels: [3] }, /levels must have one number for each of the 2/],
    [{ quantizer: 'fsq', decay: 0.9 }, /option decay belongs to the quantizer ema, got quantizer fsq/],
    [{ levels: [3, 3] }, /option levels belongs to the quantizer fsq, got quantizer ema/],
    [{ quantizer: 'fsq', levels: [256, 256, 2] }, /at most 65536 combinations, got 131072/],
  ] as const)('%j are refused', (options, message) => {
    expect(() => bench(options)).toThrow(message)
    expect(() => bench(options)).toThrow(expect.objectContaining({ code: 'HG_USAGE' }) as Error)
  })

  it('cut the code into groups of up to four numbers', () => {
    expect(bench({}).kind.groups).toBe(2)
    expect(bench({ quantizer: 'fsq' }).kind.codebookSize).toBe(125)
  })
})

describe('diagnosis', () => {
  const { kind } = bench({ codebookSize: 64 })

  it('names the share of idle entries, or a code that is always the same', () => {
    expect(kind.diagnose!({ live: 0.25, perplexity: 9 })).toMatchObject([
      { code: 'HG_CODE_DEAD', message: expect.stringMatching(/75 % of the codebook's 64 entries/) as string },
    ])
    expect(kind.diagnose!({ live: 0.02, perplexity: 1.02 })[0]!.message).toMatch(/perplexity 1.0 of 64/)
    expect(kind.diagnose!({ live: 0.9, perplexity: 30 })).toEqual([])
  })
})
