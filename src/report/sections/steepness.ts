/** How steep the encoder is: the singular values of its Jacobian at some rows. */
import { formatCount, formatNumber, formatPlural } from '../../base/index.js'
import type { Plotting } from '../charts/plotting.js'
import { singularValues, spectrumFacts } from '../charts/singular-values.js'
import { html, verbatim, type Markup } from '../html.js'
import type { ReportWork } from '../inspect-report.js'
import { term } from './terms.js'

export function steepnessSection(plotting: Plotting, { jacobian }: ReportWork): Markup {
  const rows = jacobian.singularValues
  const wide = singularValues(plotting, rows, { width: 1040, height: 300 })
  const narrow = singularValues(plotting, rows, { width: 380, height: 280 })
  return html`<section aria-labelledby="steepness">
    <h2 id="steepness">How steep the encoder is</h2>
    <p>
      The ${term('encoder')} answers a small change of a row with a change of its code; its singular values
      say by how many times that change is stretched, in the direction that it answers most, in the next, and
      so on: a few great ones and a steep fall mean that near this row only a few directions matter. Bad
      signs: all of them near 0 (the code ignores the row), or great ones to the very end (small noise moves
      the code far).
    </p>
    <figure class="panel">
      ${
        wide === undefined || narrow === undefined
          ? html`<p class="soft">
              ${rows.length === 0 ? 'They were not worked out at any row.' : 'All of them are 0: the code does not move with the row.'}
            </p>`
          : html`<div class="wide">${verbatim(wide)}</div>
              <div class="narrow">${verbatim(narrow)}</div>
              <figcaption>${key(rows.length)}<br />${inNumbers(rows)}</figcaption>`
      }
    </figure>
  </section>`
}

function key(rows: number): Markup {
  const line = (stroke: Markup, name: string) =>
    html`<span class="key"
      ><svg width="26" height="8" aria-hidden="true"><path d="M0,4H26" ${stroke} /></svg>${name}</span
    >`
  return html`${line(html`stroke="var(--normal)" stroke-opacity=".6"`, rows === 1 ? 'the row' : `each of ${formatPlural(rows, 'row')}`)}
  ${line(html`stroke="var(--anomaly)" stroke-width="3"`, 'their mean')}
  ${line(html`stroke="currentColor" stroke-dasharray="2,3"`, '1: as great as the change itself')}`
}

function inNumbers(rows: ReportWork['jacobian']['singularValues']): string {
  const facts = spectrumFacts(rows)
  if (facts === undefined) return ''
  const { directions, greatest, least, open } = facts
  return (
    `On average from ${formatNumber(greatest)} down to ${formatNumber(least)}; ` +
    `${formatCount(open)} of ${formatPlural(directions, 'direction')} ${open === 1 ? 'has' : 'have'} at least a hundredth of the greatest.`
  )
}
