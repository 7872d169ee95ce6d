/**
 * Does a model give back rows that it has seen instead of the rows it is shown? Rows that it has not seen are
 * reconstructed, and the nearest row to each reconstruction is looked for among as many seen rows as unseen ones:
 *
 *     unseen row x ──► x̂ ──► nearest of { seen rows } ∪ { other unseen rows }: a seen one?     ½ without memory
 *
 * Seen and unseen rows come from the same table, so without memory either is as likely; duplicates and clusters, which
 * make rows near in any case, favour neither. A test of exchangeability in the manner of the authenticity of generated
 * samples (Meehan, Chaudhuri & Dasgupta 2020, "A three sample hypothesis test for evaluating generative models"), with
 * unseen rows on both sides.
 */
import { permutation, randomFor } from '../../base/index.js'
import { probabilities } from '../../autoencoders/index.js'
import { rowsAt, runOver, type Trained } from './bound.js'
import type { Patient } from './diagnosis.js'
import { estimate, type Estimate } from './statistics/paired.js'

/** Most rows on a side, and most products of one comparison: about a second. */
const mostRows = 1000
const mostProducts = 3e8

/**
 * Share of reconstructions of unseen rows whose nearest row is a seen one.
 *
 * @param seen positions in the features that gradients came from
 * @param unseen positions that none came from
 * @returns ½ without memory, ties counted half; of fewer than 4 rows nothing is known (an infinite error)
 */
export async function nearestIsSeen(
  patient: Pick<Patient, 'features' | 'mask' | 'preprocessing' | 'machine' | 'seed'>,
  trained: Trained,
  seen: Int32Array,
  unseen: Int32Array,
): Promise<Estimate> {
  const { space } = trained.autoencoder
  const affordable = Math.floor(Math.sqrt(mostProducts / (2 * space.width)))
  // Each unseen row has all the others to be near to, so there is one seen row fewer.
  const count = Math.min(unseen.length, seen.length + 1, mostRows, affordable)
  if (count < 4) return estimate([])
  const chosen = sample(unseen, count, patient.seed)
  const rows = rowsAt(patient, chosen)
  const known = rowsAt(patient, sample(seen, count - 1, patient.seed + 1))
  const { back } = await runOver(patient.machine, trained, rows, ({ autoencoder, context, batch }) => ({
    back: probabilities(space, autoencoder.forward(batch, context).reconstruction),
  }))
  const shares = Float64Array.from({ length: count }, (_, row) => {
    const point = back!.subarray(row * space.width, (row + 1) * space.width)
    const toSeen = nearest(point, known.features, -1)
    const toUnseen = nearest(point, rows.features, row)
    return toSeen === toUnseen ? 0.5 : Number(toSeen < toUnseen)
  })
  return estimate(shares)
}

/** Squared distance to the nearest of some rows but one. */
function nearest(point: Float32Array, rows: Float32Array, except: number): number {
  const width = point.length
  let least = Infinity
  for (let start = 0, row = 0; start < rows.length; start += width, row++) {
    if (row === except) continue
    let sum = 0
    for (let i = 0; i < width && sum < least; i++) sum += (point[i]! - rows[start + i]!) ** 2
    if (sum < least) least = sum
  }
  return least
}

/** Some of the positions, by chance, ascending. */
function sample(positions: Int32Array, count: number, seed: number): Int32Array {
  const order = permutation(positions.length, randomFor(seed, 'memorisation'))
  return order
    .subarray(0, count)
    .map((at) => positions[at]!)
    .sort()
}
