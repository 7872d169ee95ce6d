/**
 * The house's own rules: a room imports only rooms below it and only through their public entries, no file takes
 * part in a cycle, core files touch neither Node nor the DOM, and every room explains itself.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const source = resolve(import.meta.dirname, '../src')

/** What each room may import; README.md shows the same table. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  graph: ['base'],
  gradient: ['base', 'graph'],
  engine: ['base', 'graph'],
  layers: ['base', 'graph'],
  autoencoders: ['base', 'graph', 'gradient', 'layers'],
  training: ['base', 'graph', 'gradient', 'layers', 'autoencoders', 'engine'],
  inspection: ['base', 'graph', 'gradient', 'engine', 'layers', 'autoencoders', 'training'],
  data: ['base', 'graph'],
  'model-file': ['base', 'graph', 'data'],
  geometry: ['base', 'graph', 'engine'],
  learning: ['base', 'graph', 'engine', 'layers', 'autoencoders', 'training', 'data'],
  compression: ['base', 'graph', 'gradient', 'engine', 'layers', 'training', 'data'],
  anomaly: [
    'base',
    'graph',
    'engine',
    'layers',
    'autoencoders',
    'training',
    'data',
    'model-file',
    'learning',
  ],
  embedding: [
    'base',
    'graph',
    'engine',
    'layers',
    'autoencoders',
    'training',
    'data',
    'model-file',
    'geometry',
    'learning',
  ],
  denoising: ['base', 'graph', 'engine', 'layers', 'training', 'data', 'model-file'],
  advice: [
    'base',
    'graph',
    'engine',
    'layers',
    'autoencoders',
    'training',
    'data',
    'model-file',
    'learning',
    'geometry',
    'anomaly',
    'embedding',
    'inspection',
  ],
  report: ['base'],
  cli: [
    'base',
    'graph',
    'engine',
    'autoencoders',
    'training',
    'inspection',
    'data',
    'model-file',
    'learning',
    'anomaly',
    'geometry',
    'embedding',
    'denoising',
    'compression',
    'advice',
    'report',
  ],
}

/** Files of a room that others may import besides its index.ts: what needs Node or a browser stands apart. */
const publicEntries = ['index.ts', 'node.ts', 'web.ts']

interface Import {
  readonly from: string
  readonly to: string
}

const files = walk(source)
const imports: readonly Import[] = files.flatMap((from) =>
  specifiersOf(from)
    .filter((name) => name.startsWith('.'))
    .map((name) => ({ from, to: resolve(dirname(from), name.replace(/\.js$/, '.ts')) })),
)

const roomOf = (file: string): string => relative(source, file).split('/')[0]!
const shown = (file: string): string => relative(source, file)

describe('architecture', () => {
  it('knows every room', () => {
    const rooms = readdirSync(source).filter((name) => statSync(join(source, name)).isDirectory())
    expect(rooms.toSorted()).toEqual(Object.keys(mayImport).toSorted())
  })

  it('imports only rooms below', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)]
      return room !== other && room in mayImport && !mayImport[room]!.includes(other)
    })
    expect(wrong.map(({ from, to }) => `${shown(from)} → ${shown(to)}`)).toEqual([])
  })

  it('enters other rooms through their public entries', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        roomOf(from) !== roomOf(to) && !publicEntries.includes(relative(join(source, roomOf(to)), to)),
    )
    expect(wrong.map(({ from, to }) => `${shown(from)} → ${shown(to)}`)).toEqual([])
  })

  it('imports files, not the index, inside a room', () => {
    const wrong = imports.filter(
      ({ from, to }) => roomOf(from) === roomOf(to) && to === join(source, roomOf(to), 'index.ts'),
    )
    expect(wrong.map(({ from, to }) => `${shown(from)} → ${shown(to)}`)).toEqual([])
  })

  it('has no cycle of values', () => {
    expect(cycles()).toEqual([])
  })

  it('keeps Node in files that say so', () => {
    const core = files.filter(
      (file) => !/(^|[/-])node\.ts$/.test(shown(file)) && !['cli', 'report'].includes(roomOf(file)),
    )
    const wrong = core.filter((file) => specifiersOf(file).some((name) => name.startsWith('node:')))
    expect(wrong.map(shown)).toEqual([])
  })

  it('explains every room in at most 25 lines, and every file in its first', () => {
    for (const room of Object.keys(mayImport)) {
      const readme = join(source, room, 'README.md')
      expect(existsSync(readme), `src/${room}/README.md`).toBe(true)
      expect(
        readFileSync(readme, 'utf8').trimEnd().split('\n').length,
        `src/${room}/README.md`,
      ).toBeLessThanOrEqual(25)
    }
    const silent = files.filter((file) => !/^(#!.*\n)?(\/\*\*|\/\/)/.test(readFileSync(file, 'utf8')))
    expect(silent.map(shown)).toEqual([])
  })
})

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'assembly' ? [] : walk(path)
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && entry.name !== 'onnx_pb.ts'
      ? [path]
      : []
  })
}

/** Modules that a file imports for their values; type imports vanish and cannot form a cycle. */
function specifiersOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const statements = text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm)
  const dynamic = text.matchAll(/\bimport\('([^']+)'\)/g)
  return [...statements, ...dynamic].map((match) => match[1]!)
}

function cycles(): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file].map(shown).join(' → '))
      return
    }
    state.set(file, 'open')
    for (const { to } of imports.filter(({ from }) => from === file)) visit(to, [...path, file])
    state.set(file, 'done')
  }
  files.forEach((file) => visit(file, []))
  return found
}
