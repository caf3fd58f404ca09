import { stat } from 'node:fs/promises'
import { escapeName } from '../../text/escape.js'
import type { Problem } from '../problem.js'
import { readBounded } from '../read-bounded.js'
import type { Table } from '../values/convert.js'

/** A configuration file: `explicit` when the operator named it, and then it must exist. */
type ConfigFile = { readonly path: string; readonly explicit: boolean }

/** The top table of a file, or what is wrong with the file. */
export type FileContent = { readonly path: string } & (
  | {
      readonly table: Table
      /** the permission bits of a regular file, where the system has them */
      readonly mode?: number | undefined
    }
  | { readonly problem: Problem }
)

/**
 * Reads a TOML file of at most 1 MiB.
 *
 * @param called the file's name in messages, and the flag that chooses it
 * @returns undefined when the file does not exist and the operator did not name it
 */
export async function readTomlFile(
  { path, explicit }: ConfigFile,
  called = { noun: 'the configuration file', flag: '--config' },
): Promise<FileContent | undefined> {
  const wrong = (code: Problem['code'], problem: string, more: { line?: number; column?: number; hint: string }) => {
    const { hint, ...place } = more
    const message = `${called.noun} ${problem}`
    return { path, problem: { code, message, hint, origin: { from: 'file', file: path, ...place } } satisfies Problem }
  }
  if (/\.ya?ml$/i.test(path))
    return wrong('FILE_MALFORMED', 'is YAML, which is not supported yet', { hint: 'write it as TOML' })
  const bytes = await readBounded(path, 1_048_576)
  if (!Buffer.isBuffer(bytes)) {
    if (bytes.code === 'ENOENT' && !explicit) return undefined
    return wrong('FILE_UNREADABLE', bytes.why, { hint: `give ${called.flag} a TOML file that this user can read` })
  }
  const text = decodeUtf8(bytes)
  if (text === undefined) return wrong('FILE_MALFORMED', 'is not UTF-8 text', { hint: 'save it as UTF-8' })

  const { parse, TomlError } = await import('smol-toml')
  try {
    // Integers beyond 2^53 parse as bigint, which `convert` refuses with the setting's name.
    return { path, table: parse(text, { integersAsBigInt: 'asNeeded' }), mode: await modeOf(path) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // The lines after the first quote the file, which may hold a secret.
    const [summary = ''] = error.message.replace('Invalid TOML document: ', '').split('\n')
    const { line, column } = error
    const hint = 'fix that line: key = value, text in quotes, each key and table once'
    return wrong('FILE_MALFORMED', `is not valid TOML: ${escapeName(summary)}`, { line, column, hint })
  }
}

/** Undefined for a pipe, on Windows, and for a file that was removed after it was read. */
async function modeOf(path: string): Promise<number | undefined> {
  if (process.platform === 'win32') return undefined
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.mode & 0o777 : undefined
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
