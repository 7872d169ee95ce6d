/**
 * The page of `--compare` of `hourglass compress` and `hourglass denoise`: each image with a slider between before and after, and
 * what is to be known of it. The slider is a range input over the picture, so that keys and screen readers have it too.
 */
import type { ComparedImage, CompareReport } from './compare-report.js'
import { html, verbatim, type Markup } from './html.js'
import { pageOf } from './page.js'

const style = `
.compare,.still{position:relative;margin:0;border:1px solid var(--line);border-radius:10px;overflow:hidden;background:var(--paper);--at:50%}
.compare .pair{position:relative}
.compare img,.still img{display:block;width:100%;height:auto}
.compare.small img,.still.small img{image-rendering:pixelated}
.compare .before{position:absolute;inset:0;clip-path:inset(0 calc(100% - var(--at)) 0 0)}
.compare .edge{position:absolute;top:0;bottom:0;left:var(--at);width:2px;margin-left:-1px;background:#fff;box-shadow:0 0 0 1px #000;pointer-events:none}
.compare .edge::after{content:"";position:absolute;top:50%;left:50%;width:28px;height:28px;margin:-14px;border-radius:50%;background:#fff;border:2px solid #000}
.compare .tag{position:absolute;top:10px;padding:2px 8px;border-radius:6px;background:#000b;color:#fff;font-size:.84rem;pointer-events:none}
.compare .tag.left{left:10px}.compare .tag.right{right:10px}
.compare input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:ew-resize}
.compare input:focus-visible+.edge{background:var(--anomaly)}
.further{margin:24px 0 0}
.further figcaption{margin-top:8px}`

const script = `for(const figure of document.querySelectorAll('.compare')){const slider=figure.querySelector('input');
const show=()=>figure.style.setProperty('--at',slider.value/10+'%');slider.addEventListener('input',show);show()}`

/** Below this width an image is drawn larger than it is, in plain squares. */
const smallWidth = 320

/** The page, whole. */
export function renderCompareReport(report: CompareReport): string {
  const { command, lead, none, images, createdAt, version } = report
  const title = images.length === 1 ? `${images[0]!.name}, before and after` : 'Images, before and after'
  const body = html`<header>
      <p class="eyebrow">${command}</p>
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
    </header>
    <main>${images.length === 0 && html`<p class="panel">${none}</p>`} ${images.map(imageSection)}</main>
    <footer><p class="soft">Hourglass ${version}, ${createdAt.slice(0, 16).replace('T', ' ')}</p></footer>`
  return pageOf({ title, version }, body, { style, script })
}

function imageSection(image: ComparedImage): Markup {
  const { name, width, height, before, after, facts, further } = image
  const small = width < smallWidth && ' small'
  const picture = (file: Uint8Array, which: string, className: string): Markup =>
    html`<img
      class="${className}"
      src="${dataUri(file)}"
      width="${width}"
      height="${height}"
      alt="${name}, ${which}"
    />`
  return html`<section>
    <h2>${name}</h2>
    <figure class="compare${small}">
      <div class="pair">
        ${picture(after, 'after', 'after')} ${picture(before, 'before', 'before')}
        <span class="tag left">before</span><span class="tag right">after</span>
        <input
          type="range"
          min="0"
          max="1000"
          value="500"
          aria-label="Where before ends and after begins, ${name}"
        />
        <span class="edge"></span>
      </div>
    </figure>
    <dl class="facts">
      ${facts.map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${
      further !== undefined &&
      html`<figure class="further">
        <div class="still${small}">${picture(further.picture, further.caption, 'whole')}</div>
        <figcaption>${further.caption}</figcaption>
      </figure>`
    }
  </section>`
}

const dataUri = (bytes: Uint8Array): Markup =>
  verbatim(`data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`)
