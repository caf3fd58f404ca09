import { escapeControls } from '../../text/escape.js'

/** Formats a table for people: columns as wide as their widest cell, two spaces between them. */
export function table(keyValueRows: readonly Readonly<Record<string, string>>[]): string {
  const names = Object.keys(keyValueRows[0] ?? {})
  // Not `Math.max(...)`: it takes some hundred thousand arguments at most.
  const widths = names.map(name => keyValueRows.reduce((width, row) => Math.max(width, row[name]!.length), name.length))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd()
  return [
    line(names.map(name => name.toUpperCase())),
    ...keyValueRows.map(row => line(names.map(name => row[name]!))),
  ].join('\n')
}

/** Formats names and values for people, one a line; a list takes several lines. */
export function rows(entries: readonly (readonly [name: string, value: string | readonly string[]])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries
    .flatMap(([name, value]) => [value].flat().map((text, at) => [at === 0 ? name : '', text] as const))
    .map(([name, text]) => `  ${name.padEnd(width)}  ${escapeControls(text)}\n`)
    .join('')
}
