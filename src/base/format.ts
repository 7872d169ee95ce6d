/**
 * Numbers as people read them: on the terminal, in reports, in sentences. Files and `--json` carry plain
 * numbers instead. Sentences are made elsewhere, from these pieces.
 *
 * Everything is written the English way whatever the locale, so that output does not differ between machines.
 */

const suffixes = ['', ' k', ' M', ' G', ' T', ' P', ' E'] as const

/** A count with thousands separated: `12,345`. */
export function formatCount(count: number): string {
  return count.toFixed(0).replace(/\B(?=(?:\d{3})+$)/g, ',') // making an Intl.NumberFormat would take 50 ms
}

/** A count and its noun: `1 row`, `3,201 rows`. */
export function formatPlural(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}

/**
 * A number of any size: whole ones below a million in full, the rest to `digits` significant digits (default 3),
 * from a million on with a decimal suffix (`2.79 G`), very small ones as a power of ten.
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'missing'
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : '-infinite'
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e6) return size < 1e4 ? String(value) : formatCount(value)
  if (size < 1e-4) return trimmed(value.toExponential(digits - 1))
  if (size < 1e4) return String(Number(value.toPrecision(Math.max(digits, Math.floor(Math.log10(size)) + 1))))
  const rounded = Number(value.toPrecision(digits))
  return Math.abs(rounded) < 1e6 ? formatCount(rounded) : withSuffix(value, digits)
}

/**
 * A number beside another: with as many digits as it takes to tell them apart, up to 12.
 *
 * @returns both, `about` in front of neither
 */
export function formatNumberPair(first: number, second: number): readonly [string, string] {
  for (let digits = 3; digits <= 12; digits++) {
    const pair = [formatNumber(first, digits), formatNumber(second, digits)] as const
    if (pair[0] !== pair[1]) return pair
  }
  return [String(first), String(second)]
}

/** A point in time from milliseconds since 1970 (UTC): `2009-12-18`, with the time where it is not midnight. */
export function formatInstant(milliseconds: number): string {
  const date = new Date(milliseconds)
  if (Number.isNaN(date.getTime())) return 'missing'
  const [day, time] = date.toISOString().split('T') as [string, string]
  if (time.startsWith('00:00:00.000')) return day
  return `${day} ${time.endsWith(':00.000Z') ? time.slice(0, 5) : time.slice(0, 8)}`
}

/** A share as a percentage of two significant digits: `1 %`, `0.37 %`, `98.6 %`. */
export function formatPercent(share: number): string {
  const percent = share * 100
  const digits = Math.abs(percent) >= 10 ? 3 : 2
  return `${String(Number(percent.toPrecision(digits)))} %`
}

/** A p-value: `0.031`; below one in ten thousand as `< 0.0001`. */
export function formatPValue(p: number): string {
  return p < 1e-4 ? '< 0.0001' : String(Number(p.toPrecision(2)))
}

/** A span of time: `0.8 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${String(Number(seconds.toFixed(1)))} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** A file size: `512 B`, `1.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3))
  return `${String(Number((bytes / 1000 ** power).toPrecision(3)))} ${units[power]!}`
}

/** `2788000000` as `2.79 G`; carries over where rounding reaches the next suffix. */
function withSuffix(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits))
  const power = Math.floor(Math.log10(Math.abs(rounded)) / 3)
  const suffix = suffixes[power]
  if (suffix === undefined) return trimmed(value.toExponential(digits - 1))
  return `${String(Number((rounded / 1000 ** power).toPrecision(digits)))}${suffix}`
}

/** `1.20e-7` as `1.2e-7`. */
function trimmed(exponential: string): string {
  return exponential.replace(/\.?0+e/, 'e').replace('e+', 'e')
}
