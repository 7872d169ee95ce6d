/**
 * One optimiser step over laid-out arrays: the gradient norm when wanted, then one pass that updates everything.
 * The arithmetic on each parameter is in the kernels; here stand the coefficients, which are worked out once a step
 * in float64. Who owns the arrays: parameter-store.ts.
 */
import type { BoundKernels } from './kernels.js'
import type { Layout } from './layout.js'
import type { ResolvedOptions } from './options.js'

/** Byte addresses of a store's arrays. Second moments stand behind AdamW only, averages where asked for. */
export interface ArrayAddresses {
  readonly parameters: number
  readonly gradients: number
  /** AdamW's means of gradients, or SGD's velocities. */
  readonly first: number
  readonly second?: number
  readonly averages?: number
}

/** What a step tells. */
export interface StepResult {
  /** √Σg² over all gradients before clipping; undefined when it was neither needed nor asked for. */
  readonly gradientNorm: number | undefined
  /** False when the norm was not finite and the step therefore changed nothing. */
  readonly applied: boolean
}

/** What one step works on and with. */
export interface StepWork {
  readonly settings: ResolvedOptions
  readonly layout: Layout
  readonly at: ArrayAddresses
  readonly kernels: BoundKernels
  /** 1 at the first step. */
  readonly stepNumber: number
  readonly learningRate: number
  /** What clipping leaves of the gradients, 0 to 1; see `clippedShare`. */
  readonly gradientShare: number
}

/** Updates `length` floats from `offset` on; both multiples of 16. */
type Update = (offset: number, length: number, decays: boolean) => void

// Moments that only decay become subnormal, which makes arithmetic slow, and stay so for ever. Below `tiny` they no
// longer move a weight (epsilon is at least 1e-15), and in 32 steps of beta1 0.9 they cannot fall from it to there.
const tiny = 1e-36
const flushEvery = 32

/** The share of the gradients that clipping leaves, as `torch.nn.utils.clip_grad_norm_` has it. */
export function clippedShare(norm: number, maxGradientNorm: number | undefined): number {
  return maxGradientNorm === undefined ? 1 : Math.min(1, maxGradientNorm / (norm + 1e-6))
}

/** Updates all parameters and, from the second step on, their averages: one pass over each run of the layout. */
export function runStep(work: StepWork): void {
  const { settings, layout } = work
  const update = settings.kind === 'adamw' ? adamwUpdate(settings, work) : sgdUpdate(settings, work)
  update(0, layout.decayed, true)
  update(layout.decayed, layout.total - layout.decayed, false)
}

/** Clears moments too small to matter, at every 32nd step; counted from the first, so that a resumed run agrees. */
export function flushMoments({ layout, at, kernels, stepNumber }: StepWork): void {
  if (stepNumber % flushEvery !== 0) return
  kernels.flushTiny(at.first, layout.total, tiny)
  if (at.second !== undefined) kernels.flushTiny(at.second, layout.total, tiny)
}

/**
 * AdamW's update, with PyTorch's terms rearranged to spare the inner loop multiplications. PyTorch has
 * p ← p(1 − αλ) − α/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε); with the correction c = √(1−β₂ᵗ) on the other side this is
 * p(1 − αλ) − αc/(1−β₁ᵗ) · m / (√v + εc), as Kingma & Ba (2015, end of section 2) propose. The gradient comes in
 * as h = √(1−β₂)·g, so that v ← β₂v + h² and m ← β₁m + (1−β₁)/√(1−β₂)·h.
 */
function adamwUpdate(settings: ResolvedOptions & { kind: 'adamw' }, work: StepWork): Update {
  const { at, kernels, stepNumber, learningRate, gradientShare } = work
  const { beta1, beta2, epsilon, weightDecay } = settings
  const root = Math.sqrt(1 - beta2)
  const correction = Math.sqrt(1 - beta2 ** stepNumber)
  const rate = (learningRate * correction) / (1 - beta1 ** stepNumber)
  const averaging = averagingOf(work)
  return (offset, length, decays) =>
    kernels.adamw(
      at.parameters + 4 * offset,
      at.gradients + 4 * offset,
      at.first + 4 * offset,
      at.second! + 4 * offset,
      length,
      gradientShare * root,
      beta1,
      (1 - beta1) / root,
      beta2,
      decays ? 1 - learningRate * weightDecay : 1,
      rate,
      epsilon * correction,
      ...averaging(offset),
    )
}

/** SGD's update: velocity ← momentum·velocity + g + λp; p ← p − α·velocity (torch.optim.SGD, dampening 0). */
function sgdUpdate(settings: ResolvedOptions & { kind: 'sgd' }, work: StepWork): Update {
  const { at, kernels, learningRate, gradientShare } = work
  const averaging = averagingOf(work)
  return (offset, length, decays) =>
    kernels.sgd(
      at.parameters + 4 * offset,
      at.gradients + 4 * offset,
      at.first + 4 * offset,
      length,
      gradientShare,
      settings.momentum,
      decays ? settings.weightDecay : 0,
      learningRate,
      ...averaging(offset),
    )
}

/** The kernels' last two arguments: where the averages at `offset` lie, or 0, and how far they move. */
function averagingOf({ settings, at, stepNumber }: StepWork): (offset: number) => [number, number] {
  const { averageDecay } = settings
  const { averages } = at
  // The average after one step is that step; the store copies it.
  if (averages === undefined || averageDecay === undefined || stepNumber === 1) return () => [0, 0]
  return (offset) => [averages + 4 * offset, 1 - averageDecay]
}
