// Builds dist/: TypeScript by tsc, the kernels of the optimiser and of the
// entropy coder by AssemblyScript (unless they are newer than their sources), the script of a map's page by Vite.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, readdirSync, chmodSync, rmSync } from 'node:fs'
import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildMapScript } from './map-script.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const run = (tool, ...args) =>
  execFileSync(process.execPath, [join(root, 'node_modules', tool), ...args], { cwd: root, stdio: 'inherit' })

/** Folders of AssemblyScript and what each becomes. */
const kernels = [
  ['src/engine/optimizer/assembly', 'dist/engine/optimizer/kernels.wasm'],
  ['src/compression/assembly', 'dist/compression/coder.wasm'],
]
const newest = (folder) =>
  Math.max(...readdirSync(folder).map((file) => statSync(join(folder, file)).mtimeMs))

rmSync(join(root, 'dist/cli'), { recursive: true, force: true })
run('typescript/bin/tsc', '-p', 'tsconfig.build.json')
for (const [sources, output] of kernels) {
  const target = join(root, output)
  if (existsSync(target) && statSync(target).mtimeMs >= newest(join(root, sources))) continue
  mkdirSync(dirname(target), { recursive: true })
  run(
    'assemblyscript/bin/asc.js',
    join(root, sources, 'index.ts'),
    '--config',
    join(root, sources, 'asconfig.json'),
    '--outFile',
    target,
  )
}
await buildMapScript(join(root, 'dist/report'))
if (existsSync(join(root, 'dist/cli/main.js'))) chmodSync(join(root, 'dist/cli/main.js'), 0o755)
