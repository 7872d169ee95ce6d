/**
 * Singular values of the encoder's Jacobian ∂z/∂x at given rows: how strongly the code answers to each independent
 * direction of change in a row. A few large ones and many small ones mean that the encoder follows a surface of few
 * dimensions through the data and is deaf to everything beside it (Rifai et al. 2011, section 5.3).
 */
import { Matrix, SingularValueDecomposition } from 'ml-matrix'
import { jacobianRows, type Encode } from '../autoencoders/index.js'
import type { Engine } from '../engine/index.js'
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
/** Size of the decompositions of all rows together, and of one: a few seconds. A Jacobian beyond it is not looked at. */
const mostWork = 2 ** 28
const mostWorkOfOne = 2 ** 30

/** Singular values of ∂z/∂x at the first rows: at most 8, fewer of large Jacobians, none of those that take minutes. */
export async function jacobianOf(opened: Opened, all: Rows, engine: Engine): Promise<JacobianSummary> {
  const { autoencoder, context } = opened
  const { latent, space } = autoencoder
  const work = latent * space.width * Math.min(latent, space.width)
  const fitting = Math.max(1, Math.floor(mostWork / work))
  const rows = firstRows(all, Math.min(mostRows, fitting))
  if (rows.rows === 0 || work > mostWorkOfOne) return { rows: 0, singularValues: [], norms: [] }
  const { jacobian } = await runOver(rows, opened, engine, (batch) => {
    const encode: Encode = (rowsOf) => autoencoder.encode(rowsOf, context)
    return { jacobian: jacobianRows(encode, batch, latent) }
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
