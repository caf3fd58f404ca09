/** Characters of a text of a plugin or an endpoint. */
const MAX_TEXT = 200
/** How far before its bound a text may end to be cut between two words. */
const MAX_WORD = 30

/** Returns a text, or its beginning with an ellipsis: cut between two words where that is near. */
export function shortText(text: string): string {
  if (text.length <= MAX_TEXT) return text
  const cut = text.slice(0, MAX_TEXT).toWellFormed()
  const space = cut.lastIndexOf(' ')
  return `${space > MAX_TEXT - MAX_WORD ? cut.slice(0, space) : cut}…`
}
