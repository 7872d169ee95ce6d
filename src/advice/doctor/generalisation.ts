/**
 * Difficulty 8, generalisation: does what is learned hold later, elsewhere, and for new data? Time, groups and drift stand
 * in files of generalisation/; this one has those look that were asked for.
 */
import { formatPlural } from '../../base/index.js'
import { quoted } from './command.js'
import { worst, type Diagnosis, type Examination, type Patient, type Remedy } from './diagnosis.js'
import { examineDrift } from './generalisation/drift.js'
import { examineGroups, trainingsOfGroups } from './generalisation/groups.js'
import type { HoldoutTraining } from './generalisation/holdout.js'
import { examineTime, trainingsOfTime, type Part } from './generalisation/time.js'
import { paceOf } from './pace.js'

/** Steps of each training. */
const fewest = 150
const most = 1500

/** Looks at time, groups and new data. */
export const examineGeneralisation: Examination = async (patient) => {
  const began = performance.now()
  const rows = patient.sampled.length
  const looks = [
    ...(patient.time ? [{ look: examineTime, trainings: trainingsOfTime(rows) }] : []),
    ...(patient.groups ? [{ look: examineGroups, trainings: trainingsOfGroups(rows) }] : []),
    ...(patient.newTable ? [{ look: examineDrift, trainings: 1 }] : []),
  ]
  const seconds = (): number => (performance.now() - began) / 1000
  if (looks.length === 0) return nothingGiven(patient)
  const count = looks.reduce((sum, look) => sum + look.trainings, 0)
  const { learning } = patient
  const pace = await paceOf(patient, learning, (0.8 * patient.budgetSeconds) / count, { fewest, most })
  const training: HoldoutTraining = { learning, steps: pace.steps, threads: pace.threads }
  const parts: Part[] = []
  for (const { look } of looks) parts.push(await look(patient, training))
  const illnesses = parts.flatMap((part) => part.illnesses)
  const reasons = parts.flatMap(({ unknown }) => (unknown === undefined ? [] : [unknown]))
  const told = parts.length - reasons.length
  return {
    difficulty: 'generalisation',
    verdict: told === 0 ? 'unknown' : worst(illnesses.map(({ verdict }) => verdict)),
    summary: summaryOf(
      illnesses.map(({ text }) => text),
      told,
      reasons,
    ),
    illnesses,
    evidence: parts.flatMap(({ evidence }) => evidence),
    charts: parts.flatMap(({ charts }) => charts),
    remedies: [],
    seconds: seconds(),
  } satisfies Diagnosis
}

function summaryOf(texts: readonly string[], told: number, reasons: readonly string[]): string {
  if (texts.length > 0) return texts[0]!
  if (told === 0) return `It could not be told: ${reasons.join(' ')}`
  return ['What is learned holds where it was tried.', ...reasons].join(' ')
}

/** Without time, groups or new data only rows drawn at random could be held out, which says nothing of other worlds. */
function nothingGiven({ readings, paths }: Patient): Diagnosis {
  const candidates = readings.filter(
    ({ kind, distinct }) => kind === 'categorical' && distinct >= 2 && distinct <= 50,
  )
  const remedies: Remedy[] = candidates.slice(0, 2).map(({ name, distinct }) => ({
    text: `If the ${formatPlural(distinct, 'category', 'categories')} of ${name} are groups or sites, hold them out.`,
    command: `hourglass doctor ${paths.data} --only generalisation --group ${quoted(name)}`,
  }))
  return {
    difficulty: 'generalisation',
    verdict: 'unknown',
    summary:
      'It could not be told: name a column of groups (--group) or of time (--time), or give new data (--new).',
    illnesses: [],
    evidence: [],
    charts: [],
    remedies,
    seconds: 0,
  }
}
