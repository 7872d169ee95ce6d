/** The strangest rows, each with its reason in words and a drawing for every column that makes it strange. */
import { formatCount, formatNumber, formatPlural, formatPValue } from '../../base/index.js'
import { position } from '../charts/position.js'
import type { DetectReport, ReportAnomaly, ReportContribution } from '../detect-report.js'
import { clip, html, verbatim, type Markup } from '../html.js'
import { rangeTexts } from '../texts.js'

/** Cards shown at once, and cards in all. */
const [mostOpen, mostCards] = [10, 100]
/** Columns drawn of a row, and the least share of its score that is worth drawing. */
const [mostParts, leastShare] = [4, 0.05]

export function anomalySection({ anomalies, columns, scores }: DetectReport): Markup {
  const dates = new Set(columns.filter(({ kind }) => kind === 'datetime').map(({ name }) => name))
  const cards = anomalies.slice(0, mostCards).map((anomaly, i) => card(anomaly, i, dates))
  return html`<section aria-labelledby="anomalies">
    <h2 id="anomalies">
      ${scores.anomalies > 0 ? 'The strangest rows' : 'The strangest rows, none of them flagged'}
    </h2>
    ${
      cards.length === 0
        ? html`<p class="soft">No row was explained.</p>`
        : html`${introduction(anomalies.length)}
            <ol class="cards">
              ${cards.slice(0, mostOpen)}
            </ol>
            ${
              cards.length > mostOpen &&
              html`<details>
                <summary>Show ${formatPlural(cards.length - mostOpen, 'more row')}</summary>
                <ol class="cards" start="${mostOpen + 1}">
                  ${cards.slice(mostOpen)}
                </ol>
              </details>`
            }`
    }
  </section>`
}

function introduction(count: number): Markup {
  const key = (shape: string, name: string) =>
    html`<span class="key"
      ><svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">${verbatim(shape)}</svg
      >${name}</span
    >`
  return html`<p>
      ${count > mostCards && `The first ${formatCount(mostCards)} of ${formatPlural(count, 'explained row')}. `}Each
      column is shown with its share of the row's score.
    </p>
    <p class="keys">
      ${key('<circle r="6" class="value"/>', 'the value')}
      ${key('<path d="M0,-6L6,0L0,6L-6,0Z" class="expected"/>', 'expected given the other columns')}
      ${key('<rect x="-8" y="-5" width="16" height="10" rx="3" class="band"/>', 'usual range (98 % of rows)')}
      ${key('<path d="M-5,6L-1,-6M1,6L5,-6" class="axis"/>', 'axis broken: farther out than drawn')}
    </p>`
}

function card(anomaly: ReportAnomaly, index: number, dates: ReadonlySet<string>): Markup {
  const { row, id, score, pValue, isAnomaly, reason, contributions } = anomaly
  const rowName = `row ${formatCount(row)}`
  const shown = contributions.filter(({ share }, i) => i === 0 || share >= leastShare).slice(0, mostParts)
  return html`<li class="card${!isAnomaly && ' below'}">
    <article aria-labelledby="row-${row}">
      <header>
        <h3 id="row-${row}">
          <span class="soft">${index + 1}.</span> ${id === undefined || id === '' ? rowName : clip(id, 100)}
        </h3>
        <p class="meta">
          ${id !== undefined && id !== '' && `${rowName} · `}score ${formatNumber(score)} · p
          ${formatPValue(pValue)}
        </p>
        ${!isAnomaly && html`<span class="badge">not flagged</span>`}
      </header>
      <p>${clip(reason, 600)}</p>
      <ul class="parts">
        ${shown.map((part) => contribution(part, dates.has(part.column)))}
      </ul>
    </article>
  </li>`
}

function contribution(
  { column, share, value, expected, position: place }: ReportContribution,
  isDate: boolean,
): Markup {
  const texts = { value: clip(value), expected: clip(expected) }
  return html`<li>
    <div class="part"><b>${clip(column, 80)}</b><span>${Math.round(100 * share)} % of the score</span></div>
    <p class="words"><b>${texts.value}</b> <span class="soft">expected</span> ${texts.expected}</p>
    ${place !== undefined && [place.value, place.expected, place.low, place.high].every(Number.isFinite) && verbatim(position(place, rangeTexts(place, isDate, texts)))}
  </li>`
}
