/** What charts of something over the steps of training share: points, thinning, domains, ticks of logarithmic axes. */

/** A number at a step of the training. */
export interface Point {
  readonly step: number
  readonly value: number
}

/** A line of a chart, with its name. */
export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

export type Domain = readonly [from: number, to: number]

/** Most points drawn of a line. */
const mostPoints = 400
/** Numbers that span more than this ratio get a logarithmic axis. */
const wideRatio = 20

/** At most `most` (default 400), evenly taken, the last always among them. */
export function thinned<T>(points: readonly T[], most = mostPoints): readonly T[] {
  const every = Math.ceil(points.length / most)
  return points.filter((_, i) => i % every === 0 || i === points.length - 1)
}

/** Whether numbers want a logarithmic axis: all above 0, and far apart. */
export function isWide(values: readonly number[]): boolean {
  const [least, most] = rangeOf(values)
  return least > 0 && most > wideRatio * least
}

/** The least and the greatest; `[Infinity, -Infinity]` of none. */
export function rangeOf(values: readonly number[]): Domain {
  return values.reduce<Domain>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  )
}

/** A domain that is wider than a point, for an axis; of a logarithmic one both ends are above 0. */
export function domainOf(values: readonly number[], isLog: boolean): Domain {
  const [least, most] = rangeOf(values)
  if (least < most) return [least, most]
  if (isLog) return [least / 2, least * 2]
  const margin = Math.abs(least) / 10 || 1
  return [least - margin, least + margin]
}

/**
 * Ticks of a logarithmic axis: powers of ten, and twice and five times them where there is room; round numbers where the
 * axis is shorter than that. Plot's own leave most ticks without a number.
 *
 * @param length of the axis in pixels
 * @param each pixels that a decade needs to have three ticks (default 120); powers of ten are a quarter of that apart
 *   or more
 */
export function logTicks([from, to]: Domain, length: number, each = 120): readonly number[] {
  const decades = Math.log10(to / from)
  const steps = length / decades < each ? [1] : [1, 2, 5]
  const first = Math.floor(Math.log10(from))
  const every = Math.max(1, Math.ceil((decades * each) / 4 / length))
  const ticks = Array.from({ length: Math.ceil(decades) + 2 }, (_, i) => first + i)
    .filter((power) => power % every === 0)
    .flatMap((power) => steps.map((step) => Number(`${step}e${power}`)))
    .filter((tick) => tick >= from && tick <= to)
  return decades >= 1 || ticks.length >= 3 ? ticks : roundTicks([from, to])
}

/** About four round numbers, evenly apart. */
function roundTicks([from, to]: Domain): readonly number[] {
  const rough = (to - from) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10)
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
}

/**
 * Places for labels that want to stand at `wanted` but need `gap` between each other: moved as little as keeps their
 * order, inside `from` to `to` as far as there is room.
 */
export function spread(wanted: readonly number[], gap: number, [from, to]: Domain): readonly number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b)
  const places = [...wanted]
  let least = from
  for (const i of order) {
    places[i] = Math.max(places[i]!, least)
    least = places[i] + gap
  }
  let most = to
  for (const i of order.toReversed()) {
    places[i] = Math.min(places[i]!, most)
    most = places[i] - gap
  }
  return places
}
