import { escapeControls } from '../../text/escape.js'
import { type Configuration, valueAt } from '../configuration.js'
import { originText } from '../origin.js'
import { redact } from '../redact.js'
import { mapLeaves } from '../schema/map-leaves.js'
import type { Setting } from '../schema/setting.js'

/**
 * Prints a configuration as TOML that reads as the same configuration again, except for what it redacts: secrets print as
 * `***`, unless they are written as `env:NAME` or `file:PATH`, and URLs without user, password and query. A setting without a value becomes a comment.
 *
 * @param options.origins end each line with where the value came from
 * @param options.width columns after which a line is broken where it can be; undefined: lines stay whole
 */
export function configurationToml(
  configuration: Configuration,
  { origins = false, width = Number.POSITIVE_INFINITY }: { origins?: boolean; width?: number | undefined } = {},
): string {
  const tables = new Map<string, string[]>([['', []]])
  for (const setting of configuration.settings) {
    const lines = tables.get(setting.section) ?? []
    tables.set(setting.section, [...lines, lineOf(setting, configuration, { origins, width })])
  }
  return [...tables]
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `${name === '' ? '' : `[${name}]\n`}${lines.join('\n')}\n`)
    .join('\n')
}

function lineOf(
  setting: Setting,
  configuration: Configuration,
  { origins, width }: { readonly origins: boolean; readonly width: number },
): string {
  const written = writable(setting, valueAt(configuration, setting))
  const value = tomlOf(written)
  if (value === undefined) return `# ${setting.key} is not set`
  const short = `${setting.key} = ${value}`
  const line = Array.isArray(written) && short.length > width ? `${setting.key} = ${itemLines(written)}` : short
  const origin = origins ? configuration.origins.get(setting.path) : undefined
  if (!origin) return line
  const comment = `# from ${originText(origin)}`
  return line.length + 2 + comment.length > width ? `${comment}\n${line}` : `${line}  ${comment}`
}

// TOML has no null: for a number it is written "none", for any other kind the key is left out.
function writable(setting: Setting, value: unknown): unknown {
  const redacted = redact(setting, value)
  return mapLeaves(setting.shape, redacted, setting.path, ({ kind }, leaf) =>
    leaf === null ? (kind === 'number' ? 'none' : undefined) : leaf,
  )
}

/** Writes a value as TOML, on one line unless it is a list of tables; undefined for what TOML cannot hold. */
export function tomlOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return tomlText(value)
  if (typeof value === 'number') return tomlNumber(value)
  if (Array.isArray(value)) return tomlList(value)
  if (typeof value !== 'object') return String(value)
  const pairs = Object.entries(value).flatMap(([key, item]) => {
    const text = tomlOf(item)
    return text === undefined ? [] : [`${tomlKey(key)} = ${text}`]
  })
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

/** Writes a key as TOML: in quotes where it needs them. */
export function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : tomlText(key)
}

// A list of tables takes a line per table; any other list takes one line, if it fits.
function tomlList(items: readonly unknown[]): string {
  if (items.some(item => typeof item === 'object')) return itemLines(items)
  return `[${textsOf(items).join(', ')}]`
}

function itemLines(items: readonly unknown[]): string {
  return `[\n${textsOf(items)
    .map(text => `  ${text},\n`)
    .join('')}]`
}

function textsOf(items: readonly unknown[]): string[] {
  return items.map(tomlOf).filter(text => text !== undefined)
}

// TOML has the escapes of JSON, except for a lone surrogate and for DEL.
function tomlText(text: string): string {
  return escapeControls(JSON.stringify(text.toWellFormed()))
}

// Without a decimal point TOML reads a whole number as an integer, and readers cannot hold one this large exactly.
function tomlNumber(number: number): string {
  const text = String(number)
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^-?\d+$/.test(text) ? `${text}.0` : text
}
