/**
 * Observable Plot without a browser: it draws into a document that linkedom keeps in memory. Both are loaded when
 * the first chart is drawn, since they take half a second. The charts are the other files of this folder.
 */
import type * as Plot from '@observablehq/plot'
import { escapeText } from '../html.js'

/** Plot, loaded, with a way to get a chart as text. */
export interface Plotting {
  readonly marks: typeof Plot
  /** @returns an `<svg>` element */
  readonly draw: (options: Plot.PlotOptions, chart: ChartFrame) => string
}

/** What every chart has around it. */
export interface ChartFrame {
  /** What the chart shows, for those who do not see it. */
  readonly title: string
  readonly description: string
  /** Pixels at its natural size; the page scales it. */
  readonly width: number
  readonly height: number
}

let loading: Promise<Plotting> | undefined

/** Loads Plot once. */
export function loadPlotting(): Promise<Plotting> {
  return (loading ??= load())
}

async function load(): Promise<Plotting> {
  const [marks, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')])
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
    document: unknown
  }
  return {
    marks,
    draw(options, frame) {
      const { width, height } = frame
      const drawn: unknown = marks.plot({ ...options, document, width, height })
      return framed((drawn as { outerHTML: string }).outerHTML, frame)
    },
  }
}

/** Plot's `<svg>` with a title and a description instead of its own style sheet, which style.ts replaces. */
function framed(svg: string, { title, description }: ChartFrame): string {
  const inner = svg.slice(svg.indexOf('>') + 1).replace(/^<style>[^<]*<\/style>/, '')
  const opening = svg
    .slice(0, svg.indexOf('>') + 1)
    .replace(/ class="[^"]*"/, ' class="chart"')
    .replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg" role="img"')
  return `${opening}<title>${escapeText(title)}</title><desc>${escapeText(description)}</desc>${inner}`
}
