/**
 * Markup from texts that nobody vouches for. `html` escapes whatever is put into it; only what it made itself, or
 * what a chart drew, goes in as it is. The look is in style.ts, the page in render-detect-report.ts.
 */

/** Markup that is safe to put into a page as it is. */
export interface Markup {
  readonly markup: string
}

/** What `html` takes between its texts. `undefined` and `false` leave nothing. */
export type Piece = string | number | Markup | undefined | false | readonly Piece[]

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Longest text shown of a name or a value; the rest is cut. */
const mostCharacters = 160

/**
 * Characters that XML and HTML cannot hold (controls, half surrogates) and those that turn the direction of what
 * follows; they are shown as U+FFFD.
 */
const unprintable =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu

/** A template of markup: `` html`<p>${name}</p>` `` with every text in it escaped. */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return { markup: texts.reduce((sum, text, i) => sum + markupOf(pieces[i - 1]) + flush(text), '') }
}

/** Markup that was made elsewhere, such as a chart. */
export function verbatim(markup: string): Markup {
  return { markup }
}

/** A text for markup and attributes, with nothing in it that either could mistake. */
export function escapeText(text: string): string {
  return text.replace(unprintable, '\ufffd').replace(/[&<>"']/g, (character) => escapes[character]!)
}

/** A text cut to `most` characters (default 160), on one line. */
export function clip(text: string, most = mostCharacters): string {
  const line = text
    .slice(0, 4 * most)
    .replace(/\s+/g, ' ')
    .trim()
  const characters = Array.from(line)
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`
}

/** The indentation of our own source says nothing to a browser. */
function flush(text: string): string {
  return text.replace(/\n\s+/g, '\n')
}

function markupOf(piece: Piece): string {
  if (piece === undefined || piece === false) return ''
  if (typeof piece === 'string') return escapeText(piece)
  if (typeof piece === 'number') return String(piece)
  if ('markup' in piece) return piece.markup
  return piece.map(markupOf).join('')
}
