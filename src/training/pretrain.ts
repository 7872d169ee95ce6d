/**
 * Greedy layer by layer pretraining of deep dense autoencoders: each layer starts as the encoder, and its mirror as the
 * decoder, of an autoencoder with one hidden layer that was trained on the codes of the layers below. The whole network is
 * then trained from there, which train.ts does.
 *
 *     x ──► [W₁ ──► h₁ ──► W₁′] ──► x̂        then   h₁ ──► [W₂ ──► h₂ ──► W₂′] ──► ĥ₁        and so on
 *     all:   x ──► W₁ ──► W₂ ──► … ──► code ──► … ──► W₂′ ──► W₁′ ──► x̂
 *
 * Hinton & Salakhutdinov (2006), "Reducing the dimensionality of data with neural networks"; Bengio et al. (2007), "Greedy
 * layer-wise training of deep networks"; Vincent et al. (2010), section 3.4, for stacked denoising autoencoders.
 */
import { createAutoencoder, type AutoencoderDescription, type FeatureSpace } from '../autoencoders/index.js'
import { HourglassError, randomFor, type OnProgress } from '../base/index.js'
import type { Engine } from '../engine/index.js'
import { graph, input, tensor, type Tensor } from '../graph/index.js'
import { constantWeights } from '../layers/index.js'
import type { TrainingData, TrainingResult, TrainingTask, TrainingWork, Weights } from './options.js'

/** What pretraining works with: an engine, and the training of one layer. */
export interface LayerTrainer {
  readonly engine: Engine
  readonly train: (task: TrainingTask, work: TrainingWork) => Promise<TrainingResult>
}

/** Kinds whose networks can be stacked. */
type Stacked = Extract<
  AutoencoderDescription,
  { kind: 'undercomplete' | 'denoising' | 'contractive' | 'sparse' }
>

/** Rows that are encoded at once. */
const chunkRows = 1024

/**
 * Pretrains every layer for `options.pretrainSteps` steps. Layers are of the task's kind; of the sparse kind they are plain
 * ones, since only its code is sparse. An interruption starts it again when it is resumed, with the same result.
 *
 * @returns first values for the task's parameters by name, as `TrainingTask.initial` takes them
 * @throws HG_USAGE when the autoencoder is no dense stack of a kind that can be pretrained, and what training throws
 */
export async function pretrainStack(
  task: TrainingTask,
  { engine, train }: LayerTrainer,
  work: TrainingWork = {},
): Promise<Weights> {
  const deep = expectStack(task.autoencoder)
  const layers = deep.options.hidden.length + 1
  const initial: Record<string, Float32Array> = {}
  let data = task.data
  for (let layer = 0; layer < layers; layer++) {
    const autoencoder = layerOf(deep, layer, data)
    const seed = randomFor(task.options.seed, `pretraining of layer ${layer}`).uint32()
    const options = { ...task.options, steps: task.options.pretrainSteps, pretrainSteps: 0, seed }
    const { weights } = await train(
      { autoencoder, data, options },
      { signal: work.signal, onProgress: shareOf(layer, layers, work.onProgress) },
    )
    Object.assign(initial, placed(weights, layer, layers))
    if (layer < layers - 1) data = await codesOf(autoencoder, weights, data, engine)
  }
  return fitting(initial, deep)
}

/** @throws HG_USAGE */
function expectStack(autoencoder: TrainingTask['autoencoder']): Stacked {
  const fail = (what: string): never => {
    throw new HourglassError(
      'HG_USAGE',
      `pretraining: layers are trained one by one, but ${what}; set pretrainSteps to 0`,
    )
  }
  if ('objective' in autoencoder)
    return fail(`${autoencoder.kind} is made of functions, which have no description to take layers from`)
  const { kind } = autoencoder
  if (kind !== 'undercomplete' && kind !== 'denoising' && kind !== 'contractive' && kind !== 'sparse')
    return fail(
      `this is done for undercomplete, denoising, contractive and sparse autoencoders, not for ${kind}`,
    )
  const { network = 'dense', hidden } = autoencoder.options
  if (network !== 'dense') return fail(`the network is ${network}, which is no stack of dense layers`)
  if (hidden.length === 0) return fail('this network has one layer, which training trains itself')
  return autoencoder
}

/** The autoencoder with one hidden layer that a layer is pretrained as. */
function layerOf(deep: Stacked, layer: number, data: TrainingData): AutoencoderDescription {
  const { hidden, latent, activation = 'relu', tied, codeActivation } = deep.options
  const last = layer === hidden.length
  const shape = {
    hidden: [],
    latent: hidden[layer] ?? latent,
    activation,
    ...(tied !== undefined && { tied }),
    ...(last ? codeActivation !== undefined && { codeActivation } : { codeActivation: activation }),
  }
  const below = layer === 0 ? firstLayer(deep.options) : upperLayer(activation)
  const space = layer === 0 ? deep.space : codeSpace(hidden[layer - 1]!)
  const common = { ...shape, ...below }
  switch (deep.kind) {
    case 'undercomplete':
    case 'sparse':
      return { kind: 'undercomplete', space, options: common }
    case 'contractive': {
      const { weight, hessianWeight, hessianNoise, hessianSamples } = deep.options
      const penalty = given({ weight, hessianWeight, hessianNoise, hessianSamples })
      return { kind: 'contractive', space, options: { ...common, ...penalty } }
    }
    case 'denoising':
      return { kind: 'denoising', space, options: { ...common, ...noiseOf(deep, layer, data) } }
  }
}

/** The first layer reads and gives back what the whole network does. */
function firstLayer({ readsMask, outputActivation, loss, delta, sigma }: Stacked['options']) {
  return given({ readsMask, outputActivation, loss, delta, sigma })
}

/**
 * A layer above reads codes, and gives back what its mirror in the decoder has to give: numbers that go through the
 * activation. Sigmoid codes are bits, or shares of them, with the loss of bits. Rectified ones are met by a linear output
 * too, since the rectifier can only bring it nearer, and that has no units that start dead.
 */
function upperLayer(activation: NonNullable<Stacked['options']['activation']>) {
  if (activation === 'sigmoid') return { loss: 'bernoulli' as const }
  return activation === 'relu' ? {} : { outputActivation: activation }
}

/**
 * Noise of a denoising layer. Above the first one nothing is told, as the whole network has no such inputs there, and
 * nothing is hidden besides the noise; Gaussian noise is in units of the codes' own deviation.
 */
function noiseOf(deep: Extract<Stacked, { kind: 'denoising' }>, layer: number, data: TrainingData) {
  const { noise = 'gaussian', schedule, noiseRange, hiddenShare, levelInput, maskInput } = deep.options
  const quiet = { scoreLevels: [], ...given({ noise, schedule }) }
  if (layer === 0) return { ...quiet, ...given({ noiseRange, hiddenShare, levelInput, maskInput }) }
  const [low, high] = noiseRange ?? (noise === 'gaussian' ? [0.05, 1.5] : [0.05, 0.5])
  const unit = noise === 'gaussian' ? deviationOf(data) : 1
  const range = [low * unit, high * unit] as const
  return { ...quiet, noiseRange: range, hiddenShare: 0, levelInput: false, maskInput: false }
}

/** Root mean square deviation of features from their means, over training rows; 1 where nothing varies. */
function deviationOf({ features, rows, training }: TrainingData): number {
  const width = features.length / rows
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)]
  for (const row of training) {
    for (let i = 0; i < width; i++) {
      const value = features[row * width + i]!
      sums[i]! += value
      squares[i]! += value * value
    }
  }
  const count = training.length
  const variance =
    squares.reduce((sum, square, i) => sum + square / count - (sums[i]! / count) ** 2, 0) / width
  return variance > 0 ? Math.sqrt(variance) : 1
}

function codeSpace(width: number): FeatureSpace {
  const columns = Array.from({ length: width }, (_, i) => ({ name: `unit ${i}`, start: i, width: 1 }))
  return { width, numericCount: width, columns }
}

/** Every row's code, as data for the next layer. */
async function codesOf(
  description: AutoencoderDescription,
  weights: Weights,
  { rows, features, mask, weights: rowWeights, training, validation }: TrainingData,
  engine: Engine,
): Promise<TrainingData> {
  const autoencoder = createAutoencoder(description)
  const { width, columns } = autoencoder.space
  const batch = {
    features: input('features', 'float32', ['batch', width]),
    ...(mask !== undefined && { mask: input('mask', 'float32', ['batch', columns.length]) }),
  }
  const code = autoencoder.encode(batch, constantWeights(autoencoder.parameters, weights))
  const program = await engine.compile(graph({ code }, { inputs: Object.values(batch) }))
  const codes = new Float32Array(rows * autoencoder.latent)
  try {
    for (let start = 0; start < rows; start += chunkRows) {
      const end = Math.min(rows, start + chunkRows)
      const part = (matrix: Float32Array, size: number): Tensor =>
        tensor('float32', [end - start, size], matrix.subarray(start * size, end * size))
      const found = await program.run({
        features: part(features, width),
        ...(mask !== undefined && { mask: part(mask, columns.length) }),
      })
      codes.set(found['code']!.data as Float32Array, start * autoencoder.latent)
    }
  } finally {
    await program.dispose()
  }
  return {
    rows,
    features: codes,
    training,
    validation,
    ...(rowWeights !== undefined && { weights: rowWeights }),
  }
}

/** A layer's weights under the names that they have in the whole network. */
function placed(weights: Weights, layer: number, layers: number): Weights {
  const named = (name: string): string =>
    name
      .replace(/^encoder\.0\./, `encoder.${layer}.`)
      .replace(/^decoder\.0\./, `decoder.${layers - 1 - layer}.`)
  const own = Object.entries(weights).filter(([name]) => /^(?:en|de)coder\.0\./.test(name))
  return Object.fromEntries(own.map(([name, values]) => [named(name), values]))
}

/** Those of them that the whole network has. */
function fitting(initial: Weights, deep: Stacked): Weights {
  const wanted = createAutoencoder(deep).parameters
  return Object.fromEntries(
    wanted.flatMap(({ name, shape }) => {
      const values = initial[name]
      return values !== undefined && values.length === shape.reduce((a, b) => a * b, 1)
        ? [[name, values]]
        : []
    }),
  )
}

/** Progress of one layer as a share of all. */
function shareOf(layer: number, layers: number, onProgress: OnProgress | undefined): OnProgress | undefined {
  return (
    onProgress &&
    (({ fraction = 0, elapsedSeconds, detail }) =>
      onProgress({
        phase: 'pretraining',
        fraction: (layer + fraction) / layers,
        elapsedSeconds,
        detail: `layer ${layer + 1} of ${layers}${detail === undefined ? '' : `, ${detail}`}`,
      }))
  )
}

/** A record without what is undefined: options that are left out take their defaults. */
function given<T extends Record<string, unknown>>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
