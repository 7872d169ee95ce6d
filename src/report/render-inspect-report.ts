/**
 * A report of `hourglass inspect` as one HTML file that needs nothing else: the network, the course of its training,
 * and the model at work on rows. Each part of the page is a file in sections/, each picture one in charts/; this
 * file puts them in order.
 */
import { loadPlotting } from './charts/plotting.js'
import { html } from './html.js'
import type { InspectReport } from './inspect-report.js'
import { pageOf } from './page.js'
import { insideHeadline } from './sections/inside.js'
import { lossFigure, networkFigure } from './sections/learned.js'
import { warningSection } from './sections/reproduce.js'

/**
 * @returns a whole HTML document, below 2 MB whatever the model and the data: lines are thinned, outputs binned, long
 *   names cut, long lists ended with a count
 * @example
 * writeFileSync('page.html', await renderInspectReport(report))
 */
export async function renderInspectReport(report: InspectReport): Promise<string> {
  const plotting = await loadPlotting()
  return pageOf(
    report,
    html`${insideHeadline(report)}
      <main>
        ${warningSection(report)}
        <section aria-labelledby="network">
          <h2 id="network">The network and its training</h2>
          <div class="pair">${networkFigure(report.model)} ${lossFigure(plotting, report)}</div>
        </section>
      </main>`,
  )
}
