/**
 * The Jacobian of an encoder, J[j][i] = ∂z_j / ∂x_i, as graph: whole, in directions, or only its size. It can be
 * differentiated once more, which penalties on it need.
 *
 *     exact       a row of x for every unit of the code, one-hot seeds, one pass back           [batch, latent, width]
 *     projected   vᵀJ for given directions v in code space, one pass back                       [batch, directions, width]
 *     one layer   z = s(xW + b):  ‖J‖²_F = Σ_j s′(a_j)² Σ_i W_ij², which needs no pass back at all
 *
 * The first two take any encoder of an `Autoencoder`, but no noise: repeated rows would each need their own.
 */
import { gradients } from '../gradient/index.js'
import {
  abs,
  add,
  cast,
  exp,
  expand,
  floats,
  gemm,
  greater,
  minimum,
  mul,
  neg,
  reduceSum,
  reduceSumSquare,
  reshape,
  square,
  squeeze,
  sub,
  unsqueeze,
  where,
  type Value,
} from '../graph/index.js'
import type { ActivationName } from '../layers/index.js'
import { everyRow, type FeatureBatch } from './feature-space.js'

/** `[rows, latent]` out of any number of rows; deterministic. */
export type Encode = (batch: FeatureBatch) => Value

/**
 * The Jacobian of the code with respect to the features of each row.
 *
 * @param latent width of the code
 * @returns `[batch, latent, width]`; it costs what encoding `latent` times the rows does, and a pass back through that
 */
export function jacobianRows(encode: Encode, batch: FeatureBatch, latent: number): Value {
  const identity = Float32Array.from({ length: latent ** 2 }, (_, i) => Number(i % (latent + 1) === 0))
  const directions = reshape(everyRow(batch.features, floats(identity, [1, latent ** 2])), [
    -1,
    latent,
    latent,
  ])
  return projectedJacobian(encode, batch, directions)
}

/**
 * vᵀJ for some directions v in code space. With E[vvᵀ] = I, ‖vᵀJ‖² is an unbiased estimate of ‖J‖²_F (Hutchinson 1990,
 * for the trace of JJᵀ).
 *
 * @param directions `[batch, directions, latent]`
 * @param code of the batch, `[batch, latent]`, where the graph has it already; one direction needs no other
 * @returns `[batch, directions, width]`
 */
export function projectedJacobian(
  encode: Encode,
  batch: FeatureBatch,
  directions: Value,
  code?: Value,
): Value {
  const [, count, latent] = directions.shape as [unknown, number, number]
  const repeated = repeatRows(batch, count)
  const codes = count === 1 && code !== undefined ? code : encode(repeated)
  const [slopes] = gradients(codes, [repeated.features], { seed: reshape(directions, [-1, latent]) })
  return reshape(slopes!, [-1, count, batch.features.shape[1] as number])
}

/** ‖J‖²_F of each row, `[batch]`, from its rows `[batch, rows, width]`. */
export const squaredJacobianNorm = (rows: Value): Value => reduceSumSquare(rows, { axes: [1, 2] })

/** Every row `count` times, one after the other. */
export function repeatRows({ features, mask }: FeatureBatch, count: number): FeatureBatch {
  if (count === 1) return mask === undefined ? { features } : { features, mask }
  const repeated = (rows: Value): Value =>
    reshape(expand(unsqueeze(rows, [1]), [1, count, 1]), [-1, rows.shape[1] as number])
  return { features: repeated(features), ...(mask !== undefined && { mask: repeated(mask) }) }
}

/** s′(a) from h = s(a), for the activations that can be inverted as far as that needs. */
const slopesOfValue: Readonly<Partial<Record<ActivationName, (h: Value) => Value>>> = {
  sigmoid: (h) => sub(h, mul(h, h)),
  tanh: (h) => sub(1, mul(h, h)),
  relu: (h) => cast(greater(h, 0), h.dtype),
  leakyRelu: (h) => where(greater(h, 0), 1, add(mul(h, 0), 0.01)),
  softplus: (h) => sub(1, exp(neg(h))),
  softsign: (h) => square(sub(1, abs(h))),
  /** 1 above zero, eᵃ = h + 1 below. */
  elu: (h) => add(minimum(h, 0), 1),
}

/** Whether `activationSlope` knows an activation: those whose slope follows from their value. */
export const hasActivationSlope = (activation: ActivationName): boolean =>
  activation === 'linear' || Object.hasOwn(slopesOfValue, activation)

/** s′(a) in the shape of h = s(a). Ones for `linear`. */
export function activationSlope(activation: ActivationName, h: Value): Value {
  return slopesOfValue[activation]?.(h) ?? add(mul(h, 0), 1)
}

/**
 * ‖J‖²_F of one layer z = s(xW + b) (Rifai et al. 2011, eq. 7), `[batch]`.
 *
 * @param slopes s′(a), or differences of it, `[batch, latent]`
 * @param matrix W `[width, latent]`, the rows of the features alone
 */
export function oneLayerSquaredNorm(slopes: Value, matrix: Value): Value {
  const lengths = unsqueeze(reduceSum(mul(matrix, matrix), { axes: [0] }), [1])
  return squeeze(gemm(mul(slopes, slopes), lengths), [1])
}
