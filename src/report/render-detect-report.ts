/**
 * A report of `hourglass detect` as one HTML file that needs nothing else: no script, no font, no network. Each part
 * of the page is a file in sections/, each picture one in charts/; this file puts them in order.
 */
import { loadPlotting } from './charts/plotting.js'
import type { DetectReport } from './detect-report.js'
import { clip, html, verbatim } from './html.js'
import { anomalySection } from './sections/anomalies.js'
import { headline } from './sections/headline.js'
import { columnReadings, learned } from './sections/learned.js'
import { reproduceSection, warningSection } from './sections/reproduce.js'
import { calibrationSection, scoreSection } from './sections/scores.js'
import { pageStyle } from './style.js'

/**
 * @returns a whole HTML document, below 2 MB whatever the size of the data: scores are binned, long names cut, long
 *   lists ended with a count
 * @example
 * writeFileSync('report.html', await renderDetectReport(report))
 */
export async function renderDetectReport(report: DetectReport): Promise<string> {
  const plotting = await loadPlotting()
  // Nothing may be fetched or run, even if a name got past the escaping.
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${verbatim(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="Hourglass ${report.version}" />
        <link rel="icon" href="data:," />
        <title>${clip(report.title)}</title>
        <style>
          ${verbatim(pageStyle)}
        </style>
      </head>
      <body>
        ${headline(report)}
        <main>
          ${warningSection(report)} ${anomalySection(report)} ${scoreSection(plotting, report)}
          ${calibrationSection(plotting, report)} ${learned(plotting, report)} ${columnReadings(report)}
        </main>
        ${reproduceSection(report)}
      </body>
    </html> `
  return page.markup
}
