// Runs `hourglass` with some words, looking at its memory (VmHWM, so Linux only) twice a second and at when it speaks.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { clearInterval, setInterval } from 'node:timers'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** What it printed, its largest resident size, its longest silence, its seconds. Throws when it fails. */
export async function watched(words) {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  const began = performance.now()
  let [peakKiB, spoke, silence, output, said] = [0, began, 0, '', '']
  const heard = () => {
    silence = Math.max(silence, performance.now() - spoke)
    spoke = performance.now()
  }
  child.stderr.on('data', (text) => {
    heard()
    said += text
  })
  child.stdout.on('data', (text) => (output += text))
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
    } catch {
      // The process has just ended.
    }
  }, 500)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  heard()
  if (code !== 0) throw new Error(`${words[0]} ended with ${code}:\n${said}`)
  return {
    output,
    peakGiB: peakKiB / 2 ** 20,
    silence: silence / 1000,
    seconds: (performance.now() - began) / 1000,
  }
}
