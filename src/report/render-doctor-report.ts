/**
 * The report of `hourglass doctor` as one HTML file that needs nothing else: an overview of the difficulties, then each
 * with what is wrong, the evidence as figures and charts, and what to do. The parts are in sections/diagnosis.ts, the
 * charts in charts/evidence.ts.
 */
import { loadPlotting } from './charts/plotting.js'
import type { DoctorPage } from './doctor-report.js'
import { html } from './html.js'
import { pageOf } from './page.js'
import { changeSection, diagnosisSection, doctorHeadline } from './sections/diagnosis.js'

/** What this page has beyond the look of all pages. Verdicts have a sign and a word besides their colour. */
const style = `
.front{max-width:1120px;margin:0 auto;padding:0 20px}
.verdict{display:inline-flex;gap:6px;align-items:baseline;border:1.5px solid var(--quiet);border-radius:99px;padding:0 10px;font-size:.84rem;font-weight:650;white-space:nowrap}
.verdict{justify-self:start}
.verdict.ill{background:var(--anomaly);border-color:var(--anomaly);color:var(--paper)}
.verdict.watch{border-color:var(--anomaly);color:var(--anomaly)}
.verdict.fine{border-color:var(--normal);color:var(--normal)}
.overview{list-style:none;margin:0;padding:0;background:var(--paper);border:1px solid var(--line);border-radius:10px}
.overview li{display:grid;grid-template-columns:7.2em minmax(0,1fr);gap:0 14px;align-items:start;padding:12px 18px;border-top:1px solid var(--line)}
.overview li:first-child{border-top:0}
.overview p{margin:0;font-size:.94rem;color:var(--soft)}
.difficulty{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center}
.charts{margin:6px 0 18px;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr))}
.card.ill{border-top-color:var(--anomaly)}
.card.watch{border-top-color:var(--quiet)}
.card.fine{border-top-color:var(--normal)}
.evidence{margin:8px 0 0}
.evidence div{display:grid;grid-template-columns:minmax(8em,26%) minmax(0,1fr);gap:0 16px;padding:6px 0;border-top:1px solid var(--line);font-size:.92rem}
.evidence div:first-child{border-top:0}
.evidence dt{color:var(--soft)}
.evidence dd{margin:0}
.evidence b{font-variant-numeric:tabular-nums;margin-right:8px}
.evidence span{color:var(--soft)}
.remedies{margin:12px 0 0;padding:12px 16px 4px 34px;background:var(--tint);border-radius:8px}
.remedies li{margin-bottom:8px}
.remedies pre{margin:6px 0 0;padding:9px 12px;white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:640px){.front{padding:0 14px}.overview li{grid-template-columns:1fr;gap:4px}.evidence div{grid-template-columns:1fr}}
`

/**
 * @returns a whole HTML document, below 2 MB whatever was found: long texts are cut, long lists ended with a count
 * @example
 * writeFileSync('doctor.html', await renderDoctorReport(page))
 */
export async function renderDoctorReport(report: DoctorPage): Promise<string> {
  const plotting = await loadPlotting()
  return pageOf(
    report,
    html`${doctorHeadline(report)}
      <main>
        ${report.diagnoses.map((diagnosis) => diagnosisSection(plotting, diagnosis))} ${changeSection(report)}
      </main>
      <footer>
        <p class="soft small">
          Figures in brackets are ends of 95 % intervals. A difficulty is ill only where the effect matters
          and the evidence holds after correction for everything that was looked at.
        </p>
      </footer>`,
    { style },
  )
}
