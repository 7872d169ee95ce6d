/** What other rooms may use of clouds of points. */
export type { Points } from './points.js'
export { nearestNeighbors, type NeighborOptions, type Neighbors } from './neighbors.js'
