/** Other ways to learn that may explain what a network misses, by trying them for as many steps as it had. */
import { throwIfAborted } from '../../../base/index.js'
import type { LearningOptions } from '../../../learning/index.js'
import type { Patient } from '../diagnosis.js'
import { detection, plantRows } from '../planted-cells.js'
import { pairedDifference, type Estimate } from '../statistics/paired.js'
import { merged } from '../training-command.js'
import { trainTrial, type Trial } from '../trial.js'

/** Something else that was trained. */
export interface Tried {
  readonly name: string
  readonly learning: LearningOptions
  /** In how often wrong rows stand out, against the subject, row by row. */
  readonly gain: Estimate
}

/** Ways that are tried in any case. */
const fewestTried = 2

/**
 * Trains other ways for as many steps as the subject, one after the other while there is time.
 *
 * @param base the subject, trained
 * @returns the best first
 */
export async function tryOthers(
  patient: Patient,
  base: Trial,
  { learning, steps, seconds }: { learning: LearningOptions; steps: number; seconds: number },
): Promise<readonly Tried[]> {
  const began = performance.now()
  const planted = plantRows(patient, patient.split.validation, patient.seed)
  const own = await detection(patient.machine, base, planted)
  const tried: Tried[] = []
  for (const { name, changes } of others(patient, base)) {
    throwIfAborted(patient.signal, 'variability')
    const spent = (performance.now() - began) / 1000
    if (tried.length >= fewestTried && spent + spent / tried.length > seconds) break
    const options = merged(learning, changes)
    const trial = await trainTrial(patient, options, { steps })
    const theirs = await detection(patient.machine, trial, planted)
    tried.push({ name, learning: changes, gain: pairedDifference(theirs, own) })
  }
  return tried.toSorted((a, b) => b.gain.mean - a.gain.mean)
}

/** Noise, twice the capacity in the same kind, a variational code, discrete symbols: what helps most often first. */
function others(
  { preprocessing }: Patient,
  { autoencoder }: Trial,
): readonly { readonly name: string; readonly changes: LearningOptions }[] {
  const { kind, options } = autoencoder
  const { hidden = [], latent = 1 } = options as {
    readonly hidden?: readonly number[]
    readonly latent?: number
  }
  const { width, grid } = preprocessing.layout
  const larger = {
    hidden: hidden.map((units) => Math.min(512, 2 * units)),
    latent: Math.min(512, 2 * latent),
  }
  const layers = {
    hidden: [Math.max(32, Math.min(256, 4 * width))],
    latent: Math.max(2, Math.min(32, Math.ceil(width / 2))),
  }
  const more = { name: 'more capacity', changes: { options: larger } as LearningOptions }
  if (grid !== undefined) return [more]
  const all: { readonly name: string; readonly changes: LearningOptions }[] = [
    {
      name: 'a denoising kind',
      changes: { kind: 'denoising', options: { hidden: [256], latent: 256 } },
    },
    more,
    { name: 'a variational kind', changes: { kind: 'variational', options: layers } },
    { name: 'a code of discrete symbols', changes: { kind: 'vectorQuantised' } },
  ]
  return all.filter(({ changes }) => changes.kind !== kind)
}
