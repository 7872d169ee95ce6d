/** The course of the training: the loss, its terms, what the kind watches, and the gradients by layer. */
import { formatNumber, formatPlural } from '../../base/index.js'
import { courseLines } from '../charts/course-lines.js'
import { gradientCourse, gradientSeries, shadeOf, type GradientCourse } from '../charts/gradient-course.js'
import type { Plotting } from '../charts/plotting.js'
import type { Domain, Series } from '../charts/series.js'
import { clip, html, verbatim, type Markup } from '../html.js'
import type { InspectReport, ReportCoursePoint } from '../inspect-report.js'
import { lossFigure } from './learned.js'
import { term } from './terms.js'

/** Terms and metrics drawn; the rest is counted. */
const [mostTerms, mostMetrics] = [8, 24]

/** Everything that was measured while the model learned. */
export function courseSection(plotting: Plotting, report: InspectReport): Markup {
  const { course } = report
  const terms = seriesOf(course, ({ parts }) => parts)
  const metrics = seriesOf(course, ({ metrics: watched }) => watched)
  const hasTerms = terms.length > 1
  return html`<section aria-labelledby="course">
    <h2 id="course">The course of the training</h2>
    <p>
      Step by step the ${term('loss')} should fall, fast at first and then slowly. Bad signs: a line of
      held-out rows that rises again while the one of training rows goes on falling (the model learns its rows
      by heart), and jumps that do not calm down (the learning rate is too high).
    </p>
    <div class="pair">
      ${lossFigure(plotting, report, 'The loss')}
      ${hasTerms ? termFigure(plotting, terms) : gradientFigure(plotting, course, false)}
    </div>
    ${hasTerms && html`<div class="below">${gradientFigure(plotting, course, true)}</div>`}
    ${metrics.length > 0 && metricFigure(plotting, metrics)}
  </section>`
}

/** Every name that appears at some point, in the order in which names first do. */
function seriesOf(
  course: readonly ReportCoursePoint[],
  read: (point: ReportCoursePoint) => Readonly<Record<string, number>>,
): readonly Series[] {
  const names = new Set(course.flatMap((point) => Object.keys(read(point))))
  return [...names].map((name) => ({
    name,
    points: course.flatMap((point) => {
      const value = read(point)[name]
      return value === undefined ? [] : [{ step: point.step, value }]
    }),
  }))
}

function termFigure(plotting: Plotting, terms: readonly Series[]): Markup {
  const chart = courseLines(
    plotting,
    terms.slice(0, mostTerms).map(({ name, points }) => ({ name: words(name), points })),
    { title: 'Terms of the loss during training', label: 'term of the loss', width: 400, height: 230 },
  )
  const more = terms.length - mostTerms
  return html`<figure class="panel">
    <h3>What the loss is made of</h3>
    ${chart === undefined ? html`<p class="soft">No term was a number.</p>` : verbatim(chart)}
    <figcaption>
      The terms that add up to the loss of training rows. Reconstruction is how badly rows are rebuilt, the
      others are what the kind asks of its code. A bad sign: another term falls to nothing while
      reconstruction stands still.${more > 0 && ` ${formatPlural(more, 'more term')} not drawn.`}
    </figcaption>
  </figure>`
}

function metricFigure(plotting: Plotting, metrics: readonly Series[]): Markup {
  const more = metrics.length - mostMetrics
  const shown = metrics.slice(0, mostMetrics).map(({ name, points }) => {
    const named = words(name)
    const chart = courseLines(plotting, [{ name: named, points }], {
      title: `${clip(named, 60)} during training`,
      label: clip(named, 36),
      width: 330,
      height: 180,
      isNamed: false,
    })
    return html`<li>
      ${chart === undefined ? html`<p class="soft">${clip(named, 60)}: never a number.</p>` : verbatim(chart)}
    </li>`
  })
  return html`<figure class="panel below">
    <h3>What the kind watches</h3>
    <ul class="multiples">
      ${shown}
    </ul>
    <figcaption>
      Each on an axis of its own. They do not steer the training, they show what becomes of the code. A bad
      sign is one that still moves at the end (train longer) or one that leaps to a bound and stays
      there.${more > 0 && ` ${formatPlural(more, 'more')} not drawn.`}
    </figcaption>
  </figure>`
}

function gradientFigure(plotting: Plotting, course: readonly ReportCoursePoint[], isWide: boolean): Markup {
  const charts = isWide ? [1040, 380] : [400]
  const drawn = charts.map((width) => gradientCourse(plotting, course, width))
  const [first, second] = drawn
  return html`<figure class="panel">
    <h3>Gradients, layer by layer</h3>
    ${first === undefined && html`<p class="soft">No gradients were recorded.</p>`}
    ${
      first !== undefined &&
      (second === undefined
        ? verbatim(first.svg)
        : html`<div class="wide">${verbatim(first.svg)}</div>
            <div class="narrow">${verbatim(second.svg)}</div>`)
    }
    <figcaption>
      ${first?.range && html`${mapKey(first.range, first)}<br />`} How strongly ${term('backpropagation')}
      pulls at the weights of each layer. A bad sign: layers near the input that get a thousandth of what
      layers near the output get (they hardly learn), or norms that grow without end.
      ${first !== undefined && spreadText(course)}
      ${first !== undefined && first.left > 0 && `${formatPlural(first.left, 'more layer')} not drawn.`}
    </figcaption>
  </figure>`
}

/** How far apart layers are in the end. */
function spreadText(course: readonly ReportCoursePoint[]): string {
  const last = gradientSeries(course)
    .map(({ name, points }) => ({ name, value: points.at(-1)!.value }))
    .filter(({ value }) => value > 0 && Number.isFinite(value))
    .sort((a, b) => a.value - b.value)
  const [least, most] = [last[0], last.at(-1)]
  if (least === undefined || most === undefined || least === most) return ''
  return `Here, in the end: from ${formatNumber(least.value)} at ${clip(least.name, 40)} to ${formatNumber(most.value)} at ${clip(most.name, 40)}.`
}

function mapKey(range: Domain, { hasNone }: GradientCourse): Markup {
  const [least, most] = range
  const levels = [0, 0.25, 0.5, 0.75, 1].map((share) => least * (most / least) ** share)
  return html`<span class="key"
      >${formatNumber(least)}
      <svg width="90" height="14" aria-hidden="true">
        ${levels.map(
          (level, i) =>
            html`<rect
              x="${i * 18}"
              width="18"
              height="14"
              fill="var(--normal)"
              fill-opacity="${shadeOf(level, range)}"
            />`,
        )}</svg
      >${formatNumber(most)}, logarithmic</span
    >${
      hasNone &&
      html`<span class="key"
        ><svg width="14" height="14" aria-hidden="true">
          <rect width="14" height="14" fill="var(--anomaly)" /></svg
        >no gradient at all</span
      >`
    }`
}

/** `discriminatorAccuracy` as `discriminator accuracy`, `kl` as `KL`. */
function words(name: string): string {
  return name
    .replace(/(?<=[a-z\d])[A-Z](?![A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/\b(?:kl|mmd)\b/g, (short) => short.toUpperCase())
}
