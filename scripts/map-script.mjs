// Bundles src/report/map/web into dist/report/map-page.bundle.js: one script without imports, which render-map-report.ts
// puts into each page. The licences of the libraries in it stand at its head.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** @param folder where the script goes */
export async function buildMapScript(folder) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [
      { name: 'licences', generateBundle: (_, bundle) => Object.values(bundle).forEach(addLicences) },
    ],
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      target: 'es2022',
      lib: {
        entry: join(root, 'src/report/map/web/main.ts'),
        formats: ['iife'],
        name: 'hourglassMap',
        fileName: () => 'map-page.bundle.js',
      },
    },
  })
}

/** Libraries are known by the paths of the modules that are in the bundle. */
function addLicences(chunk) {
  const names = Object.entries(chunk.modules ?? {})
    .filter(([, { renderedLength }]) => renderedLength > 0)
    .map(([path]) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  const texts = [...new Set(names)].filter((name) => name !== undefined).map(licenceOf)
  if (texts.length > 0) chunk.code = `/*! This script holds:\n${texts.join('\n')}*/\n${chunk.code}`
}

function licenceOf(name) {
  const folder = join(root, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = ['LICENSE', 'LICENSE.md', 'license']
    .map((file) => join(folder, file))
    .find((path) => existsSync(path))
  const text = file === undefined ? '' : readFileSync(file, 'utf8').trim().replaceAll('*/', '* /')
  return `${name} ${version} (${license})\n${text}\n`
}
