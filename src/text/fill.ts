/** Returns how many columns a terminal has; undefined for any other output, whose lines nothing limits. */
export function columnsOf(stream: NodeJS.WriteStream): number | undefined {
  // A terminal of a few columns would get one word a line; it wraps better by itself.
  return stream.isTTY && stream.columns >= 20 ? stream.columns : undefined
}

type Paragraph = {
  /** columns of the terminal; undefined: the text stays one line */
  readonly width: number | undefined
  /** columns that are taken already in the first line */
  readonly at?: number
  /** columns to leave free at the start of each further line */
  readonly indent?: number
}

/** Breaks a text at its spaces into lines that fit; a word that is too long stays whole. */
export function fill(text: string, { width, at = 0, indent = 0 }: Paragraph): string {
  if (width === undefined) return text
  const [first = '', ...words] = text.split(' ')
  let filled = first
  let column = at + printedColumns(first)
  for (const word of words) {
    const columns = printedColumns(word)
    const fits = column + 1 + columns <= width
    filled += fits ? ` ${word}` : `\n${' '.repeat(indent)}${word}`
    column = (fits ? column + 1 : indent) + columns
  }
  return filled
}

/** Returns how many columns a terminal takes for a text: two for East Asian letters and emoji, none for combining marks. */
export function printedColumns(text: string): number {
  if (NARROW.test(text)) return text.length // most texts, of which a table has thousands
  return [...text].reduce((columns, letter) => columns + (/\p{M}/u.test(letter) ? 0 : isWide(letter) ? 2 : 1), 0)
}

/** Appends spaces, so that a text takes so many columns of a terminal. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - printedColumns(text)))
}

/** Cuts a text into pieces of so many columns of a terminal at most; one letter may be wider. */
export function cutColumns(text: string, columns: number): readonly string[] {
  if (printedColumns(text) <= columns) return [text]
  const pieces = ['']
  let taken = 0
  for (const letter of text) {
    const width = printedColumns(letter)
    if (taken > 0 && taken + width > columns) {
      pieces.push('')
      taken = 0
    }
    pieces.push(pieces.pop() + letter)
    taken += width
  }
  return pieces
}

/** Letters up to the first combining mark, dashes, quotes and the ellipsis. */
const NARROW = /^[\u0020-\u02ff\u2010-\u2027]*$/

function isWide(letter: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    letter,
  )
}
