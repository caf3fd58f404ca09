import { escapeControls } from '../../text/escape.js'
import { columnsOf, fill, padColumns, printedColumns } from '../../text/fill.js'

/**
 * Formats a table for people: columns as wide as their widest cell, two spaces between them. A terminal that is too narrow
 * gets a record for each row instead.
 *
 * @param width columns of the terminal; undefined: the output is not a terminal, and rows stay whole
 * @param numeric the columns of numbers, which are aligned at the right
 */
export function table(
  keyValueRows: readonly Readonly<Record<string, string>>[],
  width: number | undefined = columnsOf(process.stdout),
  numeric: readonly string[] = [],
): string {
  const names = Object.keys(keyValueRows[0] ?? {})
  const widths = names.map(name => columnWidth(name, keyValueRows))
  const isRight = names.map(name => numeric.includes(name))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => padded(cell, widths[at]!, isRight[at]!))
      .join('  ')
      .trimEnd()
  const lines = [names.map(name => name.toUpperCase()), ...keyValueRows.map(row => names.map(name => row[name]!))].map(
    line,
  )
  if (width === undefined || lines.every(one => printedColumns(one) <= width)) return lines.join('\n')
  return keyValueRows
    .map(row => record(Object.entries(row), width))
    .join('\n')
    .trimEnd()
}

/** Returns how many columns of a terminal a column of a table takes. */
export function columnWidth(name: string, keyValueRows: readonly Readonly<Record<string, string>>[]): number {
  // Not `Math.max(...)`: it takes some hundred thousand arguments at most.
  return keyValueRows.reduce((widest, row) => Math.max(widest, printedColumns(row[name]!)), name.length)
}

/** Formats a row as its first cell and, below it, the others with their names; empty ones are left out. */
function record(cells: readonly (readonly [name: string, value: string])[], width: number): string {
  const [[, title] = ['', ''], ...fields] = cells
  return `${fill(title, { width })}\n${rows(
    fields.filter(([, value]) => value !== ''),
    width,
  )}`
}

/** Formats names and values for people, one a line; a list takes several lines. */
export function rows(
  entries: readonly (readonly [name: string, value: string | readonly string[]])[],
  width: number | undefined = columnsOf(process.stderr),
): string {
  const longest = Math.max(...entries.map(([name]) => name.length))
  const indent = 2 + longest + 2
  return entries
    .flatMap(([name, value]) => [value].flat().map((text, at) => [at === 0 ? name : '', text] as const))
    .map(([name, text]) => `  ${name.padEnd(longest)}  ${fill(escapeControls(text), { width, at: indent, indent })}\n`)
    .join('')
}

function padded(cell: string, columns: number, isRight: boolean): string {
  return isRight ? ' '.repeat(columns - printedColumns(cell)) + cell : padColumns(cell, columns)
}
