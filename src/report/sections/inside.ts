/** What the model is, in words and in numbers: the first screen of a report of `hourglass inspect`. */
import { formatCount, formatPlural } from '../../base/index.js'
import { clip, html, type Markup } from '../html.js'
import type { InspectReport } from '../inspect-report.js'
import { whenOf } from '../texts.js'
import { factList } from './facts.js'

/** Options shown; the rest is counted. */
const mostOptions = 24

/** Kind, sizes, file, and the options of the kind. */
export function insideHeadline(report: InspectReport): Markup {
  const { title, createdAt, version, model, modelFile, source, work, training, seed } = report
  const input = model.widths[0]
  const facts: readonly (readonly [string, string])[] = [
    ['kind', clip(model.kind, 40)],
    ['parameters', formatCount(model.parameterCount)],
    ['code', formatPlural(model.latent, 'number')],
    ...(input === undefined ? [] : [['features of a row', formatCount(input)] as const]),
    ['steps of training', formatCount(training.steps)],
    ['rows looked at', work === undefined ? 'none' : formatCount(work.rows)],
  ]
  return html`<header>
    <p class="eyebrow">
      Learned ${whenOf(createdAt)} · seed ${seed} · seen with Hourglass ${clip(version, 40)}
    </p>
    <h1>${clip(title, 90)}</h1>
    <p class="lead">
      ${clip(modelFile, 80)}, learned from ${clip(source, 80)}.
      ${
        work === undefined
          ? html`No rows were given, so the page shows its training but not the model at work:
              <code>hourglass inspect MODEL DATA --report page.html</code> shows both.`
          : html`Seen at work on ${formatPlural(work.rows, 'row')} of ${clip(work.source, 80)}.`
      }
    </p>
    ${factList(facts)} ${optionList(report)}
  </header>`
}

function optionList({ options }: InspectReport): Markup {
  if (options.length === 0) return html``
  const more = options.length - mostOptions
  return html`<dl class="options" aria-label="options of the kind">
    ${options.slice(0, mostOptions).map(
      ([name, value]) =>
        html`<div>
          <dt>${clip(name, 40)}</dt>
          <dd>${clip(value, 60)}</dd>
        </div>`,
    )}
    ${
      more > 0 &&
      html`<div>
        <dt>and ${formatCount(more)} more</dt>
        <dd></dd>
      </div>`
    }
  </dl>`
}
