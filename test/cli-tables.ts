/** Tables that the tests of the command line write for themselves: small, regular, with one row that is not. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { random } from '../src/base/index.js'

/** Position (from 0) of the row whose `total` does not fit the rest. */
export const oddRow = 123

/** Lines of a CSV of orders: total = 3 × items + noise by region, an identifier, a constant, missing cells. */
export function orderLines(rows = 400, seed = 1): string[] {
  const stream = random(seed)
  const lines = ['order,items,region,total,paid,currency']
  for (let row = 0; row < rows; row++) {
    const items = 1 + stream.below(20)
    const region = ['north', 'south', 'east'][stream.below(3)]!
    const usual = 3 * items + (region === 'south' ? 10 : 0) + stream.normal()
    const total = row === oddRow ? 900 : usual
    const missing = row % 37 === 5
    const cells = [
      `A-${String(10_000 + row)}`,
      missing ? '' : items,
      region,
      total.toFixed(2),
      row % 2 === 0,
      'EUR',
    ]
    lines.push(cells.join(','))
  }
  return lines
}

/** Writes the orders and returns the path. */
export async function writeOrders(
  folder: string,
  name = 'orders.csv',
  rows = 400,
  seed = 1,
): Promise<string> {
  return writeText(folder, name, `${orderLines(rows, seed).join('\n')}\n`)
}

/** Writes orders with a column `odd`, 1 for the odd row and a few others. */
export async function writeLabelled(folder: string, name = 'labelled.csv'): Promise<string> {
  const lines = orderLines().map(
    (line, i) => `${line},${i === 0 ? 'odd' : Number(i - 1 === oddRow || i === 50)}`,
  )
  return writeText(folder, name, `${lines.join('\n')}\n`)
}

/** Writes a text file and returns its path. */
export async function writeText(folder: string, name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

/** Options that make a training short. */
export const quick = ['--epochs', '3', '--latent', '2', '--hidden', '8', '--threads', '1'] as const
