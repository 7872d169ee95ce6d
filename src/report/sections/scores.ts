/** How the scores are spread and whether the threshold keeps its promise. */
import { formatCount, formatPercent, formatPlural } from '../../base/index.js'
import { calibrationCheck, isWithin } from '../charts/calibration-check.js'
import type { Plotting } from '../charts/plotting.js'
import { scoreDistribution } from '../charts/score-distribution.js'
import type { DetectReport } from '../detect-report.js'
import { html, verbatim, type Markup } from '../html.js'

export function scoreSection(plotting: Plotting, { scores }: DetectReport): Markup {
  const tall = scores.labels ? 380 : 280
  const wide = scoreDistribution(plotting, scores, { width: 1040, height: tall })
  const narrow = scoreDistribution(plotting, scores, { width: 380, height: tall })
  return html`<section aria-labelledby="scores">
    <h2 id="scores">The scores</h2>
    <p>
      A score is the mean error of rebuilding a row's known cells: the higher, the stranger.
      ${scores.auroc !== undefined && agreement(scores.auroc, scores.averagePrecision)}
    </p>
    <figure class="panel">
      ${
        wide === undefined || narrow === undefined
          ? html`<p class="soft">No row has a score.</p>`
          : html`<div class="wide">${verbatim(wide)}</div>
              <div class="narrow">${verbatim(narrow)}</div>
              <figcaption>${distributionKey(Number.isFinite(scores.threshold))}</figcaption>`
      }
    </figure>
  </section>`
}

export function calibrationSection(plotting: Plotting, { calibration }: DetectReport): Markup {
  const chart = calibrationCheck(plotting, calibration)
  if (chart === undefined) {
    return html`<section aria-labelledby="calibration">
      <h2 id="calibration">Does the threshold keep its promise?</h2>
      <p class="soft">There were too few rows to check it on.</p>
    </section>`
  }
  const checks = calibration.checks.toSorted((a, b) => a.asked - b.asked)
  const kept = checks.filter(isWithin).length
  const all = checks.length
  const rows = Math.max(...checks.map((check) => check.rows))
  return html`<section aria-labelledby="calibration">
    <h2 id="calibration">Does the threshold keep its promise?</h2>
    <p>
      Rates of false alarms, asked for and then counted on ${formatPlural(rows, 'row')} that neither moved the
      weights nor set the threshold.
      ${kept === all ? `All ${formatCount(all)} lie` : `${formatCount(kept)} of ${formatCount(all)} ${kept === 1 ? 'lies' : 'lie'}`}
      where chance would put
      them${kept === all ? '.' : '; elsewhere expect the observed rate rather than the asked one.'}
    </p>
    <div class="pair">
      <figure class="panel">
        ${verbatim(chart)}
        <figcaption>
          Dots on the dashed line are exact; bars are where chance puts 95&nbsp;% of them.
        </figcaption>
      </figure>
      <div class="panel scroll">
        <table>
          <caption>
            False-alarm rates
          </caption>
          <thead>
            <tr>
              <th scope="col" class="number">asked for</th>
              <th scope="col" class="number">observed</th>
              <th scope="col" class="number">95 % interval</th>
              <th scope="col"></th>
            </tr>
          </thead>
          <tbody>
            ${checks.map(
              (check) =>
                html`<tr>
                  <td class="number">${formatPercent(check.asked)}</td>
                  <td class="number">${formatPercent(check.observed)}</td>
                  <td class="number">${formatPercent(check.low)} – ${formatPercent(check.high)}</td>
                  <td>${isWithin(check) ? 'within' : 'outside'}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>
  </section>`
}

function agreement(auroc: number, averagePrecision: number | undefined): Markup {
  const precision = averagePrecision === undefined ? '' : `, average precision ${averagePrecision.toFixed(3)}`
  return html`Against the label, which was never learned from: AUROC ${auroc.toFixed(3)}${precision} (1 is
  perfect; 0.5 is the AUROC of guessing).`
}

function distributionKey(hasThreshold: boolean): Markup {
  const key = (color: string, name: string) =>
    html`<span class="key"
      ><svg width="14" height="14" aria-hidden="true">
        <rect width="14" height="14" rx="3" fill="var(--${color})" /></svg
      >${name}</span
    >`
  const colors = html`${key('normal', 'below the threshold')}${key('anomaly', 'flagged')}`
  return html`${hasThreshold ? colors : 'There is no threshold, so none is flagged.'}<br />Even a single row
    is drawn two pixels tall.`
}
