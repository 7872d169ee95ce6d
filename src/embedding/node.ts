/** Embeddings in Node: `Embedding` with the engine, the files and the worker threads of this process. */
import type { Table } from '../data/index.js'
import { nodeLearning } from '../learning/node.js'
import { loadModel } from '../model-file/node.js'
import { removeCheckpoint } from '../training/node.js'
import { embeddingOf } from './embedding.js'
import type { Embedding as Fitted, EmbeddingOptions } from './embedding-types.js'
import { decodeEmbedding } from './file.js'
import { fitEmbedding } from './fit.js'

/** Learns and loads embeddings. */
export const Embedding = {
  /**
   * Learns an encoder to a few dimensions, and a decoder back.
   *
   * @throws HG_TABLE_TOO_SMALL, HG_COLUMN_TYPE, HG_USAGE, HG_TRAINING_DIVERGED, HG_INTERRUPTED
   * @example
   * const embedding = await Embedding.fit(await readTable('cells.parquet'), { dims: 2 })
   * const { values } = await embedding.transform(await readTable('tomorrow.parquet'))
   */
  fit: async (table: Table, options: EmbeddingOptions = {}): Promise<Fitted> => {
    const fitted = await fitEmbedding(table, options, nodeLearning)
    if (options.checkpoint !== undefined) await removeCheckpoint(options.checkpoint.path)
    return fitted
  },

  /**
   * Loads an embedding from its model file.
   *
   * @throws HG_FILE_MISSING, HG_MODEL_CORRUPT, HG_MODEL_UNSAFE, HG_MODEL_TOO_LARGE, HG_MODEL_FOREIGN, HG_MODEL_VERSION
   */
  load: async (path: string): Promise<Fitted> =>
    embeddingOf(decodeEmbedding(await loadModel(path)), nodeLearning),
}

export type Embedding = Fitted
