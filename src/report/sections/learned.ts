/** What was learned from what: the rows, the network, the course of training, and how the columns were read. */
import { formatCount, formatDuration, formatPercent, formatPlural } from '../../base/index.js'
import { hourglass } from '../charts/hourglass.js'
import type { Plotting } from '../charts/plotting.js'
import { trainingCurve } from '../charts/training-curve.js'
import type { DetectReport, ReportColumn, ReportModel } from '../detect-report.js'
import { clip, html, verbatim, type Markup } from '../html.js'

/** Tables longer than this are folded. */
const mostOpen = 20
/** Rows of the table of columns; of wider data the rest is only counted. */
const mostColumns = 500

/** The network and its training, side by side. */
export function learned(plotting: Plotting, report: DetectReport): Markup {
  const { model } = report
  return html`<section aria-labelledby="learned">
    <h2 id="learned">What was learned</h2>
    <p>
      A ${model.kind} autoencoder of ${formatPlural(model.parameterCount, 'parameter')} learned from
      ${formatPlural(report.trainedRows, 'row')} to rebuild
      ${model.kind === 'denoising' ? 'rows from noisy copies of them' : 'rows'} through a code of
      ${formatPlural(model.latent, 'number')}. What it rebuilds badly is unlike the rest.
      ${report.calibrationRows > 0 && `How badly is too badly was set on ${formatPlural(report.calibrationRows, 'other row')}.`}
    </p>
    <div class="pair">${networkFigure(model)} ${lossFigure(plotting, report)}</div>
  </section>`
}

/** The layers as an hourglass. */
export function networkFigure(model: ReportModel): Markup {
  const network = hourglass(model)
  return html`<figure class="panel">
    <h3>The network</h3>
    ${network === undefined ? html`<p class="soft">No layers were recorded.</p>` : verbatim(network)}
    <figcaption>Numbers that each layer passes on, from a row's features to its code and back.</figcaption>
  </figure>`
}

/** The loss over the training, and what was kept of it. */
export function lossFigure(
  plotting: Plotting,
  { model, training }: Pick<DetectReport, 'model' | 'training'>,
  heading = 'Its training',
): Markup {
  const curve = trainingCurve(plotting, training)
  const early = training.stopped === 'early' ? ', stopped early when it got no better' : ''
  return html`<figure class="panel">
    <h3>${heading}</h3>
    ${curve === undefined ? html`<p class="soft">No losses were recorded.</p>` : verbatim(curve)}
    <figcaption>
      ${curve !== undefined && curveKey(training.points.some(({ validationLoss }) => validationLoss !== undefined))}
      ${formatPlural(training.steps, 'step')} in ${formatDuration(model.seconds)}${early}; the weights of step
      ${formatCount(training.bestStep)} were kept.
    </figcaption>
  </figure>`
}

/** How every column was read. */
export function columnReadings({ columns, rows }: DetectReport): Markup {
  const shown = columns.slice(0, mostColumns)
  const caption =
    shown.length < columns.length
      ? `The first ${formatCount(shown.length)} of ${formatPlural(columns.length, 'column')}`
      : `How each column was read, and why`
  const table = html`<div class="scroll">
    <table class="columns">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">column</th>
          <th scope="col">read as</th>
          <th scope="col" class="number">missing</th>
          <th scope="col" class="number">distinct</th>
          <th scope="col">because</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((column) => columnRow(column, rows))}
      </tbody>
    </table>
  </div>`
  return html`<section aria-labelledby="columns">
    <h2 id="columns">How the columns were read</h2>
    <p>${kindsOf(columns)}</p>
    <div class="panel">
      ${
        columns.length > mostOpen
          ? html`<details>
              <summary>Show ${formatPlural(columns.length, 'column')}</summary>
              ${table}
            </details>`
          : table
      }
    </div>
  </section>`
}

function curveKey(hasHeldOut: boolean): Markup {
  const key = (stroke: Markup, name: string) =>
    html`<span class="key"
      ><svg width="26" height="8" aria-hidden="true"><path d="M0,4H26" stroke-width="2" ${stroke} /></svg
      >${name}</span
    >`
  return html`${key(html`stroke="var(--quiet)" stroke-dasharray="4,3"`, 'training rows')}
    ${hasHeldOut && key(html`stroke="var(--normal)"`, 'held-out rows')}<br />`
}

function columnRow(
  { name, kind, used, missing, distinct, reason, summary }: ReportColumn,
  rows: number,
): Markup {
  const share = missing > 0 && rows > 0 ? ` (${formatPercent(missing / rows)})` : ''
  const notes = [reason, summary].filter((text) => text !== undefined && text !== '').join('; ')
  return html`<tr${!used && html` class="off"`}><th scope="row">${clip(name, 80)}</th><td>${used ? kind : `left out: ${kind}`}</td><td class="number" data-name="missing">${missing === 0 ? '0' : formatCount(missing) + share}</td><td class="number" data-name="distinct">${formatCount(distinct)}</td><td>${clip(notes)}</td></tr>`
}

/** `9 numeric and 3 categorical columns were used; 2 were left out.` */
function kindsOf(columns: readonly ReportColumn[]): string {
  const kinds = new Map<string, number>()
  for (const { kind, used } of columns) if (used) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  const parts = [...kinds]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${formatCount(count)} ${clip(kind, 40)}`)
  const left = columns.filter(({ used }) => !used).length
  const usedText = parts.length === 0 ? 'No column was used' : `Used: ${parts.join(', ')}`
  return `${usedText}. ${left === 0 ? 'None was left out.' : `Left out: ${formatCount(left)}.`}`
}
