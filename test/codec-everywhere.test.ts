/**
 * One file, everywhere the same image: what was compressed with one thread is decoded with two, in a browser with
 * onnxruntime-web, and in Python by a decoder that was written after docs/format.md. Integers must be equal, pixels within
 * one level.
 *
 * HOURGLASS_STREAMS is how many files are tried (18), HOURGLASS_PHOTOS a folder of photographs to make them of.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codecModelFromBytes, decoderModel } from '../src/compression/index.js'
import { Codec, loadCoderCode } from '../src/compression/node.js'
import type { Decoded } from './browser/codec-page.js'
import { codecSample } from './support/codec-pictures.js'
import { latentDigests } from './support/latent-digest.js'
import { findPython, runPython } from './support/python.js'

const root = resolve(import.meta.dirname, '..')
const count = Number(process.env['HOURGLASS_STREAMS'] ?? 18)
const [coderFile, modelFile] = [join(root, 'dist/compression/coder.wasm'), join(root, 'assets/codec.bin')]
const folder = mkdtempSync(join(tmpdir(), 'hourglass-everywhere-'))
const fileOf = (number: number): string => join(folder, `${number}.hgl`)
const numbers = Array.from({ length: count }, (_, number) => number)

/** What one thread makes of each file. */
const expected: { latent: string; pixels: Uint8Array }[] = []

beforeAll(async () => {
  const codec = await Codec.load(undefined, { threads: 1 })
  const { entropy } = await codecModelFromBytes(new Uint8Array(readFileSync(modelFile)))
  const digest = latentDigests(loadCoderCode(), entropy)
  for (const number of numbers) {
    const { image, quality } = await codecSample(number)
    const file = new Uint8Array((await codec.compress(image, { goal: { quality } })).bytes)
    writeFileSync(fileOf(number), file)
    const { image: back } = await codec.decompress(file)
    expected.push({ latent: await digest(file), pixels: back.data as Uint8Array })
  }
  await codec.dispose()
}, 1_200_000)
afterAll(() => rmSync(folder, { recursive: true }))

/** Holds pixels against what one thread made; they may differ by a level. */
function expectAlike(number: number, pixels: Uint8Array): void {
  const before = expected[number]!.pixels
  expect(pixels.length).toBe(before.length)
  const difference = pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - before[i]!)), 0)
  expect(difference, `file ${number}, largest difference`).toBeLessThanOrEqual(1)
}

describe('a compressed image', () => {
  it('is the same with two threads, and so is its file', { timeout: 1_200_000 }, async () => {
    const codec = await Codec.load(undefined, { threads: 2 })
    for (const number of numbers) {
      const file = new Uint8Array(readFileSync(fileOf(number)))
      expectAlike(number, (await codec.decompress(file)).image.data as Uint8Array)
      const { image, quality } = await codecSample(number)
      expect(Buffer.compare((await codec.compress(image, { goal: { quality } })).bytes, file)).toBe(0)
    }
    await codec.dispose()
  })
})

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
)
const browserReason = executablePath ?? 'skipped: no Chromium'

describe.skipIf(executablePath === undefined)(`a compressed image in a browser (${browserReason})`, () => {
  let browser: Browser
  let server: Server
  let page: Page
  const events: string[] = []

  beforeAll(async () => {
    await build({
      root,
      configFile: false,
      // Files beside the sources are served, not bundled, whatever the bundler thinks of their addresses.
      logLevel: 'error',
      build: {
        outDir: folder,
        emptyOutDir: false,
        copyPublicDir: false,
        target: 'es2022',
        lib: {
          entry: join(root, 'test/browser/codec-page.ts'),
          formats: ['es'],
          fileName: () => 'page.js',
        },
      },
    })
    server = createServer(({ url = '/' }, response) => {
      const file = servedFile(url)
      if (file === undefined || !existsSync(file)) return response.writeHead(404).end()
      return response
        .writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file))
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('console', (message) => events.push(message.text()))
    page.on('pageerror', (error) => events.push(error.message))
    const { port } = server.address() as AddressInfo
    await page.goto(`http://127.0.0.1:${port}/`)
    await page.evaluate(`(async () => {
      const [ort, { decoderOf }] = await Promise.all([import('/ort/ort.wasm.min.mjs'), import('/page.js')])
      ort.env.wasm.numThreads = 1
      globalThis.decodeFile = await decoderOf(ort)
    })()`)
  })
  afterAll(async () => {
    await browser.close()
    server.close()
  })

  it('is the same', { timeout: 1_200_000 }, async () => {
    for (const number of numbers) {
      const { latent, pixels } = await page.evaluate<Decoded>(`decodeFile('/${number}.hgl')`)
      expect(latent).toBe(expected[number]!.latent)
      expectAlike(number, Buffer.from(pixels, 'base64'))
    }
    expect(events).toEqual([])
  })
})

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** Where what a page asks for lies; a page is empty. */
function servedFile(url: string): string | undefined {
  if (url === '/') {
    writeFileSync(
      join(folder, 'index.html'),
      '<!doctype html><title>codec</title><link rel=icon href=data:,>',
    )
    return join(folder, 'index.html')
  }
  if (url === '/coder.wasm') return coderFile
  if (url === '/codec.bin') return modelFile
  if (/^\/ort\/[\w.-]+$/.test(url)) return join(root, 'node_modules/onnxruntime-web/dist', url.slice(5))
  return /^\/[\w.]+$/.test(url) ? join(folder, url.slice(1)) : undefined
}

const { command, reason } = findPython('numpy', 'onnxruntime', 'wasmtime')

describe.skipIf(command === undefined)(`a compressed image in Python (${reason})`, () => {
  it('is the same', { timeout: 1_200_000 }, async () => {
    const model = await codecModelFromBytes(new Uint8Array(readFileSync(modelFile)))
    const graph = join(folder, 'decoder.onnx')
    writeFileSync(graph, decoderModel(model, { columns: 8, rows: 8 }))
    for (let first = 0; first < count; first += 20) {
      const some = numbers.slice(first, first + 20)
      const lines = runPython(command!, 'decode_files.py', root, graph, ...some.map(fileOf)).trimEnd()
      for (const [i, line] of lines.split('\n').entries()) {
        const { latent, pixels } = JSON.parse(line) as Decoded
        expect(latent).toBe(expected[some[i]!]!.latent)
        expectAlike(some[i]!, Buffer.from(pixels, 'base64'))
      }
    }
  })
})
