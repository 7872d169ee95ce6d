// Illnesses of the model: options of a training that do not suit the table, at three strengths. The table stays as it is,
// or is cut to fewer rows; what is planted are the options of learning.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { selectRows } from '../../../dist/data/index.js'
import { numberNames } from './input.mjs'

/** Share of the variance that must stand out above the noise for there to be something to learn. */
const leastShared = 0.3

/** Principal components that carry a share of the variance above the noise of the scaled columns of numbers, and how many columns there are. */
function structureOf(table, share = 0.9) {
  const names = new Set(numberNames(table))
  const columns = table.columns.filter(({ name }) => names.has(name)).slice(0, 60)
  if (columns.length < 6) return undefined
  const rows = Math.min(table.rowCount, 500)
  const scaled = columns.map(({ values }) => {
    const known = Array.from({ length: rows }, (_, row) => values[row]).map((x) => (Number.isNaN(x) ? 0 : x))
    const mean = known.reduce((a, b) => a + b, 0) / rows
    const deviation = Math.sqrt(known.reduce((a, b) => a + (b - mean) ** 2, 0) / rows) || 1
    return known.map((x) => Math.max(-4, Math.min(4, (x - mean) / deviation)))
  })
  const matrix = new Matrix(scaled)
  const { realEigenvalues } = new EigenvalueDecomposition(matrix.mmul(matrix.transpose()).div(rows), {
    assumeSymmetric: true,
  })
  const sorted = [...realEigenvalues].sort((a, b) => b - a)
  const noise = sorted[Math.floor(0.75 * sorted.length)]
  const values = sorted.map((value) => Math.max(0, value - noise))
  const total = values.reduce((a, b) => a + b, 0)
  // By chance alone the eigenvalues of unrelated columns differ, too.
  if (total < leastShared * sorted.reduce((a, b) => a + b, 0)) return undefined
  let [sum, count] = [0, 0]
  while (sum < share * total) sum += values[count++]
  return { needed: count, columns: columns.length }
}

const structured = (least, most) => (table) => {
  const structure = structureOf(table)
  return structure !== undefined && structure.needed >= least && structure.needed <= most * structure.columns
}

const by = (strength, faint, moderate, clear) => ({ faint, moderate, clear })[strength]
const undercomplete = (options, more = {}) => ({
  learning: { kind: 'undercomplete', options, batchSize, ...more },
})

const denoising = (hidden, epochs) => ({
  learning: { kind: 'denoising', options: { hidden, latent: hidden.at(-1) }, batchSize, epochs },
})

/** Rows of a step in all cases: few, so that hundreds of trainings can be afforded. */
export const batchSize = 64

/** Passes over the rows for so many steps of the usual size. */
const epochsOf = ({ rowCount }, steps) =>
  Math.max(1, Math.round(steps / Math.ceil((0.72 * rowCount) / batchSize)))

/** Every plant: the code it should be found under, where it can be planted, and how. */
export const modelPlants = [
  {
    code: 'code-too-narrow',
    difficulty: 'bottleneck',
    fits: structured(4, 0.7),
    plant: (table, strength) => {
      const { needed } = structureOf(table)
      const latent = by(
        strength,
        Math.round(needed * 0.6),
        Math.round(needed * 0.4),
        Math.round(needed * 0.25),
      )
      return { table, options: undercomplete({ hidden: [64], latent: Math.max(1, latent) }) }
    },
  },
  {
    code: 'code-too-wide',
    difficulty: 'bottleneck',
    fits: structured(2, 0.5),
    plant: (table, strength) => {
      const { needed, columns } = structureOf(table)
      const latent = by(strength, Math.round((needed + columns) / 2), columns, 2 * columns)
      return { table, options: undercomplete({ hidden: [128], latent }) }
    },
  },
  {
    code: 'overfitted',
    difficulty: 'overfitting',
    fits: (table) => table.rowCount >= 100 && structured(2, 0.7)(table),
    plant: (table, strength, random) => {
      const rows = by(strength, 240, 160, 100)
      const start = random.below(Math.max(1, table.rowCount - rows))
      const cut = selectRows(
        table,
        Int32Array.from({ length: Math.min(rows, table.rowCount) }, (_, i) => start + i),
      )
      const { needed } = structureOf(table)
      const hidden = by(strength, [64, 64], [128, 128], [256, 256])
      return {
        table: cut,
        options: undercomplete(
          { hidden, latent: 2 * needed },
          { epochs: epochsOf(cut, 2000), weightDecay: 0 },
        ),
      }
    },
  },
  {
    code: 'architecture-beaten',
    difficulty: 'architecture',
    fits: structured(4, 0.8),
    plant: (table, strength) => ({
      table,
      options: undercomplete({ hidden: by(strength, [8], [4], [2]), latent: by(strength, 2, 1, 1) }),
    }),
  },
  {
    name: 'deep-and-thin',
    code: 'architecture-beaten',
    difficulty: 'architecture',
    fits: structured(4, 0.8),
    plant: (table, strength) => ({
      table,
      options: undercomplete({
        hidden: by(strength, [12, 8], [8, 6, 4], [6, 4, 3, 3]),
        latent: by(strength, 4, 3, 2),
      }),
    }),
  },
  {
    code: 'learning-rate-too-low',
    difficulty: 'hyper-parameters',
    fits: structured(2, 0.8),
    plant: (table, strength) => ({
      table,
      options: undercomplete(
        { hidden: [64], latent: structureOf(table).needed },
        { learningRate: by(strength, 1e-4, 3e-5, 1e-5) },
      ),
    }),
  },
  {
    code: 'learning-rate-too-high',
    also: ['training-diverges'],
    difficulty: 'hyper-parameters',
    fits: structured(2, 0.8),
    plant: (table, strength) => ({
      table,
      options: undercomplete(
        { hidden: [64, 32], latent: structureOf(table).needed },
        { learningRate: by(strength, 0.05, 0.15, 0.4) },
      ),
    }),
  },
  {
    code: 'too-few-steps',
    // A higher rate does in few steps what more steps would.
    also: ['learning-rate-too-low'],
    difficulty: 'hyper-parameters',
    fits: structured(2, 0.8),
    plant: (table, strength) => ({
      table,
      options: undercomplete(
        { hidden: [64], latent: structureOf(table).needed },
        { epochs: epochsOf(table, by(strength, 400, 200, 60)) },
      ),
    }),
  },
  {
    name: 'too-large',
    code: 'costlier-than-needed',
    difficulty: 'cost',
    fits: structured(2, 0.8),
    plant: (table, strength) => ({
      table,
      options: denoising([128, 128], epochsOf(table, by(strength, 50_000, 100_000, 500_000))),
    }),
  },
  {
    name: 'too-long',
    code: 'costlier-than-needed',
    difficulty: 'cost',
    fits: structured(2, 0.8),
    plant: (table, strength) => ({
      table,
      options: denoising([64], epochsOf(table, by(strength, 250_000, 500_000, 2_000_000))),
    }),
  },
]
