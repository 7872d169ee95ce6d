/** Every layer at work on some rows: what it gives, what of it is dead or saturated, and the gradient that it gets. */
import { formatCount, formatNumber, formatPercent, formatPlural } from '../../base/index.js'
import { outputHistogram } from '../charts/output-histogram.js'
import { clip, html, verbatim, type Markup } from '../html.js'
import type { ReportLayer, ReportWork } from '../inspect-report.js'
import { term } from './terms.js'

/** Layers shown; the rest is counted. */
const mostLayers = 120

export function layerSection({ layers, rows, source }: ReportWork): Markup {
  const shown = layers.slice(0, mostLayers)
  const caption =
    shown.length < layers.length
      ? `The first ${formatCount(shown.length)} of ${formatPlural(layers.length, 'layer')}`
      : 'In the order in which they run'
  return html`<section aria-labelledby="layers">
    <h2 id="layers">The layers at work</h2>
    <p>
      ${formatPlural(rows, 'row')} of ${clip(source, 80)} went through the ${term('encoder')} and the
      ${term('decoder')}; this is what each layer gave. ${findings(layers)} Bad signs: many dead units (the
      same number for every row, so nothing passes through them), many saturated outputs (at the bounds of
      their activation, where hardly any gradient gets through), and a spread that shrinks to nothing or
      explodes from layer to layer.
    </p>
    ${
      layers.length === 0
        ? html`<p class="soft">No layer could be looked at.</p>`
        : html`<div class="panel">
            <div class="scroll">
              <table class="columns layers">
                <caption>
                  ${caption}
                </caption>
                <thead>
                  <tr>
                    <th scope="col">layer, operator</th>
                    <th scope="col" class="number">gives</th>
                    <th scope="col" class="number">parameters</th>
                    <th scope="col" class="number">mean ± deviation</th>
                    <th scope="col" class="number">dead units</th>
                    <th scope="col" class="number">saturated</th>
                    <th scope="col" class="number">gradient norm</th>
                    <th scope="col">outputs</th>
                  </tr>
                </thead>
                <tbody>
                  ${shown.map(layerRow)}
                </tbody>
              </table>
            </div>
            <p class="soft small">
              Histograms: from the least output to the greatest; height by the square root of the count, so
              that small counts can be seen beside the zeros of rectifiers; the dashed line is 0. Gradient
              norms: of the training ${term('loss')} at these rows. –: the activation has no bounds, or the
              layer no weights.
            </p>
          </div>`
    }
  </section>`
}

function layerRow(layer: ReportLayer): Markup {
  const { name, operator, shape, units, parameterCount, mean, deviation, deadUnits } = layer
  const { saturatedShare, gradientNorm } = layer
  const histogram = outputHistogram({ name: clip(name, 80), sample: layer.sample })
  const dead = deadUnits === 0 ? '0' : `${formatCount(deadUnits)} of ${formatCount(units)}`
  const gives = shape.length === 0 ? '1' : shape.map((size) => formatCount(size)).join(' × ')
  const numbers: readonly (readonly [string, Markup | string])[] = [
    ['gives', gives],
    ['parameters', formatCount(parameterCount)],
    ['mean ± deviation', `${formatNumber(mean)} ± ${formatNumber(deviation)}`],
    ['dead units', isBad(deadUnits / units) ? html`<b class="bad">${dead}</b>` : dead],
    ['saturated', saturatedShare === undefined ? '–' : saturatedText(saturatedShare)],
    ['gradient norm', gradientNorm === undefined ? '–' : formatNumber(gradientNorm)],
  ]
  return html`<tr>
    <th scope="row">${clip(name, 80)} <span class="soft">${clip(operator, 40)}</span></th>
    ${numbers.map(([title, value]) => html`<td class="number" data-name="${title}">${value}</td>`)}
    <td>${histogram === undefined ? html`<span class="soft">none</span>` : verbatim(histogram)}</td>
  </tr>`
}

/** A share that is worth a second look. */
const isBad = (share: number): boolean => share > 0.5

function saturatedText(share: number): Markup | string {
  return isBad(share) ? html`<b class="bad">${formatPercent(share)}</b>` : formatPercent(share)
}

function findings(layers: readonly ReportLayer[]): string {
  if (layers.length === 0) return ''
  const dead = layers.filter(({ deadUnits }) => deadUnits > 0)
  if (dead.length === 0) return 'Here no unit is dead.'
  const worst = dead.reduce((a, b) => (b.deadUnits / b.units > a.deadUnits / a.units ? b : a))
  return (
    `Here ${formatCount(dead.length)} of ${formatPlural(layers.length, 'layer')} ${dead.length === 1 ? 'has' : 'have'} dead units, ` +
    `most of all ${clip(worst.name, 60)}: ${formatCount(worst.deadUnits)} of ${formatCount(worst.units)}.`
  )
}
