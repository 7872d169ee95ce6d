/** The parts of the doctor's page: the overview of all difficulties, and each with its evidence, charts and remedies. */
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPlural,
  type Chart,
  type Evidence,
  type Verdict,
} from '../../base/index.js'
import { evidenceChart, keyOf } from '../charts/evidence.js'
import type { Plotting } from '../charts/plotting.js'
import type { DoctorPage, ReportDiagnosis, ReportIllness, ReportRemedy } from '../doctor-report.js'
import { clip, html, verbatim, type Markup } from '../html.js'
import { whenOf } from '../texts.js'
import { factList } from './facts.js'

/** A sign for each verdict beside its word and colour. */
const signs: Readonly<Record<Verdict, string>> = { fine: '✓', watch: '!', ill: '✕', unknown: '?' }

/** What the difficulties ask, for those who meet them for the first time. */
const questions: Readonly<Record<string, string>> = {
  architecture: 'Do depth, width and kind suit the data?',
  'hyper-parameters': 'Does the training get where it could?',
  bottleneck: 'Is the code as wide as the data need?',
  overfitting: 'Does it learn the rows, or what rows have in common?',
  cost: 'How long does it take, and what would do for less?',
  variability: 'Is every column, group and mode explained?',
  input: 'Are the data what they seem?',
  generalisation: 'Does it hold later, elsewhere, for new data?',
}

const mostIllnesses = 40
const mostRows = 24
const mostCharts = 6

const badge = (verdict: Verdict): Markup =>
  html`<span class="verdict ${verdict}"><span aria-hidden="true">${signs[verdict]}</span> ${verdict}</span>`

const anchor = (difficulty: string): string => `difficulty-${difficulty.replaceAll(/[^a-z-]/g, '')}`

/** Title, sizes, and one line for each difficulty. */
export function doctorHeadline(report: DoctorPage): Markup {
  const { diagnoses, rows, columns, source, createdAt, version, seconds } = report
  const count = (verdict: Verdict): number => diagnoses.filter((one) => one.verdict === verdict).length
  return html`<header>
      <p class="eyebrow">${whenOf(createdAt)} · examined with Hourglass ${clip(version, 40)}</p>
      <h1>${clip(report.title, 90)}</h1>
      <p class="lead">${leadOf(report)}</p>
      ${factList([
        ['rows', formatCount(rows)],
        ['columns', formatCount(columns)],
        ['ill', formatCount(count('ill'))],
        ['to watch', formatCount(count('watch'))],
        ['fine', formatCount(count('fine'))],
        ['examined in', formatDuration(seconds)],
      ])}
    </header>
    <div class="front">
      <section aria-label="overview of ${clip(source, 60)}">
        <ul class="overview">
          ${diagnoses.map(
            ({ difficulty, verdict, summary }) =>
              html`<li>
                ${badge(verdict)}
                <div>
                  <a href="#${anchor(difficulty)}"><b>${nameOf(difficulty)}</b></a>
                  <p>${clip(summary, 260)}</p>
                </div>
              </li>`,
          )}
        </ul>
      </section>
    </div>`
}

function leadOf({ diagnoses, source }: DoctorPage): string {
  const names = (verdict: Verdict): string =>
    diagnoses
      .filter((one) => one.verdict === verdict)
      .map(({ difficulty }) => difficulty)
      .join(', ')
  const [ill, watch] = [names('ill'), names('watch')]
  if (ill === '' && watch === '') return `Nothing wrong was found in ${clip(source, 80)}.`
  const parts = [
    ...(ill === '' ? [] : [`Ill: ${ill}.`]),
    ...(watch === '' ? [] : [`To be watched: ${watch}.`]),
  ]
  return `${clip(source, 80)}. ${parts.join(' ')}`
}

const nameOf = (difficulty: string): string =>
  clip(difficulty.charAt(0).toUpperCase() + difficulty.slice(1), 40)

/** One difficulty. */
export function diagnosisSection(plotting: Plotting, diagnosis: ReportDiagnosis): Markup {
  const { difficulty, verdict, summary, illnesses, evidence, charts, remedies } = diagnosis
  const id = anchor(difficulty)
  const more = illnesses.length - mostIllnesses
  const drawn = charts.slice(0, mostCharts).flatMap((chart) => figureOf(plotting, chart))
  return html`<section aria-labelledby="${id}">
    <div class="difficulty">
      <h2 id="${id}">${nameOf(difficulty)}</h2>
      ${badge(verdict)}
    </div>
    <p class="soft">${questions[difficulty] ?? ''}</p>
    ${(illnesses.length !== 1 || illnesses[0]!.text !== summary) && html`<p>${clip(summary, 600)}</p>`}
    ${drawn.length > 0 && html`<div class="pair charts">${drawn}</div>`}
    ${
      illnesses.length > 0 &&
      html`<ul class="cards illnesses">
        ${illnesses.slice(0, mostIllnesses).map(illnessCard)}
      </ul>`
    }
    ${more > 0 && html`<p class="soft small">and ${formatPlural(more, 'more finding')}, in --json</p>`}
    ${evidence.length > 0 && figures(evidence, illnesses.length > 0)} ${remedyList(remedies)}
  </section>`
}

function illnessCard({
  code,
  verdict,
  text,
  rows = [],
  rowCount = rows.length,
  evidence,
  remedies,
}: ReportIllness): Markup {
  const more = rowCount - Math.min(rows.length, mostRows)
  return html`<li class="card ${verdict}">
    <header>
      <h3>${clip(code.replaceAll('-', ' '), 60)}</h3>
      ${badge(verdict)}
    </header>
    <p>${clip(text, 600)}</p>
    ${
      rows.length > 0 &&
      html`<p class="meta">
        ${rowCount === 1 ? 'Row' : 'Rows'}
        ${rows
          .slice(0, mostRows)
          .map((row) => formatCount(row + 1))
          .join(', ')}${more > 0 && `, and ${formatCount(more)} more`}
      </p>`
    }
    ${evidence.length > 0 && evidenceTable(evidence)} ${remedyList(remedies)}
  </li>`
}

function figures(evidence: readonly Evidence[], isBelow: boolean): Markup {
  return isBelow
    ? html`<details class="more">
        <summary>What was measured</summary>
        ${evidenceTable(evidence)}
      </details>`
    : html`<div class="panel">${evidenceTable(evidence)}</div>`
}

function evidenceTable(evidence: readonly Evidence[]): Markup {
  return html`<dl class="evidence">
    ${evidence.slice(0, 24).map(
      (figure) =>
        html`<div>
          <dt>${clip(figure.name, 80)}</dt>
          <dd>
            <b>${valueText(figure)}</b>
            <span>${clip(figure.meaning, 300)}</span>
          </dd>
        </div>`,
    )}
  </dl>`
}

/** A figure with its unit and interval. */
function valueText({ value, unit, low, high }: Evidence): string {
  const number = typeof value === 'string' ? clip(value, 80) : formatNumber(value)
  const interval =
    low === undefined || high === undefined ? '' : ` (${formatNumber(low)} to ${formatNumber(high)})`
  return `${number}${unit === undefined ? '' : ` ${clip(unit, 20)}`}${interval}`
}

function remedyList(remedies: readonly ReportRemedy[]): Markup {
  if (remedies.length === 0) return html``
  return html`<ul class="remedies">
    ${remedies.map(
      ({ text, command }) =>
        html`<li>
          ${clip(text, 500)}
          ${command !== undefined && html`<pre><code>${command.slice(0, 600)}</code></pre>`}
        </li>`,
    )}
  </ul>`
}

function figureOf(plotting: Plotting, chart: Chart): Markup[] {
  const svg = evidenceChart(plotting, chart)
  if (svg === undefined) return []
  const key = keyOf(chart)
  return [
    html`<figure class="panel">
      <h3>${clip(chart.title, 120)}</h3>
      ${verbatim(svg)}
      ${
        key.length > 0 &&
        html`<p class="keys small">
          ${key.map(
            ({ name, colour, dash }) =>
              html`<span class="key"
                ><svg width="26" height="8" aria-hidden="true">
                  <path
                    d="M0,4H26"
                    stroke="${colour}"
                    stroke-width="2"
                    ${dash !== '' && verbatim(`stroke-dasharray="${dash}"`)}
                  /></svg
                >${name}</span
              >`,
          )}
        </p>`
      }
    </figure>`,
  ]
}

/** What `--fix` changed. */
export function changeSection({ changes }: DoctorPage): Markup {
  if (changes.length === 0) return html``
  const most = 60
  return html`<section aria-labelledby="changes">
    <h2 id="changes">What --fix changed</h2>
    <div class="panel">
      <ul>
        ${changes.slice(0, most).map((change) => html`<li>${clip(change, 300)}</li>`)}
        ${changes.length > most && html`<li>and ${formatCount(changes.length - most)} more</li>`}
      </ul>
    </div>
  </section>`
}
