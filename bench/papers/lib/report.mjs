// Options of the scripts, tables of published and obtained figures, and results.md, which the runs themselves write.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const resultsFile = fileURLToPath(new URL('../results.md', import.meta.url))

/** Options that every script has, and those of one script, as for `parseArgs` of Node. */
export function readOptions(own = {}) {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      seed: { type: 'string', default: '0' },
      threads: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      checkpoints: { type: 'string' },
      results: { type: 'string', default: resultsFile },
      ...own,
    },
  })
  return { ...values, seed: Number(values.seed), threads: Number(values.threads) }
}

/** Ends with a hint when the folder of the data is not named. */
export function dataFolder({ data }) {
  if (data !== undefined) return data
  console.error('give --data FOLDER, with the four IDX files of MNIST as their authors publish them')
  process.exit(1)
}

/** The command that is running, as a reader would repeat it; folders of this machine left out. */
export function command() {
  const script = process.argv[1].slice(process.argv[1].lastIndexOf('bench/'))
  const words = process.argv.slice(2)
  const isPath = (i) => ['--data', '--fashion', '--checkpoints', '--results'].includes(words[i - 1])
  return ['node', script, ...words.map((word, i) => (isPath(i) ? 'FOLDER' : word))].join(' ')
}

/** Wall time and processor time since the call, as text. */
export function stopwatch() {
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 }
  }
}

/** Seconds as minutes, or as they are when few. */
export const minutes = (seconds) =>
  seconds < 90 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`

/** A table in Markdown; the first row is the heading. */
export function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(3, ...rows.map((row) => String(row[i] ?? '').length)))
  const line = (row) => `| ${widths.map((width, i) => String(row[i] ?? '').padEnd(width)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n')
}

/** Prints a section, and with `--write` puts it into results.md (or the file of `--results`) in place of the one of the same title. */
export function report({ title, lines, took }, { write, results }) {
  const { wall, cpu } = took
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`
  const body = [
    `## ${title}`,
    '',
    ...lines,
    '',
    `${new Date().toISOString().slice(0, 10)}; ${machine}; wall time ${minutes(wall)}, processor time ${minutes(cpu)}.`,
    '',
    '```',
    command(),
    '```',
  ].join('\n')
  console.log(`\n${body}`)
  if (write) replaceSection(results, title, body)
}

function replaceSection(file, title, body) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '# Published results, obtained again\n'
  const parts = text.trimEnd().split(/\n(?=## )/)
  const at = parts.findIndex((part) => part.startsWith(`## ${title}\n`))
  if (at < 0) parts.push(body)
  else parts[at] = body
  const scratch = `${file}.${process.pid}`
  writeFileSync(scratch, `${parts.map((part) => part.trim()).join('\n\n')}\n`)
  renameSync(scratch, file)
}
