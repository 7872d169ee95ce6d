/**
 * A detector at work: runs its graph over the rows of tables. How one is made: fit.ts; the graph: scoring-graph.ts.
 */
import type { TablePreprocessing } from '../data/index.js'
import type { Program } from '../engine/index.js'
import { graph, type Graph, type Tensor } from '../graph/index.js'
import {
  columnSink,
  featuresOf,
  floatsOf,
  runOver,
  weightsIn,
  type LearningMachine,
} from '../learning/index.js'
import type { AnomalyDetector, DetectorRecord, Explanations, Scores } from './detector-types.js'
import type { AutoencoderDescription } from '../autoencoders/index.js'
import type { OutputNames } from './scoring-graph.js'

/** What a detector is made from, and what its model file carries. */
export interface DetectorParts {
  readonly graph: Graph
  readonly outputs: OutputNames
  readonly preprocessing: TablePreprocessing
  readonly record: DetectorRecord
  /** The model file. */
  readonly bytes: Uint8Array
}

/** Puts a detector together. Programs are compiled when they are first needed. */
export function detectorOf(parts: DetectorParts, machine: LearningMachine): AnomalyDetector {
  const { outputs, record } = parts
  const scoresOnly = graph(
    {
      [outputs.score]: parts.graph.outputs[outputs.score]!,
      [outputs.pValue]: parts.graph.outputs[outputs.pValue]!,
      [outputs.isAnomaly]: parts.graph.outputs[outputs.isAnomaly]!,
    },
    { name: 'scores', inputs: parts.graph.inputs },
  )
  const programs = new Map<Graph, Promise<Program>>()
  const programFor = (source: Graph): Promise<Program> => {
    const known = programs.get(source) ?? machine.engine.compile(source)
    programs.set(source, known)
    return known
  }
  return {
    record,
    scoreOnly: async (table, work = {}) => {
      const sink = newScores(table.rowCount)
      const notes = await runOver(
        table,
        parts.preprocessing,
        await programFor(scoresOnly),
        (result, start) => {
          takeScores(sink, result, start, outputs)
        },
        work,
      )
      return { ...sink, notes }
    },
    score: async (table, work = {}) => {
      const sink = newExplanations(table.rowCount, parts)
      const notes = await runOver(
        table,
        parts.preprocessing,
        await programFor(parts.graph),
        (result, start) => {
          takeScores(sink, result, start, outputs)
          sink.contributions.set(floatsOf(result, outputs.contributions), start * record.columns.length)
          sink.latent.set(floatsOf(result, outputs.latent), start * record.latent)
          outputs.expected.forEach((name, i) => sink.expected[i]!.take(result[name]!, start))
        },
        work,
      )
      const columns = record.columns.map(({ name }) => name)
      return { ...sink, columns, expected: sink.expected.map((column) => column.done()), notes }
    },
    trained: () => ({ autoencoder: descriptionOf(parts), weights: weightsIn(parts.graph) }),
    features: (table, work = {}) => featuresOf(table, parts.preprocessing, machine.engine, work),
    toBytes: () => parts.bytes,
    save: (path) => machine.writeFile(path, parts.bytes),
    dispose: async () => {
      for (const program of programs.values()) await (await program).dispose()
      programs.clear()
    },
  }
}

/** The autoencoder that the record describes. */
function descriptionOf({ record, preprocessing }: DetectorParts): AutoencoderDescription {
  const { kind, options } = record
  return { kind, space: preprocessing.layout, options } as unknown as AutoencoderDescription
}

type ScoreArrays = Omit<Scores, 'notes'>

function newScores(rowCount: number): ScoreArrays {
  return {
    rowCount,
    score: new Float32Array(rowCount),
    pValue: new Float32Array(rowCount),
    isAnomaly: new Uint8Array(rowCount),
  }
}

function newExplanations(rowCount: number, { record, preprocessing }: DetectorParts) {
  return {
    ...newScores(rowCount),
    contributions: new Float32Array(rowCount * record.columns.length),
    latent: new Float32Array(rowCount * record.latent),
    expected: preprocessing.layout.columns.map(({ name, kind }) => columnSink(name, kind, rowCount)),
  } satisfies Partial<Record<keyof Explanations, unknown>>
}

function takeScores(
  sink: ScoreArrays,
  result: Readonly<Record<string, Tensor>>,
  start: number,
  names: OutputNames,
): void {
  sink.score.set(floatsOf(result, names.score), start)
  sink.pValue.set(floatsOf(result, names.pValue), start)
  sink.isAnomaly.set(result[names.isAnomaly]!.data as Uint8Array, start)
}
