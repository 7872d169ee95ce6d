// Whether what the doctor advises helps, measured on rows of the same world that neither training has seen: what is learned
// as it was against what is learned as advised.
//
//   advice                                    before                    after
//   a mended table (--fix)                    the sick table            the mended one
//   other options (--fix)                     the options as they were  the advised ones
//   rows of the new time, site or data        the old world's rows      with those rows; measured in the new world
import { applyFixes, fixesOf } from '../../dist/advice/index.js'
import { estimate, pairedDifference } from '../../dist/advice/doctor/statistics/paired.js'
import { knowledgeOf, smallLearning, testRows } from './measure.mjs'

/** @returns what was measured, or nothing where nothing was advised that can be done without a person */
export async function remedyOf(sick, matches, { fresh, seed, difficulty }) {
  const trials = trialsOf(sick, matches, fresh, seed)
  if (trials === undefined) return undefined
  const { test, before, after } = trials
  const [old, mended] = [await knowledgeOf(...before, test), await knowledgeOf(...after, test)]
  if (mended === undefined) return { failed: true }
  // A training that cannot even be done is worse than any that can.
  if (old === undefined) return { gain: 0.5, error: 0, before: 0.5, after: estimate(mended.placements).mean }
  const gain = pairedDifference(mended.placements, old.placements)
  return {
    before: estimate(old.placements).mean,
    after: estimate(mended.placements).mean,
    gain: gain.mean,
    error: gain.error,
    // Errors are in units of the table that was learned from, and other kinds give rows back by other means.
    ...(before[0] === after[0] && {
      ...(old.kind === mended.kind && { fall: fallOf(old.errors, mended.errors) }),
      fallInWrongCells: fallOf(old.inWrongCells, mended.inWrongCells),
    }),
    ...(difficulty === 'cost' && {
      cost: (mended.planned * mended.secondsPerStep) / (old.planned * old.secondsPerStep),
    }),
  }
}

/** Share by which errors fall, and its standard error. */
function fallOf(before, after) {
  const unit = Math.max(1e-12, estimate(before).mean)
  const { mean, error } = pairedDifference(before, after)
  return [mean / unit, error / unit]
}

function trialsOf(sick, matches, fresh, seed) {
  const learning = sick.options?.learning
  const label = sick.options?.label === undefined ? {} : { columns: { [sick.options.label]: 'ignore' } }
  const own = { ...(learning ?? smallLearning), ...label }
  const fixes = fixesOf([{ illnesses: matches, remedies: [] }])
  if (sick.remedied !== undefined) {
    const { before, after, world } = sick.remedied
    const test = testRows(world, seed)
    // Older rows are left out where that was advised: from the rows that there are.
    const mended = fixes.length > 0 ? applyFixes(sick.table, own, fixes).table : after
    return { test, before: [fixes.length > 0 ? sick.table : before, own], after: [mended, own] }
  }
  if (fixes.length === 0) return undefined
  const mended = applyFixes(sick.table, own, fixes)
  const test = testRows(sick.test === undefined ? fresh : sick.test(fresh), seed)
  return { test, before: [sick.table, own], after: [mended.table, mended.learning] }
}
