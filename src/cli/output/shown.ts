import { escapeControls } from '../../text/escape.js'

/** A foreign text for standard output: it cannot drive a terminal, and stays as it is anywhere else. */
export function shown(text: string, { isTTY }: { readonly isTTY?: boolean } = process.stdout): string {
  return isTTY ? text.replace(/[^\n\t]+/g, escapeControls) : text
}
