/** What each latent unit does: the decoder's answer to moving it alone, as bars of columns or as images. */
import { formatCount, formatNumber, formatPlural } from '../../base/index.js'
import { answerBar } from '../charts/answer-bar.js'
import { pixelUris } from '../charts/pixels.js'
import { clip, html, verbatim, type Markup } from '../html.js'
import type { ReportUnit, ReportWork } from '../inspect-report.js'
import { term } from './terms.js'

/** Units and answers of each that are shown; the rest of the units is counted. */
const [mostUnits, mostAnswers] = [16, 6]
/** Deviations from its mean at which a unit's images are taken. */
const steps = ['−2', '−1', 'mean', '+1', '+2']

export function unitSection({ units }: ReportWork): Markup {
  const shown = units.slice(0, mostUnits)
  const more = units.length - shown.length
  const hasImages = shown.some(({ images = [] }) => images.length > 0)
  const strongest = Math.max(
    0,
    ...shown.flatMap(({ answers }) => answers.map(({ change }) => Math.abs(change))).filter(Number.isFinite),
  )
  return html`<section aria-labelledby="units">
    <h2 id="units">What each latent unit does</h2>
    <p>
      One unit of the ${term('latent space')} at a time goes from 2 deviations below its mean to 2 above, the
      others stay at theirs, and the ${term('decoder')} answers${hasImages ? ' with these images' : ''}. Units
      that vary most come first. Bad signs: a unit that moves nothing (it is unused), or all units moving the
      same ${hasImages ? 'thing' : 'columns'} (they say one thing many times).
    </p>
    ${shown.length === 0 && html`<p class="soft">No unit was moved.</p>`}
    ${!hasImages && strongest > 0 && scaleText(strongest)}
    <ul class="cards units">
      ${shown.map((unit) => unitCard(unit, strongest))}
    </ul>
    ${more > 0 && html`<p class="soft more">And ${formatPlural(more, 'unit')} more that vary less.</p>`}
  </section>`
}

function scaleText(strongest: number): Markup {
  return html`<p class="keys">
    <span class="key">${swatch('anomaly')}falls (−, to the left)</span>
    <span class="key">${swatch('normal')}rises (+, to the right)</span>
    <span
      >All bars share one scale, to ${formatNumber(strongest)} on each side: scaled units for numbers,
      probability for categories.</span
    >
  </p>`
}

const swatch = (colour: string): Markup =>
  html`<svg width="14" height="14" aria-hidden="true">
    <rect width="14" height="14" rx="3" fill="var(--${colour})" />
  </svg>`

function unitCard(unit: ReportUnit, strongest: number): Markup {
  const { images = [] } = unit
  return html`<li class="card unit">
    <header>
      <h3>Unit ${formatCount(unit.unit)}</h3>
      <p class="meta">${formatNumber(unit.mean)} ± ${formatNumber(unit.deviation)} over the rows</p>
    </header>
    ${images.length > 0 ? strip(unit.unit, images) : answerList(unit, strongest)}
  </li>`
}

function answerList({ answers }: ReportUnit, strongest: number): Markup {
  if (answers.length === 0) return html`<p class="soft">It moves nothing.</p>`
  return html`<ol class="answers">
    ${answers
      .slice(0, mostAnswers)
      .map(
        ({ column, change }) =>
          html`<li>
            <span>${clip(column, 60)}</span>${verbatim(answerBar(strongest > 0 ? change / strongest : 0))}<b
              >${change > 0 && '+'}${formatNumber(change)}</b
            >
          </li>`,
      )}
  </ol>`
}

/** Where there are not five images, they are counted instead of measured in deviations. */
function strip(unit: number, images: NonNullable<ReportUnit['images']>): Markup {
  const names = images.length === steps.length ? steps : images.map((_, i) => formatCount(i + 1))
  const uris = pixelUris(images.slice(0, 2 * steps.length))
  return html`<ol class="strip">
    ${uris.map(
      (uri, i) =>
        html`<li>
          <img
            src="${uri}"
            alt="decoded with unit ${formatCount(unit)} at ${names[i]}"
            width="${images[i]!.width}"
            height="${images[i]!.height}"
          />
          ${names[i]}
        </li>`,
    )}
  </ol>`
}
