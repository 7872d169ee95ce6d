/** What the model is, in words, in numbers and as a drawing: how a report of `hourglass inspect` begins. */
import { formatCount, formatDuration, formatPlural } from '../../base/index.js'
import { clip, html, type Markup } from '../html.js'
import type { InspectReport } from '../inspect-report.js'
import { whenOf } from '../texts.js'
import { factList } from './facts.js'
import { networkFigure } from './learned.js'
import { term, termList } from './terms.js'

/** Options shown; the rest is counted. */
const mostOptions = 24

/** Kind, sizes, file, and the options of the kind. */
export function insideHeadline(report: InspectReport): Markup {
  const { title, createdAt, version, model, modelFile, source, work, training, seed } = report
  const input = model.widths[0]
  const facts: readonly (readonly [string, string])[] = [
    ['parameters', formatCount(model.parameterCount)],
    ['code', formatPlural(model.latent, 'number')],
    ...(input === undefined ? [] : [['features of a row', formatCount(input)] as const]),
    ['steps of training', formatCount(training.steps)],
    ['trained in', formatDuration(model.seconds)],
    ['rows looked at', work === undefined ? 'none' : formatCount(work.rows)],
  ]
  return html`<header>
    <p class="eyebrow">
      Learned ${whenOf(createdAt)} · seed ${seed} · seen with Hourglass ${clip(version, 40)}
    </p>
    <h1>${clip(title, 90)}</h1>
    <p class="lead">
      ${clip(modelFile, 80)}: ${/^[aeiou]/i.test(model.kind) ? 'an' : 'a'} ${clip(model.kind, 40)}
      autoencoder, learned from ${clip(source, 80)}.
      ${
        work === undefined
          ? 'No rows were given, so the page shows its training but not the model at work.'
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

/** The layers drawn, and the words for them. */
export function networkSection({ model }: InspectReport): Markup {
  const [first] = model.widths
  const isNarrow = first !== undefined && model.latent < first
  return html`<section aria-labelledby="network">
    <h2 id="network">The network</h2>
    <p>
      The ${term('encoder')} on the left makes a code of ${formatPlural(model.latent, 'number')} out of a row,
      the ${term('decoder')} on the right makes a row out of the code.
      ${
        isNarrow
          ? 'The code is narrower than the row, so only what rows have in common gets through.'
          : first !== undefined &&
            'The code is no narrower than the row: only what the kind asks of it keeps the network from copying. A bad sign would be such a code without noise, penalty or sparsity.'
      }
    </p>
    <div class="pair">${networkFigure(model)} ${termList()}</div>
  </section>`
}

/** What stands in the place of the model at work where no rows were given. */
export function noWork(): Markup {
  return html`<section aria-labelledby="layers">
    <h2 id="layers">The model at work</h2>
    <p class="soft">
      No rows were given to look at. <code>hourglass inspect MODEL DATA --report page.html</code> adds what
      every layer gives for them, how steep the encoder is, and what each latent unit does.
    </p>
  </section>`
}
