// Rows of results as a table, for the terminal and for results.md. A row has `what`, `ours`, `peer`, `ratio`,
// `medianRatio` (may be absent) and `wanted` (the least ratio, may be absent).

const columns = ['what', 'Hourglass', 'against', 'ratio', 'of medians', 'wanted', '']

const cellsOf = (row) => [
  row.what,
  row.ours,
  row.peer,
  formatRatio(row.ratio),
  formatRatio(row.medianRatio),
  row.wanted === undefined ? '' : `≥ ${row.wanted}`,
  row.wanted === undefined ? '' : row.ratio >= row.wanted ? 'met' : 'missed',
]

const formatRatio = (ratio) => (ratio === undefined ? '' : `${ratio.toPrecision(3)}×`)

/** For the terminal: columns padded. */
export function terminalTable(rows) {
  const cells = [columns, ...rows.map(cellsOf)]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)))
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** For results.md. */
export function markdownTable(rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))].join('\n')
}

/**
 * A table of Markdown that is printed line by line, as its rows are measured: the first column to the left, numbers to the right.
 *
 * @param titles of the columns; each is as wide as its title, the first `firstWidth`
 */
export function growingTable(titles, firstWidth) {
  const widths = titles.map((title, i) => (i === 0 ? firstWidth : Math.max(6, title.length)))
  const padded = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
  const line = (cells) => `| ${cells.map(padded).join(' | ')} |`
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return { head: `${line(titles)}\n${line(rule)}`, line }
}
