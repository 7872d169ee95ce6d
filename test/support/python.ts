/**
 * Python for tests that hold our files against outside programs. It is optional: where no Python with the packages
 * is found, such tests are skipped and say so. HOURGLASS_PYTHON names one; otherwise `python3` on the path is tried.
 */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const scripts = resolve(import.meta.dirname, '../python')

/** A Python that has all the modules, or why there is none. */
export function findPython(...modules: readonly string[]): { command?: string; reason: string } {
  const command = process.env['HOURGLASS_PYTHON'] ?? 'python3'
  const found = spawnSync(command, ['-c', `import ${modules.join(', ')}`], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  if (found.status === 0) return { command, reason: `${command} has ${modules.join(', ')}` }
  return {
    reason: `${command} lacks ${modules.join(' or ')}; set HOURGLASS_PYTHON to a Python that has them`,
  }
}

/** Runs test/python/SCRIPT and returns what it printed. Throws with its error output when it fails. */
export function runPython(command: string, script: string, ...args: readonly string[]): string {
  const done = spawnSync(command, [resolve(scripts, script), ...args], {
    encoding: 'utf8',
    timeout: 110_000,
    maxBuffer: 2 ** 28,
  })
  if (done.status !== 0) throw new Error(`${script} failed: ${done.stderr || String(done.error)}`)
  return done.stdout
}
