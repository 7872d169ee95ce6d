/** What other rooms may use of clouds of points. */
export type { Points } from './points.js'
export { nearestNeighbors, type NeighborOptions, type Neighbors } from './neighbors.js'
export {
  principalComponents,
  project,
  type PrincipalComponents,
  type PrincipalComponentsOptions,
} from './principal-components.js'
export { mapQuality, type MapQuality, type MapQualityOptions } from './map-quality.js'
export { neighborAccuracy, type LabelledMap, type NeighborAccuracyOptions } from './neighbor-accuracy.js'
export {
  maximumLikelihoodDimension,
  twoNearestNeighbors,
  type DimensionEstimate,
  type NeighborRange,
  type TwoNearestOptions,
} from './intrinsic-dimension.js'
export { adjustedRandIndex, normalizedMutualInformation } from './clustering-agreement.js'
export { kMeans, type Clusters, type KMeansOptions } from './k-means.js'
