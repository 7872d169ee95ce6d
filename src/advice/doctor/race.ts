/**
 * A short race between architectures: all train for a few steps, the better half for twice as many, the best two for four
 * times as many (successive halving; Jamieson & Talwalkar 2016). The subject's own architecture stays until the end.
 *
 *     own, a, b, c, d ──s──► own, a, c ──2s──► own, c ──4s──► own against c on rows that chose nothing
 *
 * All see the same rows in the same order. They are compared by how often wrong rows stand out (planted-cells.ts), half of
 * the held-out rows choosing who goes on, the other half measuring the last two, so that luck in choosing is not counted.
 */
import { throwIfAborted } from '../../base/index.js'
import { createAutoencoder } from '../../autoencoders/index.js'
import { sizeOf } from '../../graph/index.js'
import type { LearningOptions } from '../../learning/index.js'
import type { Candidate } from './candidates.js'
import type { Patient } from './diagnosis.js'
import { paceOf } from './pace.js'
import { detection, plantRows, type PlantedRows } from './planted-cells.js'
import { estimate, pairedDifference, type Estimate } from './statistics/paired.js'
import type { Subject } from './subject.js'
import { merged } from './training-command.js'
import { trainTrial } from './trial.js'

/** Who runs. */
export interface Runner {
  readonly name: string
  readonly reason: string
  /** All options of its training. */
  readonly learning: LearningOptions
  /** Whether it is the subject's own architecture. */
  readonly own: boolean
}

/** A runner after a round. */
export interface Lap {
  readonly runner: Runner
  readonly steps: number
  readonly seconds: number
  readonly parameters: number
  /** How often wrong rows stand out, on the rows that choose. */
  readonly detection: Estimate
}

/** How it went. */
export interface Race {
  /** Of each round, best first. */
  readonly rounds: readonly (readonly Lap[])[]
  readonly own: Runner
  /** The best other one. */
  readonly best: Runner
  /** How often wrong rows stand out on the rows that chose nothing. */
  readonly ownDetection: Estimate
  readonly bestDetection: Estimate
  /** The best one's less the own one's, row by row. */
  readonly gain: Estimate
  /** Steps of the last round. */
  readonly steps: number
}

/** Rounds, each with twice the steps of the one before, and the fewest and most steps of the first. */
const roundCount = 3
const fewestSteps = 60
const mostSteps = 500

/** Runs the race in about so many seconds. */
export async function race(
  subject: Subject,
  candidates: readonly Candidate[],
  seconds: number,
): Promise<Race> {
  const { patient, learning } = subject
  const own: Runner = { name: 'as it is', reason: 'what is examined', learning, own: true }
  const others = candidates.map((candidate): Runner => ({
    ...candidate,
    learning: merged(learning, candidate.learning),
    own: false,
  }))
  const { choosing, measuring } = halves(patient)
  // All for s steps, half of them for 2s, two for 4s.
  const units = others.length + 1 + 2 * (Math.ceil(others.length / 2) + 1) + 4 * 2
  const pace = await paceOf(patient, learning, seconds / units, { fewest: fewestSteps, most: mostSteps })
  let field: readonly Runner[] = [own, ...others]
  const rounds: (readonly Lap[])[] = []
  let last: readonly { readonly runner: Runner; readonly placements: Float64Array }[] = []
  for (let round = 0; round < roundCount; round++) {
    const steps = pace.steps * 2 ** round
    const laps: Lap[] = []
    const finals: { runner: Runner; placements: Float64Array }[] = []
    for (const runner of field) {
      throwIfAborted(patient.signal, 'architecture: the race')
      const { lap, placements } = await run(patient, runner, steps, pace.threads, {
        choosing,
        ...(round === roundCount - 1 && { measuring }),
      })
      laps.push(lap)
      finals.push({ runner, placements })
    }
    laps.sort((a, b) => b.detection.mean - a.detection.mean)
    rounds.push(laps)
    last = finals
    const kept = round === roundCount - 2 ? 1 : Math.ceil(others.length / 2)
    field = [
      own,
      ...laps
        .map(({ runner }) => runner)
        .filter((runner) => !runner.own)
        .slice(0, kept),
    ]
  }
  const [ownPlacements, bestPlacements] = [
    last.find(({ runner }) => runner.own)!,
    last.find(({ runner }) => !runner.own)!,
  ]
  return {
    rounds,
    own,
    best: bestPlacements.runner,
    ownDetection: estimate(ownPlacements.placements),
    bestDetection: estimate(bestPlacements.placements),
    gain: pairedDifference(bestPlacements.placements, ownPlacements.placements),
    steps: pace.steps * 2 ** (roundCount - 1),
  }
}

/** Planted rows that choose, and others that measure. */
function halves(patient: Patient): { readonly choosing: PlantedRows; readonly measuring: PlantedRows } {
  const { validation } = patient.split
  const [even, odd] = [0, 1].map((rest) => validation.filter((_, i) => i % 2 === rest))
  return {
    choosing: plantRows(patient, even!, patient.seed),
    measuring: plantRows(patient, odd!, patient.seed + 1),
  }
}

/** One runner through one round. @returns placements on the measuring rows where there are some */
async function run(
  patient: Patient,
  runner: Runner,
  steps: number,
  threads: number,
  rows: { readonly choosing: PlantedRows; readonly measuring?: PlantedRows },
): Promise<{ readonly lap: Lap; readonly placements: Float64Array }> {
  const trial = await trainTrial(patient, { ...runner.learning, threads }, { steps })
  const chosen = await detection(patient.machine, trial, rows.choosing)
  const placements =
    rows.measuring === undefined ? chosen : await detection(patient.machine, trial, rows.measuring)
  const { parameters } = createAutoencoder(trial.autoencoder)
  return {
    placements,
    lap: {
      runner,
      steps,
      seconds: trial.record.seconds,
      parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      detection: estimate(chosen),
    },
  }
}
