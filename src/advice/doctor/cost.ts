/**
 * Difficulty 5: what a training costs, foretold on this machine (cost-prediction.ts), and what cheaper setting keeps 95 %
 * of the quality: fewer steps, a narrower network, fewer rows, each tried on a ladder of short trainings (cheaper.ts).
 * Ill: an expensive setting that somebody chose, where a much cheaper one does as well.
 */
import { formatBytes, formatCount, formatDuration, formatPercent } from '../../base/index.js'
import { cheaperSettings, type Cheaper, type Ladder } from './cheaper.js'
import { predictCost, type CostPrediction } from './cost-prediction.js'
import type { Chart, Evidence, Examination, Illness } from './diagnosis.js'
import { onlyFirstFix, withoutFix } from './training-command.js'
import { isChosen, subjectOf, type Subject } from './subject.js'

/** Seconds from which on a training is expensive, and the share and seconds that a cheaper one must save. */
const expensiveSeconds = 120
const savedShare = 0.5
const savedSeconds = 60
/** Memory that is worth a warning. */
const muchMemory = 8e9

/** Looks at the cost. */
export const costExamination: Examination = async (patient) => {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const subject = await subjectOf(patient)
  const cost = await predictCost(subject.patient, subject.learning, subject.steps)
  const left = Math.max(2, 0.9 * (patient.budgetSeconds - seconds()))
  const ladder = await cheaperSettings(subject, cost, left)
  const cheaper = ladder.settings
  const illnesses = [...tooSlow(subject, cost, cheaper), ...tooLarge(cost)]
  const [worst] = illnesses
  return {
    difficulty: 'cost',
    verdict: worst?.verdict ?? 'fine',
    summary: worst?.text ?? summaryOf(cost, ladder),
    illnesses,
    evidence: [...costEvidence(cost), ...cheaper.map(evidenceOf)],
    charts: [partsChart(cost), ...ladderChart(cheaper)],
    remedies: [],
    seconds: seconds(),
  }
}

const keeping = (cheaper: readonly Cheaper[]): readonly Cheaper[] =>
  cheaper.filter(({ keeps }) => keeps).sort((a, b) => a.seconds - b.seconds)

function tooSlow(
  subject: Subject,
  { seconds }: CostPrediction,
  cheaper: readonly Cheaper[],
): readonly Illness[] {
  if (seconds < expensiveSeconds) return []
  const [best] = keeping(cheaper)
  if (best === undefined || best.seconds > savedShare * seconds || seconds - best.seconds < savedSeconds)
    return []
  const chosen = isChosen(subject)
  const remedies = keeping(cheaper).map(({ remedy }) => remedy)
  return [
    {
      code: 'costlier-than-needed',
      verdict: chosen ? 'ill' : 'watch',
      text: `This training takes about ${formatDuration(seconds)}; ${best.name} takes ${formatDuration(best.seconds)} and keeps ${formatPercent(best.quality)} of the quality.`,
      evidence: cheaper.map(evidenceOf),
      remedies: chosen ? onlyFirstFix(remedies) : remedies.map(withoutFix),
    },
  ]
}

function tooLarge({ bytes }: CostPrediction): readonly Illness[] {
  if (bytes < muchMemory) return []
  return [
    {
      code: 'much-memory',
      verdict: 'watch',
      text: `This training needs about ${formatBytes(bytes)} of memory.`,
      evidence: [
        { name: 'memory', value: bytes, unit: 'B', meaning: 'largest resident size of the process' },
      ],
      remedies: [{ text: 'Learn from fewer rows or columns, or on a machine with that much memory.' }],
    },
  ]
}

function costEvidence(cost: CostPrediction): readonly Evidence[] {
  const { seconds, bytes, steps, secondsPerStep, parameters, trainingRows, threads, plan } = cost
  return [
    {
      name: 'time',
      ...{ value: seconds, low: seconds / 1.5, high: seconds * 1.5 },
      unit: 's',
      meaning: 'of a whole fit on this machine, without reading the file; less where it stops early',
    },
    { name: 'memory', value: bytes, unit: 'B', meaning: 'largest resident size of the process, about' },
    {
      name: 'steps',
      value: steps,
      meaning: `of ${plan.training.batchSize} rows, out of ${formatCount(trainingRows)}`,
    },
    {
      name: 'time of a step',
      value: secondsPerStep,
      unit: 's',
      meaning: `measured, on ${threads === 1 ? 'one thread' : `${threads} threads`}`,
    },
    { name: 'parameters', value: parameters, meaning: 'numbers that training fits' },
  ]
}

const evidenceOf = ({ name, quality, low, high, seconds }: Cheaper): Evidence => ({
  name: `quality of ${name}`,
  ...{ value: quality, low, high },
  meaning: `share of how far wrong rows stand out with the longest training tried; the whole fit takes ${formatDuration(seconds)}`,
})

function summaryOf(
  { seconds, bytes, steps }: CostPrediction,
  { settings, steps: tried, tells }: Ladder,
): string {
  const cost = `A fit takes about ${formatDuration(seconds)} and ${formatBytes(bytes)} of memory on this machine.`
  const [best] = keeping(settings)
  if (!tells)
    return `${cost} There was time to try cheaper settings for ${formatCount(tried)} of ${formatCount(steps)} steps, too few to tell; give more with --budget.`
  if (best === undefined || best.seconds > 0.8 * seconds)
    return `${cost} Nothing cheaper that was tried keeps 95 % of the quality.`
  return `${cost} With ${best.name} ${formatDuration(best.seconds)}, and ${formatPercent(best.quality)} of the quality.`
}

function partsChart({ parts }: CostPrediction): Chart {
  return {
    kind: 'bars',
    title: 'Where the time goes',
    x: 'part of the fit',
    y: 'seconds',
    series: [{ name: 'time', x: Object.keys(parts), y: Object.values(parts) }],
  }
}

function ladderChart(cheaper: readonly Cheaper[]): readonly Chart[] {
  if (cheaper.length === 0) return []
  return [
    {
      kind: 'bars',
      title: 'Quality of cheaper settings',
      x: 'setting',
      y: 'share of the quality that is kept',
      series: [
        {
          name: 'quality',
          x: cheaper.map(({ name }) => name),
          y: cheaper.map(({ quality }) => quality),
          low: cheaper.map(({ low }) => low),
          high: cheaper.map(({ high }) => high),
        },
      ],
      marks: [{ axis: 'y', at: 0.95, text: '95 %' }],
    },
  ]
}
