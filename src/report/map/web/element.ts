/** Making and finding elements. Texts go in as texts, never as markup. */

type Child = Node | string | false | undefined

/** What an element begins with; other attributes go into `attributes`. */
interface Beginning {
  readonly class?: string
  readonly type?: 'button'
  readonly attributes?: Readonly<Record<string, string>>
}

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  beginning: Beginning = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  if (beginning.class !== undefined) made.className = beginning.class
  if (beginning.type !== undefined) made.setAttribute('type', beginning.type)
  for (const [name, value] of Object.entries(beginning.attributes ?? {})) made.setAttribute(name, value)
  made.append(...children.filter((child) => child !== undefined && child !== false))
  return made
}

/** A button that does something. */
export function button(
  text: string,
  does: (event: MouseEvent) => void,
  className = 'button',
): HTMLButtonElement {
  const made = element('button', { class: className, type: 'button' }, text)
  made.addEventListener('click', does)
  return made
}

/** The element of the page with this id; the page that render-map-report.ts writes has them all. */
export function found(id: string): HTMLElement {
  const at = document.getElementById(id)
  if (at === null) throw new Error(`the page has no element "${id}"`)
  return at
}

/** An element of a drawing. */
export function shape(
  tag: 'rect' | 'path' | 'circle',
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  return made
}
