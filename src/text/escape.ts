/** Quotes an untrusted text for one line of a message: escaped, truncated to 60 characters. */
export function quote(text: string): string {
  return escapeControls(JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text))
}

/** Escapes an untrusted name (a key, a path, a variable) for a message, truncated to 200 characters. */
export function escapeName(name: string): string {
  return escapeControls(name.length > 200 ? `${name.slice(0, 200)}…` : name)
}

/** Escapes characters that control a terminal or reverse text: C0, C1, line separators, bidirectional controls. */
export function escapeControls(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    escapeAll,
  )
}

/** Escapes every character of a text, in the notation of JSON: `\u001b`. */
export function escapeAll(text: string): string {
  return text.replace(/./gs, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
