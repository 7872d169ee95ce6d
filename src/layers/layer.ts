/**
 * What a layer is: the parameters it needs, and a function that writes its part of a graph.
 *
 * A layer holds no weights. Weights come in through the context: graph inputs while training, constants in the
 * model file. So one definition serves both. Randomness comes in the same way: a layer that drops units asks the
 * context for noise, and where there is none (scoring) it does nothing.
 */
import { constant, tensor, type Shape, type Value } from '../graph/index.js'
import type { Initializer } from './initializers.js'

/** One trainable tensor. */
export interface Parameter {
  /** Unique within a network, such as `encoder.0.weight`. */
  readonly name: string
  readonly shape: readonly number[]
  readonly initializer: Initializer
  /**
   * Parameters that name the same stream draw the same random numbers, so that one can start as a copy or as the
   * transpose of another. Default: the parameter's own name.
   */
  readonly stream?: string
  /** Whether weight decay applies: true for weights, false for biases. */
  readonly decay: boolean
  /**
   * True for numbers that no gradient moves: running averages, codebooks, counters. A step's objective says their next
   * values (`Objective.updates`). Default false.
   */
  readonly buffer?: boolean
}

/** Fresh noise for every step of training. Each call declares one more noise input of the step graph. */
export interface NoiseSource {
  /** Standard normal numbers. */
  normal(shape: Shape): Value
  /** Uniform numbers in [0, 1). */
  uniform(shape: Shape): Value
  /** 1 with probability `p`, else 0. */
  bernoulli(p: number, shape: Shape): Value
}

/** What a layer reads besides its input. */
export interface LayerContext {
  /** The value of a parameter. */
  readonly weight: (name: string) => Value
  /** Present while training, absent otherwise. */
  readonly noise?: NoiseSource
  /** Told of every layer's output, where somebody wants to see them. */
  readonly observe?: (layer: string, output: Value) => void
}

/** What a training objective reads. */
export interface TrainingContext extends LayerContext {
  readonly noise: NoiseSource
  /** `[]`, share of the training's steps that are done, 0 to below 1; 1 on held-out rows. Schedules are made of it. */
  readonly progress: Value
}

/** A piece of a network. */
export interface Layer {
  readonly parameters: readonly Parameter[]
  /** Writes the layer into a graph: `[batch, inputs]` to `[batch, outputs]` for dense layers. */
  readonly apply: (x: Value, context: LayerContext) => Value
}

/** Layers one after the other. */
export function sequential(layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    apply: (x, context) => layers.reduce((value, layer) => layer.apply(value, context), x),
  }
}

/** Weights as constants: what a layer is applied with once it is trained. */
export function constantWeights(
  parameters: readonly Pick<Parameter, 'name' | 'shape'>[],
  weights: Readonly<Record<string, Float32Array>>,
): LayerContext {
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]))
  return { weight: (name) => constant(tensor('float32', shapes.get(name)!, weights[name]!)) }
}
