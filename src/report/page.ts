/** What stands around every page: the document, the policy that lets nothing run or be fetched, the look. */
import { clip, html, verbatim, type Markup } from './html.js'
import { pageStyle } from './style.js'

/** Nothing may be fetched or run, even if a name got past the escaping. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/**
 * @param about title of the page, and the version of the package that made it
 * @param body what stands in it
 * @returns a whole HTML document that needs nothing else
 */
export function pageOf(about: { readonly title: string; readonly version: string }, body: Markup): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${verbatim(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="Hourglass ${about.version}" />
        <link rel="icon" href="data:," />
        <title>${clip(about.title)}</title>
        <style>
          ${verbatim(pageStyle)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `
  return page.markup
}
