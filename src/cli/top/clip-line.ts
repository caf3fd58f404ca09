import { cutColumns, printedColumns } from '../../text/fill.js'

/** Clips a line to so many columns of a terminal, with an ellipsis. Colours take no column, and end where they ended. */
export function clipLine(line: string, columns: number): string {
  const parts = line.split(/(\p{Cc}\[[\d;]*m)/u) // every other one is a colour
  if (printedColumns(parts.filter((_, at) => at % 2 === 0).join('')) <= columns) return line
  let left = columns - 1
  let isCut = false
  const clipped = parts.map((part, at) => {
    if (at % 2 === 1) return part
    if (isCut) return ''
    const piece = beginning(part, left)
    left -= printedColumns(piece)
    isCut = piece !== part
    return isCut ? `${piece}…` : piece
  })
  return clipped.join('')
}

function beginning(text: string, columns: number): string {
  const [piece = ''] = columns > 0 ? cutColumns(text, columns) : []
  return printedColumns(piece) <= columns ? piece : ''
}
