/**
 * Parts of the rows that may be explained worse than others: the groups that were named, else clusters. A part is judged
 * by what the network leaves over what nearest rows leave, so that one which is noisy by nature is not blamed.
 */
import { kMeans } from '../../../geometry/index.js'
import type { Patient } from '../diagnosis.js'
import { pointsOf, quietly } from '../points.js'

/** One part: the rows of it among those that are measured on. */
export interface RowPart {
  readonly name: string
  /** Positions in the list of measured rows. */
  readonly members: readonly number[]
}

/** Fewest measured rows of a part that is judged, most clusters. */
const fewestRows = 15
const mostClusters = 6
const mostClustered = 3000

/** @param rows positions in the features that are measured on */
export async function partsOf(patient: Patient, rows: Int32Array): Promise<readonly RowPart[]> {
  const names = patient.groups === undefined ? await clusterNames(patient, rows) : groupNames(patient, rows)
  const parts = new Map<string, number[]>()
  names.forEach((name, i) => {
    if (name !== '') parts.set(name, [...(parts.get(name) ?? []), i])
  })
  return [...parts]
    .filter(([, members]) => members.length >= fewestRows)
    .map(([name, members]) => ({ name, members }))
}

const groupNames = ({ groups, sampled }: Patient, rows: Int32Array): readonly string[] =>
  Array.from(rows, (row) => groups!.values[sampled[row]!]!)

/** The nearest centre of each row, of clusters of at most so many rows. */
async function clusterNames(patient: Patient, rows: Int32Array): Promise<readonly string[]> {
  const { cloud } = pointsOf(patient, mostClustered)
  const k = Math.min(mostClusters, Math.floor(cloud.rows / 50))
  if (k < 2) return []
  const { centers } = await kMeans(cloud, k, {
    seed: patient.seed,
    engine: patient.machine.engine,
    restarts: 3,
    ...quietly(patient),
  })
  const { features } = patient
  return Array.from(rows, (row) => {
    let [best, least] = [0, Infinity]
    for (let center = 0; center < k; center++) {
      let square = 0
      for (let f = 0; f < cloud.width; f++)
        square += (features[row * cloud.width + f]! - centers.values[center * cloud.width + f]!) ** 2
      if (square < least) [best, least] = [center, square]
    }
    return `cluster ${best + 1}`
  })
}
