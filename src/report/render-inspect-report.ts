/**
 * A report of `hourglass inspect` as one HTML file that needs nothing else: the network, the course of its training,
 * and the model at work on rows. Each part of the page is a file in sections/, each picture one in charts/; this
 * file puts them in order.
 */
import { loadPlotting } from './charts/plotting.js'
import { html } from './html.js'
import type { InspectReport } from './inspect-report.js'
import { pageOf } from './page.js'
import { courseSection } from './sections/course.js'
import { insideHeadline, networkSection, noWork } from './sections/inside.js'
import { layerSection } from './sections/layers.js'
import { warningSection } from './sections/reproduce.js'
import { steepnessSection } from './sections/steepness.js'
import { unitSection } from './sections/units.js'

/**
 * @returns a whole HTML document, below 2 MB whatever the model and the data: lines are thinned, outputs binned, long
 *   names cut, long lists ended with a count
 * @example
 * writeFileSync('page.html', await renderInspectReport(report))
 */
export async function renderInspectReport(report: InspectReport): Promise<string> {
  const plotting = await loadPlotting()
  const { work } = report
  return pageOf(
    report,
    html`${insideHeadline(report)}
      <main>
        ${warningSection(report)} ${networkSection(report)} ${courseSection(plotting, report)}
        ${work === undefined ? noWork() : html`${layerSection(work)} ${steepnessSection(plotting, work)} ${unitSection(work)}`}
      </main>`,
  )
}
