/** What a search found: the headline, the course, what mattered, and every option against the metric. */
import { formatCount, formatNumber, formatPercent, formatPlural } from '../../base/index.js'
import { importanceBars } from '../charts/importance-bars.js'
import { optionSlice } from '../charts/option-slice.js'
import type { Plotting } from '../charts/plotting.js'
import { searchCourse } from '../charts/search-course.js'
import { clip, html, verbatim, type Markup } from '../html.js'
import { whenOf } from '../texts.js'
import type { ReportTrial, TuneReport } from '../tune-report.js'
import { factList } from './facts.js'

/** Bars, slices and rows of the table that are shown. */
const [mostBars, mostSlices, mostTrials] = [12, 24, 50]

export function searchHeadline(report: TuneReport): Markup {
  const { title, source, createdAt, version, metric, trials, best, rows, seed } = report
  const found = trials[best]!
  const rung = Math.min(found.results.length, trials[0]?.results.length ?? 0) - 1
  const [first, same] = [trials[0]?.results[rung], found.results[rung]]
  const name = String(found.options['kind'] ?? 'one of the trials')
  const kind = name.charAt(0).toUpperCase() + name.slice(1)
  const failed = trials.filter((trial) => trial.failed).length
  const full = trials.filter(({ results }) => results.length === report.rungs).length
  const facts = [
    [metric.title, lastOf(found).value.toFixed(4)],
    ['best trial', formatCount(found.number)],
    [
      'trials',
      failed > 0
        ? `${formatCount(trials.length)}, ${formatCount(failed)} failed`
        : formatCount(trials.length),
    ],
    ['trained in full', formatCount(full)],
    ['rows compared on', formatCount(rows.heldOut)],
  ] as const
  return html`<header>
    <p class="eyebrow">
      ${clip(title)} · ${whenOf(createdAt)} · seed ${seed} · Hourglass ${clip(version, 40)}
    </p>
    <h1>${clip(kind, 40)} did best on ${clip(source, 80)}</h1>
    <p class="lead">
      Trials learned from ${formatPlural(rows.training, 'row')} and were compared by ${metric.title}:
      ${metric.meaning}. No label was used.
      ${
        first &&
        same &&
        best !== 0 &&
        `Without a search (trial 1) it was ${first.value.toFixed(4)} where the best had ${same.value.toFixed(4)}, both stopped there after the same share of a training.`
      }
    </p>
    ${factList(facts)}
  </header>`
}

export function searchCourseSection(plotting: Plotting, report: TuneReport): Markup {
  const wide = searchCourse(plotting, report, { width: 1040, height: 300 })
  const narrow = searchCourse(plotting, report, { width: 380, height: 260 })
  return html`<section aria-labelledby="course">
    <h2 id="course">The course of the search</h2>
    <figure class="panel">
      ${
        wide === undefined
          ? html`<p class="soft">No trial has a result.</p>`
          : html`<div class="wide">${verbatim(wide)}</div>
              <div class="narrow">${verbatim(narrow!)}</div>`
      }
      <figcaption>
        Every dot is a trial at the end of one stretch of its training: small and pale after a short one,
        large and strong after a full one; only the best go on. The line is the best so far among those
        trained longest, so that it may give way when the first of them is trained longer.
        ${report.metric.isGreaterBetter ? 'Higher' : 'Lower'} is better.
      </figcaption>
    </figure>
  </section>`
}

export function importanceSection(plotting: Plotting, { importance, options, trials }: TuneReport): Markup {
  const titleOf = (name: string): string => options.find((option) => option.name === name)?.title ?? name
  const bars = importance
    ?.slice(0, mostBars)
    .map(({ option, share, deviation }) => ({ title: titleOf(option), share, deviation }))
  const together = importance && 1 - importance.reduce((sum, { share }) => sum + share, 0)
  return html`<section aria-labelledby="mattered">
    <h2 id="mattered">What mattered</h2>
    ${
      bars === undefined || bars.length === 0
        ? html`<p class="soft">
            ${formatPlural(trials.length, 'trial')} are too few to say, or all did alike.
          </p>`
        : html`<figure class="panel">
            <div class="wide">${verbatim(importanceBars(plotting, bars, 1040))}</div>
            <div class="narrow">${verbatim(importanceBars(plotting, bars, 380))}</div>
            <figcaption>
              Share of the variation between trials that each option explains by itself, from a forest of
              regression trees (functional ANOVA); the thin line is one standard deviation over the trees.
              ${
                together !== undefined &&
                together > 0.005 &&
                `The other ${formatPercent(Number(together.toPrecision(2)))} lie in options that matter only together.`
              }
            </figcaption>
          </figure>`
    }
  </section>`
}

export function sliceSection(plotting: Plotting, report: TuneReport): Markup {
  const domain = sliceDomain(report)
  const order = report.importance?.map(({ option }) => option) ?? []
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  const sorted = report.options.toSorted((a, b) => rank(a.name) - rank(b.name))
  const charts = sorted
    .flatMap((option) => {
      const chart = domain && optionSlice(plotting, report, option, domain)
      return chart === undefined ? [] : [html`<li class="panel">${verbatim(chart)}</li>`]
    })
    .slice(0, mostSlices)
  if (charts.length === 0) return html``
  return html`<section aria-labelledby="options">
    <h2 id="options">Option by option</h2>
    <p>
      Every trial after its first stretch of training, at the value that it had of each option; the best trial
      is orange. What matters most comes first.
    </p>
    <ul class="multiples">
      ${charts}
    </ul>
  </section>`
}

/** From the best to the worse quartile and a little more: trials that went wrong are drawn at the edge. */
function sliceDomain({ trials, metric }: TuneReport): readonly [number, number] | undefined {
  const values = trials.flatMap(({ results }) => results.slice(0, 1).map(({ value }) => value))
  if (values.length < 2) return undefined
  const sorted = values.toSorted((a, b) => (metric.isGreaterBetter ? b - a : a - b))
  const [best, quartile, last] = [sorted[0]!, sorted[Math.floor(0.75 * (sorted.length - 1))]!, sorted.at(-1)!]
  const reach = 2 * Math.abs(quartile - best) || Math.abs(last - best) || 1
  const worst = metric.isGreaterBetter ? Math.max(last, best - reach) : Math.min(last, best + reach)
  const margin = Math.abs(best - worst) / 20
  return metric.isGreaterBetter ? [worst - margin, best + margin] : [best - margin, worst + margin]
}

export function trialSection(report: TuneReport): Markup {
  const { trials, metric } = report
  const ranked = trials
    .filter(({ results }) => results.length > 0)
    .toSorted((a, b) => b.results.length - a.results.length || better(a, b, metric.isGreaterBetter))
  const more = ranked.length - mostTrials
  return html`<section aria-labelledby="trials">
    <h2 id="trials">The trials</h2>
    <div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th class="number">trial</th>
            <th class="number">${metric.title}</th>
            <th class="number">steps</th>
            <th>options</th>
          </tr>
        </thead>
        <tbody>
          ${ranked.slice(0, mostTrials).map((trial) => trialRow(trial, report))}
        </tbody>
      </table>
      ${more > 0 && html`<p class="soft more">and ${formatPlural(more, 'more trial')}</p>`}
    </div>
  </section>`
}

function trialRow(trial: ReportTrial, { options }: TuneReport): Markup {
  const { value, steps } = lastOf(trial)
  const words = options
    .filter(({ name }) => trial.options[name] !== undefined)
    .map(({ name, title }) => {
      const of = trial.options[name]!
      return name === 'kind' ? String(of) : `${title} ${typeof of === 'number' ? formatNumber(of) : of}`
    })
  return html`<tr>
    <td class="number">${formatCount(trial.number)}</td>
    <td class="number">${value.toFixed(4)}</td>
    <td class="number">${formatCount(steps)}</td>
    <td>${clip(words.join(', '), 400)}</td>
  </tr>`
}

export function againSection({ reproduce, modelFile }: TuneReport): Markup {
  return html`<footer>
    <h2>The same model again</h2>
    <p>
      ${modelFile === undefined ? 'No model was kept.' : `The model in ${clip(modelFile, 80)} was learned from all rows with the best options.`}
      This command makes it, from the same data:
    </p>
    <pre><code>${reproduce.slice(0, 2000)}</code></pre>
  </footer>`
}

const lastOf = ({ results }: ReportTrial): ReportTrial['results'][number] =>
  results.at(-1) ?? { value: NaN, steps: 0, order: 0 }

const better = (a: ReportTrial, b: ReportTrial, isGreaterBetter: boolean): number =>
  isGreaterBetter ? lastOf(b).value - lastOf(a).value : lastOf(a).value - lastOf(b).value
