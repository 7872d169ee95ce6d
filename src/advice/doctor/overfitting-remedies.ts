/**
 * Remedies of overfitting, by trying them: the same training with a smaller network, with weight decay, with dropout, and
 * with noise. A remedy helps when errors of rows that none of the trainings saw fall by a share that matters, row by row
 * and beyond chance.
 *
 * Errors of the same kind compare as they are. A remedy that changes the kind is judged by what both kinds expect in cells
 * that were exchanged (planted-cells.ts), since a wider or noisier network gives clean rows back by other means.
 */
import { throwIfAborted } from '../../base/index.js'
import { createAutoencoder, optionsOf } from '../../autoencoders/index.js'
import type { LearningOptions } from '../../learning/index.js'
import { rowsAt } from './bound.js'
import type { Evidence, Remedy } from './diagnosis.js'
import { plantCells, restoration } from './planted-cells.js'
import { passErrors, scoresBy, usualWeights } from './row-scores.js'
import { pairedDifference, standardErrors, type Estimate } from './statistics/paired.js'
import type { Subject } from './subject.js'
import { merged, retraining } from './training-command.js'
import { trainTrial, type Trial } from './trial.js'

/** A remedy after it was tried. */
export interface TriedRemedy {
  /** In a few words. */
  readonly name: string
  /** Which errors of unseen rows are looked at: of clean rows, or in wrong cells. */
  readonly errors: string
  /** Share by which they fall. */
  readonly gain: Estimate
  readonly helps: boolean
  readonly evidence: Evidence
  readonly remedy: Remedy
}

/** A share of the errors that matters, and how sure it must be: several remedies are tried. */
const gainThatMatters = 0.05
const standardErrorsNeeded = 3.5

/** Decay and dropout that are tried: strong enough to be felt in some thousand steps. */
const decay = 0.3
const dropoutShare = 0.2

/** Remedies that are tried in any case. */
const fewestTried = 2
/** Wrong cells that a comparison of kinds looks at, at least, and the most of one row. */
const wrongCells = 600
const mostOfOneRow = 12

interface Candidate {
  readonly name: string
  readonly sentence: string
  readonly changes: Partial<LearningOptions>
}

/** Tries remedies one after the other while there is time. @param trial the training that is overfitted */
export async function tryRemedies(
  subject: Subject,
  trial: Trial,
  seconds: number,
): Promise<readonly TriedRemedy[]> {
  const { patient, learning, steps } = subject
  const began = performance.now()
  const tried: TriedRemedy[] = []
  for (const { name, sentence, changes } of candidates(subject, trial)) {
    throwIfAborted(patient.signal, 'overfitting: trying remedies')
    const spent = (performance.now() - began) / 1000
    if (tried.length >= fewestTried && spent + spent / tried.length > seconds) break
    const other = await trainTrial(patient, merged(learning, changes), steps === undefined ? {} : { steps })
    const sameKind = trial.autoencoder.kind === other.autoencoder.kind
    const gain = await gainOf(subject, trial, other, sameKind)
    const errors = sameKind ? 'errors of unseen rows' : 'errors in wrong cells of unseen rows'
    tried.push({
      name,
      errors,
      gain,
      helps: gain.mean >= gainThatMatters && standardErrors(gain) >= standardErrorsNeeded,
      evidence: {
        name: `gain by ${name}`,
        value: gain.mean,
        low: gain.low,
        high: gain.high,
        meaning: `share by which ${errors} fall`,
      },
      remedy: retraining(patient, sentence, learning, changes),
    })
  }
  return tried
}

/** What suits the kind of the trial. */
function candidates({ learning }: Subject, { autoencoder }: Trial): readonly Candidate[] {
  const { kind, options } = autoencoder
  const known = optionsOf(kind)
  const { hidden = [], latent } = options as { readonly hidden?: readonly number[]; readonly latent: number }
  const smaller = {
    hidden: hidden.map((width) => Math.max(8, Math.ceil(width / 4))),
    latent: Math.max(Math.min(latent, 4), Math.ceil(latent / 4)),
  }
  const within = (changes: Readonly<Record<string, unknown>>): Partial<LearningOptions> => ({
    kind,
    options: changes,
  })
  const wide = latent > autoencoder.space.width
  const list: Candidate[] = [
    {
      name: 'weight decay',
      sentence: `Draw weights towards zero while training: a weight decay of ${decay}.`,
      changes: { ...within({}), weightDecay: decay },
    },
  ]
  if (kind === 'undercomplete') {
    list.push({
      name: 'noise',
      sentence: 'Train with noise: the denoising kind cannot remember rows that it never sees clean.',
      changes: { kind: 'denoising', options: {} },
    })
  }
  if ('dropout' in known && hidden.length > 0) {
    list.push({
      name: 'dropout',
      sentence: `Drop ${100 * dropoutShare} % of the hidden units while training.`,
      changes: within({ dropout: dropoutShare }),
    })
  }
  list.push({
    name: 'a smaller network',
    sentence: `Train a smaller network: ${smaller.hidden.join(', ')} units around the code.`,
    changes: within(wide ? smaller : { hidden: smaller.hidden }),
  })
  return list.filter(({ changes }) => isPossible(learning, changes, autoencoder))
}

/** Whether the kind takes the changed options; contradictory ones are no remedy. */
function isPossible(
  learning: LearningOptions,
  changes: Partial<LearningOptions>,
  { space, options, kind }: Trial['autoencoder'],
): boolean {
  if (changes.kind !== kind) return true
  const all = { ...options, ...merged(learning, changes).options }
  try {
    createAutoencoder({ kind, space, options: all } as Trial['autoencoder'])
    return true
  } catch {
    return false
  }
}

/** The share by which errors of unseen rows fall. */
async function gainOf(
  { patient }: Subject,
  before: Trial,
  after: Trial,
  sameKind: boolean,
): Promise<Estimate> {
  const errors = sameKind
    ? await rowErrors(patient, before, after)
    : [await restorationOf(patient, before), await restorationOf(patient, after)]
  const [first, second] = errors as [Float64Array, Float64Array]
  const unit = Math.max(1e-12, first.reduce((sum, error) => sum + error, 0) / Math.max(1, first.length))
  const inUnits = (values: Float64Array): Float64Array => values.map((error) => error / unit)
  return pairedDifference(inUnits(first), inUnits(second))
}

/** Mean error of each unseen row in wrong cells, several of each row where there are few rows. */
async function restorationOf({ machine, split, seed, ...patient }: Subject['patient'], trial: Trial) {
  const rows = split.validation.subarray(0, 2000)
  const repeats = Math.min(mostOfOneRow, Math.ceil(wrongCells / rows.length))
  const sums = new Float64Array(rows.length)
  for (let repeat = 0; repeat < repeats; repeat++) {
    const errors = await restoration(machine, trial, plantCells(patient, rows, seed + repeat))
    errors.forEach((error, row) => (sums[row]! += error / repeats))
  }
  return sums
}

/** Weighted errors of unseen rows before and after, in the same units. */
async function rowErrors(
  { machine, ...patient }: Subject['patient'],
  before: Trial,
  after: Trial,
): Promise<readonly Float64Array[]> {
  const rows = rowsAt(patient, patient.split.validation.subarray(0, 2000))
  const [first, second] = [await passErrors(machine, before, rows), await passErrors(machine, after, rows)]
  if (first.scale.length !== second.scale.length) return [new Float64Array(0), new Float64Array(0)]
  const weights = usualWeights(first)
  return [scoresBy(weights, first), scoresBy(weights, second)]
}
