/**
 * Singular values of the encoder's Jacobian ∂z/∂x at given rows: how strongly the code answers to each independent
 * direction of change in a row. A few large ones and many small ones mean that the encoder follows a surface of few
 * dimensions through the data and is deaf to everything beside it (Rifai et al. 2011, section 5.3).
 */
import { Matrix, SingularValueDecomposition } from 'ml-matrix'
import type { Engine } from '../engine/index.js'
import { gradients } from '../gradient/index.js'
import { add, constant, floats, mul, reshape, slice, tensor, unsqueeze, type Value } from '../graph/index.js'
import { firstRows, runOver, type Opened, type Rows } from './trained.js'

/** The Jacobian at some rows. */
export interface JacobianSummary {
  readonly rows: number
  /** `[rows, min(latent, width)]`, descending in each row. */
  readonly singularValues: readonly (readonly number[])[]
  /** Frobenius norm at each row. */
  readonly norms: readonly number[]
}

/** Rows looked at: each takes a decomposition. */
const mostRows = 8
/** Numbers in the Jacobians of all rows together, at most. */
const mostNumbers = 2 ** 24

/** Singular values of ∂z/∂x at the first rows, as many as memory allows. */
export async function jacobianOf(opened: Opened, all: Rows, engine: Engine): Promise<JacobianSummary> {
  const { autoencoder, context } = opened
  const { latent, space } = autoencoder
  const fitting = Math.max(1, Math.floor(mostNumbers / (latent * space.width)))
  const rows = firstRows(all, Math.min(mostRows, fitting))
  if (rows.rows === 0) return { rows: 0, singularValues: [], norms: [] }
  const { jacobian } = await runOver(rows, opened, engine, ({ features, mask }) => {
    const repeated = repeatRows(features, latent)
    const code = autoencoder.encode(
      { features: repeated, ...(mask && { mask: repeatRows(mask, latent) }) },
      context,
    )
    const [slopes] = gradients(code, [repeated], { seed: oneUnitEach(code, latent) })
    return { jacobian: slopes! }
  })
  const slopes = jacobian!.data as Float32Array
  const size = latent * space.width
  const singularValues = Array.from({ length: rows.rows }, (_, row) =>
    decomposed(slopes.subarray(row * size, (row + 1) * size), latent, space.width),
  )
  const norms = singularValues.map((values) => Math.hypot(...values))
  return { rows: rows.rows, singularValues, norms }
}

function decomposed(slopes: Float32Array, latent: number, width: number): readonly number[] {
  const matrix = new Matrix(
    Array.from({ length: latent }, (_, unit) => slopes.subarray(unit * width, (unit + 1) * width)),
  )
  return new SingularValueDecomposition(matrix, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  }).diagonal
}

/** Each row `count` times, one after the other: `[batch, n]` to `[batch · count, n]`. */
function repeatRows(x: Value, count: number): Value {
  const width = x.shape[1] as number
  const ones = constant(floats(new Float32Array(count).fill(1), [1, count, 1]))
  return reshape(mul(unsqueeze(x, [1]), ones), [-1, width])
}

/** A seed that asks row i for the slope of code unit i mod `latent`. */
function oneUnitEach(code: Value, latent: number): Value {
  const eye = new Float32Array(latent * latent)
  for (let unit = 0; unit < latent; unit++) eye[unit * latent + unit] = 1
  const perRow = reshape(code, [-1, latent, latent])
  const zero = mul(slice(perRow, [{ axis: 1, start: 0, end: 1 }]), 0)
  return reshape(add(zero, constant(tensor('float32', [1, latent, latent], eye))), [-1, latent])
}
