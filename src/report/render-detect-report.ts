/**
 * A report of `hourglass detect` as one HTML file that needs nothing else: no script, no font, no network. Each part
 * of the page is a file in sections/, each picture one in charts/; this file puts them in order.
 */
import { loadPlotting } from './charts/plotting.js'
import type { DetectReport } from './detect-report.js'
import { html } from './html.js'
import { pageOf } from './page.js'
import { anomalySection } from './sections/anomalies.js'
import { headline } from './sections/headline.js'
import { columnReadings, learned } from './sections/learned.js'
import { reproduceSection, warningSection } from './sections/reproduce.js'
import { calibrationSection, scoreSection } from './sections/scores.js'

/**
 * @returns a whole HTML document, below 2 MB whatever the size of the data: scores are binned, long names cut, long
 *   lists ended with a count
 * @example
 * writeFileSync('report.html', await renderDetectReport(report))
 */
export async function renderDetectReport(report: DetectReport): Promise<string> {
  const plotting = await loadPlotting()
  return pageOf(
    report,
    html`${headline(report)}
      <main>
        ${warningSection(report)} ${anomalySection(report)} ${scoreSection(plotting, report)}
        ${calibrationSection(plotting, report)} ${learned(plotting, report)} ${columnReadings(report)}
      </main>
      ${reproduceSection(report)}`,
  )
}
