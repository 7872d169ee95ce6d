/** What other rooms may use of embeddings. In Node, `Embedding` is in node.ts beside this file. */
export type {
  Embedding,
  EmbeddingKind,
  EmbeddingOptions,
  EmbeddingRecord,
  MapPoints,
} from './embedding-types.js'
export { fitEmbedding } from './fit.js'
export { laidOutMap, type LaidOutMapOptions } from './laid-out-map.js'
export { layout, type LayoutOptions } from './layout.js'
export { neighborMap, type NeighborMapOptions } from './neighbor-map.js'
export { kindFor, mapDefaults } from './plan.js'
export { linearProbe, type ProbeResult, type ProbeRows } from './linear-probe.js'
export { measurePlaced, type PlacedRows } from './measure-placed.js'
export { measure, qualityMeanings, type EmbeddingQuality } from './quality.js'
export { classesOf } from './requests.js'
export { topologicalLoss } from './topology.js'
