/**
 * The parameter store: parameters, gradients and optimiser state in one WebAssembly memory, and the step that
 * updates them. ONNX Runtime reads parameters from the views handed out here and writes gradients into them, so
 * nothing is copied in between. Where things lie: layout.ts. The step's arithmetic: step.ts.
 */
import { HourglassError } from '../../base/index.js'
import type { Kernels } from './kernels.js'
import { layOut, reserve, wholeLines, type Layout, type ParameterSize, type Place } from './layout.js'
import { checkLearningRate, resolveOptions, type OptimizerOptions, type ResolvedOptions } from './options.js'
import { restoreArrays, snapshotArrays, type StoreArrays, type StoreSnapshot } from './snapshot.js'
import { clippedShare, flushMoments, runStep, type ArrayAddresses, type StepResult } from './step.js'
import type { WasmMemory } from './webassembly.js'

/** What a store is made of. */
export interface ParameterStoreOptions {
  /** The parameters; views come by name. */
  readonly sizes: readonly ParameterSize[]
  readonly optimizer: OptimizerOptions
  /** `loadKernels()` in Node, `wasmKernels(bytes)` in a browser, `referenceKernels` for the plain twin. */
  readonly kernels: Kernels
  /** Float32 numbers of free space for the caller in the same memory; default 0. */
  readonly scratchFloats?: number
}

/** Settings of a single step. */
export interface StepOptions {
  /** At least 0; schedules change it from step to step. */
  readonly learningRate: number
  /** Also measure the gradient norm where clipping does not need it (costs a tenth of the step); default false. */
  readonly measureNorm?: boolean
}

/** Parameters with their optimiser. All views stay valid for the store's life and start on a cache line. */
export interface ParameterStore {
  /** The parameter names, in the order of `sizes`. */
  readonly names: readonly string[]
  /** All parameters in one array, for reading; zeros between them. */
  readonly parameters: Float32Array
  /** All gradients in one array, in the same places; what lies between them must stay zero. */
  readonly gradients: Float32Array
  /** Where each parameter lies in both, in floats. */
  readonly places: ReadonlyMap<string, Place>
  /** The parameter's values, for reading and writing; zero at first. @throws HG_USAGE for an unknown name */
  parameter(name: string): Float32Array
  /** Where the next step expects the parameter's gradient; a step never writes here. @throws HG_USAGE for an unknown name */
  gradient(name: string): Float32Array
  /** The moving average of the parameter; zero before the first step. @throws HG_USAGE for an unknown name, or without `averageDecay` */
  average(name: string): Float32Array
  /** The caller's free space. */
  readonly scratch: Float32Array
  /** Steps applied so far. */
  readonly stepCount: number
  /**
   * Updates the parameters from the gradients. With clipping or `measureNorm`, gradients that hold NaN or infinity
   * (or sum beyond float32: |g| > 1.8e19) leave everything as it was: the result says `applied: false`.
   *
   * @throws HG_USAGE when the learning rate is negative or not finite
   */
  step(options: StepOptions): StepResult
  /** A copy of everything that later steps depend on. */
  snapshot(): StoreSnapshot
  /** Goes back to a snapshot of a store with the same parameters and kind; later steps repeat bit for bit. @throws HG_CHECKPOINT_INVALID */
  restore(snapshot: StoreSnapshot): void
}

/**
 * Makes a store with all values zero.
 *
 * @throws HG_USAGE when sizes or options are invalid or do not fit into 4 GiB
 * @example
 * const store = createParameterStore({
 *   sizes: [{ name: 'weight', length: 32, decay: true }, { name: 'bias', length: 4, decay: false }],
 *   optimizer: { kind: 'adamw', weightDecay: 0.05, maxGradientNorm: 1 },
 *   kernels: loadKernels(),
 * })
 * store.gradient('bias').fill(0.5)
 * const { gradientNorm } = store.step({ learningRate: 1e-3 }) // 1
 */
export function createParameterStore(options: ParameterStoreOptions): ParameterStore {
  const settings = resolveOptions(options.optimizer)
  const layout = layOut(options.sizes)
  const names = options.sizes.map((size) => size.name)
  const { memory, at, arrays, scratch } = allocate(layout, settings, options.scratchFloats ?? 0)
  const kernels = options.kernels.bind(memory)
  const view = (array: Float32Array, name: string) => viewOf(array, layout, name)
  const { averages } = arrays
  const { maxGradientNorm } = settings
  let stepCount = 0

  const step = ({ learningRate, measureNorm = false }: StepOptions): StepResult => {
    checkLearningRate(learningRate)
    const normNeeded = measureNorm || maxGradientNorm !== undefined
    const gradientNorm = normNeeded ? Math.sqrt(kernels.squaredNorm(at.gradients, layout.total)) : undefined
    if (gradientNorm !== undefined && !Number.isFinite(gradientNorm)) return { gradientNorm, applied: false }
    const gradientShare = clippedShare(gradientNorm ?? 0, maxGradientNorm)
    stepCount++
    const work = { settings, layout, at, kernels, stepNumber: stepCount, learningRate, gradientShare }
    runStep(work)
    flushMoments(work)
    if (stepCount === 1) averages?.set(arrays.parameters) // the average of one step is that step
    return { gradientNorm, applied: true }
  }

  return {
    names,
    scratch,
    parameters: arrays.parameters,
    gradients: arrays.gradients,
    places: layout.places,
    parameter: (name) => view(arrays.parameters, name),
    gradient: (name) => view(arrays.gradients, name),
    average(name) {
      if (averages !== undefined) return view(averages, name)
      throw new HourglassError('HG_USAGE', 'parameter store: no average is kept; set averageDecay')
    },
    get stepCount() {
      return stepCount
    },
    step,
    snapshot: () => snapshotArrays({ kind: settings.kind, stepCount, names, arrays, layout }),
    restore(snapshot) {
      restoreArrays(snapshot, { kind: settings.kind, names, arrays, layout })
      stepCount = snapshot.stepCount
    },
  }
}

interface Allocation {
  readonly memory: WasmMemory
  readonly at: ArrayAddresses
  readonly arrays: StoreArrays
  readonly scratch: Float32Array
}

function allocate(layout: Layout, settings: ResolvedOptions, scratchFloats: number): Allocation {
  if (!Number.isSafeInteger(scratchFloats) || scratchFloats < 0) {
    throw new HourglassError(
      'HG_USAGE',
      `parameter store: scratchFloats must be a whole number, got ${scratchFloats}`,
    )
  }
  const { total } = layout
  const secondFloats = settings.kind === 'adamw' ? total : 0
  const averageFloats = settings.averageDecay === undefined ? 0 : total
  const lengths = [total, total, total, secondFloats, averageFloats, wholeLines(scratchFloats)]
  const { memory, addresses } = reserve(lengths)
  const [parameters, gradients, first, second, averages, scratch] = addresses as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const floats = (address: number, length = total) => new Float32Array(memory.buffer, address, length)
  return {
    memory,
    at: {
      parameters,
      gradients,
      first,
      ...(secondFloats > 0 && { second }),
      ...(averageFloats > 0 && { averages }),
    },
    arrays: {
      parameters: floats(parameters),
      gradients: floats(gradients),
      first: floats(first),
      ...(secondFloats > 0 && { second: floats(second) }),
      ...(averageFloats > 0 && { averages: floats(averages) }),
    },
    scratch: floats(scratch, scratchFloats),
  }
}

function viewOf(array: Float32Array, { places }: Layout, name: string): Float32Array {
  const place = places.get(name)
  if (place !== undefined) return array.subarray(place.start, place.start + place.length)
  const known = [...places.keys()].join(', ')
  throw new HourglassError('HG_USAGE', `parameter store: no parameter ${name}; there are ${known}`)
}
