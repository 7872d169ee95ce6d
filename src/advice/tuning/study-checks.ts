/** Whether a study that is there is the one that is meant: its form, its table, its setup. */
import { HourglassError } from '../../base/index.js'
import { studyVersion, type StudyData, type StudySetup } from './study.js'

/** What a study must agree with. */
export interface StudyFacts {
  readonly setup: StudySetup
  readonly data: StudyData
}

/**
 * Compares the row that a file holds of its study with what is asked for.
 *
 * @param row with `version`, `fingerprint`, `source` and `setup`
 * @throws HG_STUDY_INVALID, HG_STUDY_VERSION, HG_STUDY_DATA, HG_STUDY_SETUP
 */
export function expectStudy(
  row: Readonly<Record<string, unknown>> | undefined,
  { setup, data }: StudyFacts,
  path: string,
): void {
  if (row === undefined)
    throw new HourglassError('HG_STUDY_INVALID', `study: ${path} has no study in it; name another file`)
  const version = Number(row['version'])
  if (version !== studyVersion) {
    const remedy =
      version > studyVersion
        ? 'go on with the version of Hourglass that wrote it'
        : 'finish it with the version of Hourglass that wrote it'
    throw new HourglassError(
      'HG_STUDY_VERSION',
      `study: ${path} has form ${version}, and this is form ${studyVersion}; ${remedy}, or name another file`,
    )
  }
  if (row['fingerprint'] !== data.fingerprint) {
    throw new HourglassError(
      'HG_STUDY_DATA',
      `study: ${path} belongs to another table (${String(row['source'])}, as it was then), not to ${data.source} as it is now; ` +
        'give the same data and the same options of reading, or name another file',
    )
  }
  const known = JSON.parse(String(row['setup'])) as StudySetup
  const different = differenceOf(known, setup)
  if (different === undefined) return
  throw new HourglassError(
    'HG_STUDY_SETUP',
    `study: ${path} was begun with ${different}; give the same options, or name another file`,
  )
}

/** The first part of two setups that differs, in words. */
function differenceOf(known: StudySetup, asked: StudySetup): string | undefined {
  const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
  if (!same(known.space, asked.space)) {
    const kinds = kindsOf(known)
    const isKinds = kinds !== undefined && !same(kinds, kindsOf(asked))
    return isKinds ? `--kind ${kinds.join(',')}` : 'another search space'
  }
  const plain = (name: 'metric' | 'seed' | 'sampler'): string | undefined =>
    same(known[name], asked[name]) ? undefined : `${name} ${known[name]}, not ${asked[name]}`
  if (!same(known.epochs, asked.epochs)) return `epochs ${known.epochs ?? 'left to the plan'}`
  if (!same(known.halving, asked.halving)) return `rungs at ${known.halving.rungs.join(', ')} of a training`
  return plain('metric') ?? plain('seed') ?? plain('sampler')
}

function kindsOf({ space }: StudySetup): readonly (string | number)[] | undefined {
  const kind = space.options.find(({ name }) => name === 'kind')
  return kind?.type === 'choice' ? kind.choices : undefined
}
