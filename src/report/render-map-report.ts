/**
 * A map of rows as one HTML file to explore: it holds the data (map/pack.ts) and the script that draws them (map/web/),
 * needs no network, and works from a file. What it says is map-report.ts.
 */
import { formatCount, formatNumber, formatPlural } from '../base/index.js'
import { clip, html, verbatim, type Markup } from './html.js'
import { readMapScript } from './map-page.js'
import type { MapReport } from './map-report.js'
import { mapStyle } from './map-style.js'
import { packMap, type PackedMap } from './map/pack.js'
import { pageOf } from './page.js'
import { factList } from './sections/facts.js'
import { warningSection } from './sections/reproduce.js'
import { whenOf } from './texts.js'

/** Facts and measures shown. */
const mostListed = 40

/**
 * @returns a whole HTML document. A million rows with three columns take about 13 MB; of more rows, and of more than 48 MB
 *   of images, an even sample goes in and the page says so
 * @throws HG_SHAPE_MISMATCH when the lists of the map do not agree
 * @throws HG_INTERNAL when the script of the page was not built
 * @example
 * writeFileSync('map.html', await renderMapReport(map))
 */
export async function renderMapReport(map: MapReport): Promise<string> {
  const packed = await packMap(map)
  return pageOf(
    { title: map.title, version: map.version ?? '' },
    html`${head(map, packed)}
      <main class="map">${explorer(packed)} ${rest(map)}</main>
      ${again(map)}
      ${packed.blocks.map(({ id, base64 }) =>
        verbatim(`<script type="text/plain" id="block-${id}">${base64}</script>`),
      )}`,
    { style: mapStyle, script: readMapScript() },
  )
}

function head({ title, source, createdAt, version }: MapReport, { header }: PackedMap): Markup {
  const parts = [
    clip(source, 80),
    formatPlural(header.rowCount, 'row'),
    createdAt === undefined ? '' : whenOf(createdAt),
    version === undefined ? '' : `Hourglass ${clip(version, 40)}`,
  ]
  return html`<header class="map-head">
    <p class="eyebrow">${parts.filter((part) => part !== '').join(' · ')}</p>
    <h1>${clip(title, 90)}</h1>
  </header>`
}

function explorer({ header }: PackedMap): Markup {
  const points =
    header.count === 0 ? 'There are no rows to draw.' : `Opening ${formatPlural(header.count, 'row')} …`
  const description =
    'Map of the rows. Arrow keys move a cross, with Shift the map; plus and minus zoom, 0 shows the whole map; ' +
    'Enter shows what is under the cross, Escape clears.'
  return html`<div class="explorer">
    <div class="tools" id="tools"></div>
    <div>
      <div class="stage" id="stage" tabindex="0" role="application" aria-label="${description}">
        <canvas class="points" id="canvas"></canvas>
        <div class="names" id="names" aria-hidden="true"></div>
        <svg class="overlay" id="overlay" aria-hidden="true"></svg>
        <div class="cross" id="cross" hidden></div>
        <div class="tip" id="tip" hidden></div>
        <a class="picked" id="picked" href="#selected-title" hidden></a>
        <p class="loading" id="loading">${points}</p>
        <noscript><p class="loading">The map needs JavaScript; what is below does not.</p></noscript>
      </div>
      <p class="says soft">
        <span id="says"></span> The axes of a map have no units: what counts is who is near whom. Both have
        the same scale.
      </p>
      <div class="spoken" id="spoken" aria-live="polite"></div>
    </div>
    <aside class="side" aria-label="about the map">
      <section class="panel">
        <div id="colour-by"></div>
        <div id="legend"></div>
      </section>
      <section class="panel card-panel" aria-labelledby="card-title">
        <h2 id="card-title">Row or place</h2>
        <div class="card-body" id="card" aria-live="polite"></div>
      </section>
      <section class="panel"><div class="look" id="look"></div></section>
    </aside>
  </div>`
}

function rest({ quality, facts, notes }: MapReport): Markup {
  return html`<div class="rest">
    <section class="panel" aria-labelledby="selected-title">
      <h2 id="selected-title">Selected rows</h2>
      <div id="selected"></div>
    </section>
    ${
      quality.length > 0 &&
      html`<section class="panel" aria-labelledby="quality">
        <h2 id="quality">How far the map can be trusted</h2>
        <dl class="measures">
          ${quality.slice(0, mostListed).map(
            ({ name, value, meaning }) =>
              html`<div>
                <dt>${clip(name)}</dt>
                <dd class="value">${shown(value)}</dd>
                <dd>${clip(meaning, 400)}</dd>
              </div>`,
          )}
        </dl>
        ${more(quality.length)}
      </section>`
    }
    ${
      facts.length > 0 &&
      html`<section aria-labelledby="facts">
        <h2 id="facts">How it was made</h2>
        ${factList(facts.slice(0, mostListed).map(({ name, value }) => [clip(name), shown(value)] as const))}
        ${more(facts.length)}
      </section>`
    }
    ${warningSection({ warnings: notes })}
  </div>`
}

function again({ command }: MapReport): Markup | false {
  return (
    command !== '' &&
    html`<footer>
      <h2>Again</h2>
      <pre><code>${command.slice(0, 2000)}</code></pre>
    </footer>`
  )
}

function more(count: number): Markup | false {
  return count > mostListed && html`<p class="soft">and ${formatCount(count - mostListed)} more</p>`
}

function shown(value: number | string): string {
  return typeof value === 'number' ? formatNumber(value, 4) : clip(value)
}
