import { escapeName } from '../../text/escape.js'
import type { Table } from '../values/convert.js'

/** The text of a file, parsed; or what is wrong with it, in words that follow the file's name. */
export type ParsedText =
  | { readonly table: Table }
  | { readonly fault: string; readonly line?: number; readonly column?: number; readonly hint: string }

/** Parses TOML. Integers beyond 2^53 are bigints, which `convert` refuses with the setting's name. */
export async function parseTomlText(text: string): Promise<ParsedText> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    return { table: parse(text, { integersAsBigInt: 'asNeeded' }) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // The lines after the first quote the file, which may hold a secret.
    const [summary = ''] = error.message.replace('Invalid TOML document: ', '').split('\n')
    const { line, column } = error
    const hint = 'fix that line: key = value, text in quotes, each key and table once'
    return { fault: `is not valid TOML: ${escapeName(summary)}`, line, column, hint }
  }
}
