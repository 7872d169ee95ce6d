/** What stands around every page: the document, the policy that lets nothing run or be fetched, the look. */
import { createHash } from 'node:crypto'
import { clip, html, verbatim, type Markup } from './html.js'
import { pageStyle } from './style.js'

/** Nothing may be fetched or run, even if a name got past the escaping. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** What a page may have beyond its body. */
export interface PageParts {
  /** Added to the style sheet. */
  readonly style?: string
  /** The one script that the policy lets run, known by its hash; it stands behind the body. */
  readonly script?: string
}

/**
 * @param about title of the page, and the version of the package that made it
 * @param body what stands in it
 * @param parts of pages that are not only read
 * @returns a whole HTML document that needs nothing else
 */
export function pageOf(
  about: { readonly title: string; readonly version: string },
  body: Markup,
  { style = '', script }: PageParts = {},
): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="${verbatim(policy + (script === undefined ? '' : `; script-src '${hashOf(script)}'`))}"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="Hourglass ${about.version}" />
        <link rel="icon" href="data:," />
        <title>${clip(about.title)}</title>
        <style>
          ${verbatim(pageStyle + style)}
        </style>
      </head>
      <body>
        ${body} ${script !== undefined && verbatim(`<script>${script}</script>`)}
      </body>
    </html> `
  return page.markup
}

/** @see Content Security Policy Level 3 (W3C), section 2.3.1, hash-source */
function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`
}
