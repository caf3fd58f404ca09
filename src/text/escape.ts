/** A text from outside as one line of a message may hold it: in quotes, escaped, cut after 60 characters. */
export function quote(text: string): string {
  return escapeControls(JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text))
}

/** A name from outside (a key, a path, a variable) as a message may hold it: escaped, cut after 200 characters. */
export function escapeName(name: string): string {
  return escapeControls(name.length > 200 ? `${name.slice(0, 200)}…` : name)
}

/** Escapes what moves a terminal's cursor or turns its text around: C0, C1, line separators, bidirectional controls. */
export function escapeControls(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
