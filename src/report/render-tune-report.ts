/**
 * A report of `hourglass tune` as one HTML file that needs nothing else: the course of the search, what mattered, and
 * every option against the metric. The parts of the page are in sections/search.ts, its pictures in charts/.
 */
import { loadPlotting } from './charts/plotting.js'
import { html } from './html.js'
import { pageOf } from './page.js'
import {
  againSection,
  importanceSection,
  searchCourseSection,
  searchHeadline,
  sliceSection,
  trialSection,
} from './sections/search.js'
import type { TuneReport } from './tune-report.js'

/**
 * @returns a whole HTML document
 * @example
 * writeFileSync('tuning.html', await renderTuneReport(report))
 */
export async function renderTuneReport(report: TuneReport): Promise<string> {
  const plotting = await loadPlotting()
  return pageOf(
    report,
    html`${searchHeadline(report)}
      <main>
        ${searchCourseSection(plotting, report)} ${importanceSection(plotting, report)}
        ${sliceSection(plotting, report)} ${trialSection(report)}
      </main>
      ${againSection(report)}`,
  )
}
