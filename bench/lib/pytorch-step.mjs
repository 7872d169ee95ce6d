// PyTorch as a contender: peers/pytorch.py in a process of its own, asked over its standard input.
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { dataRows, learningRate } from './networks.mjs'

/** The Python to use: HOURGLASS_PYTHON, or python3. */
export const python = process.env['HOURGLASS_PYTHON'] ?? 'python3'

/** Version of a Python package, or undefined where it is not installed. */
export function pythonPackage(name) {
  const asked = spawnSync(python, ['-c', `import importlib.metadata as m; print(m.version("${name}"))`])
  return asked.status === 0 ? asked.stdout.toString().trim() : undefined
}

/** A contender. Its `steps` also measures: `seconds` is Python's own clock, without the talk between processes. */
export async function pytorchStep({ widths, batch }, threads, fused) {
  const script = fileURLToPath(new URL('../peers/pytorch.py', import.meta.url))
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('PyTorch ended early; its message stands above')
    return JSON.parse(value)
  }
  await ask({ open: { widths, batch, rows: dataRows, learningRate }, threads, fused })
  return {
    steps: async (count) => (await ask({ steps: count })).losses,
    timed: async (count) => (await ask({ steps: count })).seconds,
    dispose: () => {
      child.stdin.end()
    },
  }
}
