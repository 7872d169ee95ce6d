// Builds dist/: TypeScript by tsc, the optimiser kernels by AssemblyScript, the script of a map's page by Vite.
// Skips the kernel compilation when its sources are older than its output.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, readdirSync, chmodSync, rmSync } from 'node:fs'
import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildMapScript } from './map-script.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const run = (tool, ...args) =>
  execFileSync(process.execPath, [join(root, 'node_modules', tool), ...args], { cwd: root, stdio: 'inherit' })

const kernelSources = join(root, 'src/engine/optimizer/assembly')
const kernelOutput = join(root, 'dist/engine/optimizer/kernels.wasm')
const newest = (folder) =>
  Math.max(...readdirSync(folder).map((file) => statSync(join(folder, file)).mtimeMs))

rmSync(join(root, 'dist/cli'), { recursive: true, force: true })
run('typescript/bin/tsc', '-p', 'tsconfig.build.json')
if (existsSync(join(kernelSources, 'index.ts'))) {
  mkdirSync(dirname(kernelOutput), { recursive: true })
  if (!existsSync(kernelOutput) || statSync(kernelOutput).mtimeMs < newest(kernelSources)) {
    run(
      'assemblyscript/bin/asc.js',
      join(kernelSources, 'index.ts'),
      '--config',
      join(kernelSources, 'asconfig.json'),
      '--outFile',
      kernelOutput,
    )
  }
}
await buildMapScript(join(root, 'dist/report'))
if (existsSync(join(root, 'dist/cli/main.js'))) chmodSync(join(root, 'dist/cli/main.js'), 0o755)
