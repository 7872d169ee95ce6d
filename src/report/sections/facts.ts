/** A few numbers in a row, each with its name: what stands below a headline. */
import { html, type Markup } from '../html.js'

/** @param facts names and what is shown for them, in order */
export function factList(facts: readonly (readonly [name: string, value: string])[]): Markup {
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}
