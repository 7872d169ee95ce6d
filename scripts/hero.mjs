// Draws docs/pictures/hero.svg, the README's picture, with the project's own report: the films that `npm start` finds.
// Reads dist/, so build first. Run it again when the report's looks or the detector's defaults change.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = (path) => import(join(root, 'dist', path))
const [{ AnomalyDetector }, { readTable }, { scoreTable }, { detectReport }, { renderHeroPicture }] =
  await Promise.all(
    ['anomaly/node.js', 'data/index.js', 'cli/scoring.js', 'cli/detect-report.js', 'report/index.js'].map(
      dist,
    ),
  )

const films = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data/movies.json')
const table = await readTable(films)
const detector = await AnomalyDetector.fit(table, { seed: 0, threads: 1 })
const silent = { signal: new AbortController().signal, onProgress: () => undefined }
const scored = await scoreTable(silent, detector, table, { top: 20, explainFlagged: false, label: undefined })
const frame = { version: '', command: 'npm start', modelFile: undefined, top: 20 }
writeFileSync(
  join(root, 'docs/pictures/hero.svg'),
  await renderHeroPicture(detectReport(scored, detector.record, frame)),
)
await detector.dispose()
