/** What other rooms may use of embeddings. In Node, `Embedding` is in node.ts beside this file. */
export type {
  Embedding,
  EmbeddingKind,
  EmbeddingOptions,
  EmbeddingRecord,
  MapPoints,
} from './embedding-types.js'
export { classesOf, fitEmbedding } from './fit.js'
export { neighborMap, type NeighborMapOptions } from './neighbor-map.js'
export { kindFor, mapDefaults } from './plan.js'
export { measure, qualityMeanings, type EmbeddingQuality } from './quality.js'
export { topologicalLoss } from './topology.js'
