/** Options of `embed` and `features`: how data are read for a map, how it is learned, what comes out. */
import { kinds } from './kind-names.js'
import {
  anyText,
  numberBetween,
  oneOf,
  wholeNumber,
  type OptionTable,
  type OptionValues,
} from './option-table.js'
import { learningOptions, readingOptions } from './options.js'

/** Kinds of map, the two that are none of the autoencoders first. */
export const mapKinds = ['neighbors', 'pca', ...kinds] as const

/** What places new rows on a map that was laid out. */
const mapEncoders = ['memory', 'network'] as const

const orientations = ['auto', 'cells-by-genes', 'genes-by-cells'] as const

/** How data are read for a map. */
export const mapReadingOptions = {
  ...readingOptions,
  label: {
    flags: '--label <column>',
    help: 'column of classes, for measures and colours alone; nothing learns from it',
    parse: anyText,
    fallback: 'the one that the file sets apart, else none',
  },
  counts: {
    flags: '--counts',
    help: 'DATA are counts of cells and genes: .h5ad, Matrix Market, sparse .npz, a 10x folder, or a table of them',
  },
  genes: {
    flags: '--genes <n>',
    help: 'with --counts: how many of the most variable genes to keep',
    parse: wholeNumber(2),
    fallback: '2000',
  },
  orientation: {
    flags: '--orientation <way>',
    help: 'with --counts: which way round the file is',
    parse: oneOf(orientations),
    choices: orientations,
    fallback: 'auto',
  },
  metadata: {
    flags: '--metadata <file>',
    help: 'with --counts: table of the cells, whose columns may be a --label',
    parse: anyText,
  },
} as const satisfies OptionTable

const { set, scaling, seed, hidden, epochs, batchSize, learningRate, weightDecay, threads, resume } =
  learningOptions

/** How a map is learned. */
export const mapLearningOptions = {
  dims: {
    flags: '--dims <n>',
    help: 'dimensions of the map',
    parse: wholeNumber(1),
    fallback: '2',
  },
  kind: {
    flags: '--kind <kind>',
    help: 'neighbors keeps neighbourhoods, pca is the linear baseline, a kind of autoencoder gives its latent space',
    parse: oneOf(mapKinds),
    choices: mapKinds,
    fallback: 'neighbors up to 3 dimensions and for counts, else undercomplete',
  },
  neighbors: {
    flags: '--neighbors <k>',
    help: 'neighbors: neighbours of each row',
    parse: wholeNumber(2),
    fallback: '15',
  },
  exaggeration: {
    flags: '--exaggeration <x>',
    help: 'neighbors: how strongly neighbours attract, 1 as in t-SNE, 4 to 10 for looser pictures like those of UMAP',
    parse: numberBetween(0, Infinity),
    fallback: '1',
  },
  encoder: {
    flags: '--encoder <way>',
    help: 'neighbors in two dimensions: memory places new rows by the rows laid out, network learns their places (small file)',
    parse: oneOf(mapEncoders),
    choices: mapEncoders,
    fallback: 'memory; network with --topology',
  },
  topology: {
    flags: '--topology <x>',
    help: 'neighbors: weight of the topological regulariser',
    parse: numberBetween(0, Infinity, true),
    fallback: '0',
  },
  holdOut: {
    flags: '--hold-out <share>',
    help: 'share of rows held out to measure the map on, 0 to 0.5',
    parse: numberBetween(0, 0.5000001, true),
    fallback: '0.1',
  },
  set,
  scaling,
  seed,
  hidden,
  epochs,
  batchSize: { ...batchSize, fallback: 'by the kind' },
  learningRate: { ...learningRate, fallback: 'by the kind' },
  weightDecay: { ...weightDecay, fallback: 'by the kind' },
  threads,
  resume,
} as const satisfies OptionTable

/** Another table to learn from, or a model that is there already. */
export const mapSourceOptions = {
  train: {
    flags: '--train <rows>',
    help: 'learn from these rows, and place those of DATA, which it has not seen',
    parse: anyText,
    fallback: 'DATA itself',
  },
  with: {
    flags: '--with <model>',
    help: 'learn nothing: place the rows with this model (.onnx)',
    parse: anyText,
  },
} as const satisfies OptionTable

/** What a map writes. */
export const mapOutputs = {
  out: {
    flags: '--out <file>',
    help: 'write the points here, columns z0, z1, …, one row for each of DATA: .csv, .parquet or .jsonl (- for CSV)',
    parse: anyText,
  },
  plot: {
    flags: '--plot <file>',
    help: 'write the map here: .html to explore, .svg or .png for papers (two dimensions)',
    parse: anyText,
  },
  model: {
    flags: '--model <file>',
    help: 'write the model here, as .onnx (- for standard output)',
    parse: anyText,
  },
} as const satisfies OptionTable

const { label, ...otherReading } = mapReadingOptions
const { dims, kind, holdOut, ...otherLearning } = mapLearningOptions

/** Options of `features`, which differ from those of `embed` in what they say and what holds by default. */
export const featuresTables = {
  reading: {
    label: { ...label, help: 'column of classes, for the linear probe alone; nothing else learns from it' },
    ...otherReading,
  },
  learning: {
    dims: { ...dims, help: 'features of each row', fallback: '64' },
    kind: {
      ...kind,
      help: 'kind of autoencoder whose code is the features',
      fallback: 'sparse',
    },
    set: otherLearning.set,
    holdOut,
    scaling: otherLearning.scaling,
    seed: otherLearning.seed,
    hidden: otherLearning.hidden,
    epochs: otherLearning.epochs,
    batchSize: otherLearning.batchSize,
    learningRate: otherLearning.learningRate,
    weightDecay: otherLearning.weightDecay,
    threads: otherLearning.threads,
    resume: otherLearning.resume,
  },
  outputs: {
    out: {
      ...mapOutputs.out,
      help: 'write the features here, columns f0, f1, …, one row for each of DATA: .csv, .parquet or .jsonl (- for CSV)',
    },
    model: mapOutputs.model,
  },
} as const satisfies Readonly<Record<string, OptionTable>>

/** Options of `features`. */
export type FeaturesOptions = OptionValues<
  typeof featuresTables.reading &
    typeof featuresTables.learning &
    typeof mapSourceOptions &
    typeof featuresTables.outputs
>
/** Options of `embed`. */
export type EmbedOptions = OptionValues<
  typeof mapReadingOptions & typeof mapLearningOptions & typeof mapSourceOptions & typeof mapOutputs
>
/** Options of reading for a map. */
export type MapReadingOptions = OptionValues<typeof mapReadingOptions>
