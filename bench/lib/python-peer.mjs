// A Python script of peers/ as a contender: a process of its own, asked in lines of JSON over its standard input.
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The Python to use: HOURGLASS_PYTHON, or python3. */
export const python = process.env['HOURGLASS_PYTHON'] ?? 'python3'

/** Version of a Python package, or undefined where it is not installed. */
export function pythonPackage(name) {
  const asked = spawnSync(python, ['-c', `import importlib.metadata as m; print(m.version("${name}"))`])
  return asked.status === 0 ? asked.stdout.toString().trim() : undefined
}

/**
 * A contender. `timed` gives seconds by Python's own clock, without the talk between processes; `processorTimed` those that
 * its processors were busy.
 *
 * @param script a file of peers/
 * @param setup what the script is told to `open` with, and what stands beside it
 * @throws when the script ends early; its message is then on standard error
 */
export async function pythonPeer(script, { open, ...beside }) {
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url))
  const child = spawn(python, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => undefined) // a script that has ended says so by its last line
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`${script} ended early; its message stands above`)
    return JSON.parse(value)
  }
  await ask({ open, ...beside })
  return {
    steps: async (count) => (await ask({ steps: count })).losses,
    timed: async (count) => (await ask({ timed: count })).seconds,
    processorTimed: async (count) => (await ask({ timed: count })).processor,
    dispose: () => child.stdin.end(),
  }
}
