import { stat } from 'node:fs/promises'
import type { Problem } from '../problem.js'
import { anotherFile, readBounded } from '../read-bounded.js'
import type { Table } from '../values/convert.js'
import { parseTomlText } from './toml-text.js'

/** A configuration file: `explicit` when the operator named it, and then it must exist. */
type ConfigFile = { readonly path: string; readonly explicit: boolean }

/** What a file holds, or what is wrong with the file. */
export type FileContent = { readonly path: string } & (
  | {
      readonly format: 'toml' | 'yaml'
      readonly table: Table
      readonly text: string
      /** the permission bits of a regular file, where the system has them */
      readonly mode?: number | undefined
    }
  | { readonly problem: Problem }
)

type Called = {
  readonly noun: string
  readonly flag: string
  /** whether the file cannot be YAML, whatever its name is */
  readonly isTomlOnly?: boolean
}

/** The most bytes of a configuration file. */
export const MAX_FILE_BYTES = 1_048_576

/**
 * Reads a configuration file of at most 1 MiB: YAML where its name ends in `.yaml` or `.yml`, else TOML.
 *
 * @param called the file's name in messages, and the flag that chooses it
 * @returns undefined when the file does not exist and the operator did not name it
 */
export async function readConfigFile(
  file: ConfigFile,
  called: Called = { noun: 'the configuration file', flag: '--config' },
): Promise<FileContent | undefined> {
  return readFileAs(isYaml(file.path) ? 'yaml' : 'toml', file, called)
}

/** Reads a TOML file, as {@link readConfigFile} does; one that is named as YAML is refused. */
export async function readTomlFile(file: ConfigFile, called: Called): Promise<FileContent | undefined> {
  const { path } = file
  if (isYaml(path)) return wrong('FILE_MALFORMED', { path, called, what: 'is YAML', hint: 'write it as TOML' })
  return readFileAs('toml', file, { ...called, isTomlOnly: true })
}

/** Parses the text of a configuration file, which need not stand there yet. One that could not be read again has a problem. */
export async function parseFile(file: Text): Promise<FileContent> {
  const { path, text } = file
  const called = { noun: 'the configuration file', flag: '' }
  if (Buffer.byteLength(text) <= MAX_FILE_BYTES) return parseAs(isYaml(path) ? 'yaml' : 'toml', file, called)
  const what = `would be larger than ${MAX_FILE_BYTES / 1024} KiB`
  return wrong('FILE_UNREADABLE', { path, called, what, hint: 'write less' })
}

type Text = { readonly path: string; readonly text: string; readonly mode: number | undefined }
type Format = 'toml' | 'yaml'

async function readFileAs(
  format: Format,
  { path, explicit }: ConfigFile,
  called: Called,
): Promise<FileContent | undefined> {
  const bytes = await readBounded(path, MAX_FILE_BYTES)
  if (!Buffer.isBuffer(bytes)) {
    if (bytes.code === 'ENOENT' && !explicit) return undefined
    return wrong('FILE_UNREADABLE', { path, called, what: bytes.why, hint: anotherFile(called.flag, bytes) })
  }
  const text = decodeUtf8(bytes)
  if (text === undefined)
    return wrong('FILE_MALFORMED', { path, called, what: 'is not UTF-8 text', hint: 'save it as UTF-8' })
  return parseAs(format, { path, text, mode: await modeOf(path) }, called)
}

async function parseAs(format: Format, { path, text, mode }: Text, called: Called): Promise<FileContent> {
  const parsed = await (format === 'yaml' ? (await import('./yaml-text.js')).parseYamlText : parseTomlText)(text)
  if ('table' in parsed) return { path, format, text, table: parsed.table, mode }
  const { fault, hint, ...place } = parsed
  const isOther = format === 'toml' && !called.isTomlOnly && isYamlLine(text.split('\n')[(place.line ?? 0) - 1])
  const way = isOther ? `name it .yaml if it is YAML, or ${hint}` : hint
  return wrong('FILE_MALFORMED', { path, called, what: fault, hint: way, ...place })
}

/** Returns whether a line that is not TOML begins as a line of YAML does: `axon.port: 9000`. */
function isYamlLine(line = ''): boolean {
  return /^\s*[\w.-]+:(?:\s|$)/.test(line)
}

/** Returns whether a configuration file of this name is YAML. */
export function isYaml(path: string): boolean {
  return /\.ya?ml$/i.test(path)
}

type Wrong = {
  readonly path: string
  readonly called: Called
  readonly what: string
  readonly hint: string
  readonly line?: number
  readonly column?: number
}

function wrong(code: Problem['code'], { path, called, what, hint, ...place }: Wrong): FileContent {
  return {
    path,
    problem: { code, message: `${called.noun} ${what}`, hint, origin: { from: 'file', file: path, ...place } },
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
