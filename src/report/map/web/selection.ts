/** The rows that are selected: how many, the first of them as a table, their numbers to copy, all of them as CSV. */
import { formatCount, formatPercent, formatPlural } from '../../../base/index.js'
import { csvOf } from './csv.js'
import type { MapData } from './data.js'
import { cellText } from './describe.js'
import { button, element, found } from './element.js'
import { partNames } from './paint.js'
import { imageElement, imageOfRow } from './pictures.js'
import type { MapState } from './state.js'

/** Rows in the table. */
const mostRows = 100

export function showSelection(data: MapData, state: MapState): void {
  const rows = state.selected.get()
  const at = found('selected')
  const picked = found('picked')
  picked.hidden = rows.length === 0
  picked.textContent = `${formatPlural(rows.length, 'row')} selected ↓`
  if (rows.length === 0) {
    at.replaceChildren(
      element(
        'p',
        { class: 'soft' },
        'No rows are selected. Draw a rectangle or a lasso over the map (or hold Shift and drag), or take all that is in view.',
      ),
    )
    return
  }
  const says = element(
    'p',
    { class: 'count' },
    element('b', {}, formatPlural(rows.length, 'row')),
    ` of ${formatCount(data.count)}, ${formatPercent(rows.length / data.count)}`,
  )
  const told = element('span', { class: 'soft small', attributes: { role: 'status' } })
  const buttons = element(
    'div',
    { class: 'row' },
    button(
      'Copy row numbers',
      () => void copy(numbersOf(data, rows)).then((text) => (told.textContent = text)),
    ),
    button(
      'Download as CSV',
      () => void csvOf(data, rows).then((file) => download(file, 'selected-rows.csv')),
    ),
    button('Clear', () => state.selected.set(new Int32Array(0))),
    told,
  )
  at.replaceChildren(says, buttons, table(data, rows, state))
}

/** Numbers of the rows as people count, between commas. */
function numbersOf({ numberOf }: MapData, rows: Int32Array): string {
  return Array.from(rows, numberOf).join(', ')
}

/** @returns what to tell the person */
async function copy(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text)
    return 'Copied.'
  } catch {
    return 'The browser does not let this page copy; download the rows instead.'
  }
}

function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  element('a', { attributes: { href: url, download: name } }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function table(data: MapData, rows: Int32Array, state: MapState): HTMLElement {
  const { known, split, numberOf } = data
  const columns = known.columns.filter((column) => column !== undefined)
  const head = [
    'row',
    ...(known.images === undefined ? [] : ['']),
    ...(known.labels === undefined ? [] : ['name']),
    ...(split === undefined ? [] : ['part']),
  ]
  const body = element('tbody')
  for (const row of rows.subarray(0, mostRows)) {
    const show = button(String(numberOf(row)), () => state.subject.set({ kind: 'row', row }), 'link')
    const line = element('tr', {}, element('th', { attributes: { scope: 'row' } }, show))
    if (known.images !== undefined) line.append(element('td', {}, thumbnail(data, row)))
    if (known.labels !== undefined) line.append(element('td', {}, known.labels[row]))
    if (split !== undefined) line.append(element('td', {}, partNames[split[row]! as 0 | 1]))
    for (const column of columns) {
      line.append(element('td', column.kind === 'number' ? { class: 'number' } : {}, cellText(column, row)))
    }
    body.append(line)
  }
  const headings = [
    ...head.map((name) => element('th', { attributes: { scope: 'col' } }, name)),
    ...columns.map(({ name, kind }) =>
      element('th', { ...(kind === 'number' && { class: 'number' }), attributes: { scope: 'col' } }, name),
    ),
  ]
  const says =
    rows.length > mostRows
      ? `The first ${mostRows} of ${formatPlural(rows.length, 'selected row')}`
      : 'Selected rows'
  return element(
    'div',
    { class: 'scroll rows', attributes: { tabindex: '0', role: 'region', 'aria-label': 'selected rows' } },
    element(
      'table',
      {},
      element('caption', {}, says),
      element('thead', {}, element('tr', {}, ...headings)),
      body,
    ),
  )
}

function thumbnail({ known }: MapData, row: number): Node | undefined {
  const bytes = known.images === undefined ? undefined : imageOfRow(known.images, row)
  return bytes === undefined ? undefined : imageElement(known.images!, bytes, 'image of the row')
}
