/**
 * The page of `hourglass compress --compare`: each image with a slider between before and after, and what it took. The
 * slider is a range input over the picture, so that keys and screen readers have it too.
 */
import { formatBytes } from '../base/index.js'
import type { ComparedImage, CompareReport } from './compare-report.js'
import { html, verbatim, type Markup } from './html.js'
import { pageOf } from './page.js'

const style = `
.compare{position:relative;margin:0;border:1px solid var(--line);border-radius:10px;overflow:hidden;background:var(--paper);--at:50%}
.compare .pair{position:relative}
.compare img{display:block;width:100%;height:auto}
.compare.small img{image-rendering:pixelated}
.compare .before{position:absolute;inset:0;clip-path:inset(0 calc(100% - var(--at)) 0 0)}
.compare .edge{position:absolute;top:0;bottom:0;left:var(--at);width:2px;margin-left:-1px;background:#fff;box-shadow:0 0 0 1px #000;pointer-events:none}
.compare .edge::after{content:"";position:absolute;top:50%;left:50%;width:28px;height:28px;margin:-14px;border-radius:50%;background:#fff;border:2px solid #000}
.compare .tag{position:absolute;top:10px;padding:2px 8px;border-radius:6px;background:#000b;color:#fff;font-size:.84rem;pointer-events:none}
.compare .tag.left{left:10px}.compare .tag.right{right:10px}
.compare input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:ew-resize}
.compare input:focus-visible+.edge{background:var(--anomaly)}`

const script = `for(const figure of document.querySelectorAll('.compare')){const slider=figure.querySelector('input');
const show=()=>figure.style.setProperty('--at',slider.value/10+'%');slider.addEventListener('input',show);show()}`

/** Below this width an image is drawn larger than it is, in plain squares. */
const smallWidth = 320

/** The page, whole. */
export function renderCompareReport({ images, createdAt, version }: CompareReport): string {
  const title = images.length === 1 ? `${images[0]!.name}, before and after` : 'Images, before and after'
  const body = html`<header>
      <p class="eyebrow">hourglass compress</p>
      <h1>${title}</h1>
      <p class="lead">
        Drag across an image: left of the line it is as it was, right of it as it comes back.
      </p>
    </header>
    <main>
      ${images.length === 0 && html`<p class="panel">No image was compressed, so there is none to compare.</p>`}
      ${images.map(imageSection)}
    </main>
    <footer><p class="soft">Hourglass ${version}, ${createdAt.slice(0, 16).replace('T', ' ')}</p></footer>`
  return pageOf({ title, version }, body, { style, script })
}

function imageSection(image: ComparedImage): Markup {
  const { name, width, height, inputBytes, bytes, bpp, psnr, msssim } = image
  const share = `${((100 * bytes) / inputBytes).toFixed(1)} %`
  return html`<section>
    <h2>${name}</h2>
    <figure class="compare${width < smallWidth && ' small'}">
      <div class="pair">
        <img
          class="after"
          src="${dataUri(image.after)}"
          width="${width}"
          height="${height}"
          alt="${name}, after"
        />
        <img
          class="before"
          src="${dataUri(image.before)}"
          width="${width}"
          height="${height}"
          alt="${name}, before"
        />
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
      <div>
        <dt>Size</dt>
        <dd>${formatBytes(bytes)}</dd>
      </div>
      <div>
        <dt>Share of ${formatBytes(inputBytes)}</dt>
        <dd>${share}</dd>
      </div>
      <div>
        <dt>Bits a pixel</dt>
        <dd>${bpp.toFixed(3)}</dd>
      </div>
      <div>
        <dt>PSNR</dt>
        <dd>${psnr === null ? 'no error' : `${psnr.toFixed(2)} dB`}</dd>
      </div>
      <div>
        <dt>MS-SSIM</dt>
        <dd>${msssim === null ? 'too small' : msssim.toFixed(4)}</dd>
      </div>
      <div>
        <dt>Pixels</dt>
        <dd>${width} × ${height}</dd>
      </div>
    </dl>
  </section>`
}

const dataUri = (bytes: Uint8Array): Markup =>
  verbatim(`data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`)
