import { escapeControls } from '../../text/escape.js'

/** Names and what there is to say of each, for people; what takes several lines is a list. */
export function rows(entries: readonly (readonly [name: string, value: string | readonly string[]])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries
    .flatMap(([name, value]) => [value].flat().map((text, at) => [at === 0 ? name : '', text] as const))
    .map(([name, text]) => `  ${name.padEnd(width)}  ${escapeControls(text)}\n`)
    .join('')
}
