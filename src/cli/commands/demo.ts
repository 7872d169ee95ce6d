/**
 * `hourglass demo`: `detect` on a real table that comes with the vega-datasets package, with every output. It takes
 * the same path as anybody's table.
 */
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { HourglassError, messageOf } from '../../base/index.js'
import type { DetectResult } from '../results.js'
import type { Session } from '../session.js'
import { detect } from './detect.js'

const folder = 'hourglass-demo'

/** Runs the demo in the current folder. */
export async function demo(session: Session): Promise<DetectResult> {
  const films = filmsPath()
  const { program } = session.io
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    const message = `demo: cannot make the folder ${folder} here (${messageOf(error)}); run it in a folder of your own`
    throw new HourglassError('HG_OUTPUT_UNWRITABLE', message, { cause: error })
  })
  const model = `${folder}/model.onnx`
  const result = await detect(session, films, {
    model,
    out: `${folder}/scores.csv`,
    report: `${folder}/report.html`,
  })
  session.answer(
    [
      '',
      'try next:',
      `  ${program} inspect ${model}`,
      `  ${program} score ${films} --model ${model} --top 3`,
      `  ${program} detect YOUR-TABLE.csv --report report.html`,
    ].join('\n'),
  )
  return { ...result, command: 'demo' }
}

/** The films in the vega-datasets package, which exports its entry point but not its data files. */
function filmsPath(): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets')
  return relative('', join(dirname(entry), '..', 'data', 'movies.json'))
}
