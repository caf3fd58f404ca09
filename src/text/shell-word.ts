/** Quotes a word of a command for the shells of POSIX, unless they would neither split nor expand it. */
export function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : shellQuoted(text)
}

/** Quotes a text for the shells of POSIX. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
