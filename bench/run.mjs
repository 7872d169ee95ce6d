// npm run bench: runs the benchmarks, prints one table a benchmark, and writes what was measured to bench/results.md.
// What each row means: bench/README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { markdownTable, terminalTable } from './lib/table.mjs'

const benchmarks = {
  step: './training-step.mjs',
  kinds: './kinds.mjs',
  job: './whole-job.mjs',
  startup: './start-up.mjs',
  memory: './memory.mjs',
  images: './codec-speed.mjs',
  'image-memory': './codec-memory.mjs',
}

const usage = `npm run bench -- [step] [kinds] [job] [startup] [memory] [images] [image-memory]   (default: step job startup)
  --only NAMES   step: tiny, small, medium, large; kinds: images, colour, vae, iwae, contractive, ensemble
                 image-memory: square, wide, clear, line
  --data FOLDER  with ADBench's npz files, for job; with photographs, for images
  --quick        a fifth of the rounds
  --one-thread   kinds: one thread each, in processor time, for machines that are not quiet
  --no-write     leave results.md as it is
Peers are compared where installed: npm install --prefix bench, and HOURGLASS_PYTHON=python with torch and pyod.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    data: { type: 'string' },
    quick: { type: 'boolean' },
    'one-thread': { type: 'boolean' },
    'no-write': { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

const chosen = positionals.length > 0 ? positionals : ['step', 'job', 'startup']
const unknown = chosen.filter((name) => benchmarks[name] === undefined)
if (values.help || unknown.length > 0) {
  console.error(unknown.length > 0 ? `no benchmark ${unknown.join(', ')}\n${usage}` : usage)
  process.exit(values.help ? 0 : 2)
}

const options = {
  only: values.only?.split(','),
  data: values.data,
  quick: values.quick,
  oneThread: values['one-thread'],
  say: (text) => console.error(text),
}
const resultsFile = new URL('results.md', import.meta.url)
const machine = `${availableParallelism()} cores of ${cpus()[0].model.trim()}, Node ${process.version}`

for (const name of chosen) {
  const { title, run } = await import(benchmarks[name])
  const rows = await run(options)
  if (rows.length === 0) continue
  console.log(`\n${title} (${machine}; best of interleaved rounds)\n${terminalTable(rows)}`)
  if (!values['no-write']) writeSection(title, rows)
}

/** Replaces one benchmark's section of results.md. */
function writeSection(title, rows) {
  const head = '# Measured\n\nWritten by `npm run bench`; what the rows mean stands in README.md.\n'
  let text = head
  try {
    text = readFileSync(resultsFile, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  const sections = text.split(/^(?=## )/m).filter((section) => !section.startsWith(`## ${title}\n`))
  const date = new Date().toISOString().slice(0, 10)
  sections.push(`## ${title}\n\n${date}, ${machine}.\n\n${markdownTable(rows)}\n`)
  writeFileSync(resultsFile, sections.map((section) => section.trimEnd()).join('\n\n') + '\n')
}
