import { escapeControls } from '../../text/escape.js'
import { type Configuration, valueAt } from '../configuration.js'
import { originText } from '../origin.js'
import { mapLeaves } from '../schema/map-leaves.js'
import type { Setting } from '../schema/setting.js'
import { redact } from '../secrets.js'

/**
 * Prints a configuration as TOML that reads as the same configuration again, but for what must not be seen: secrets
 * stand as `***`, and URLs without user, password and query. A setting without a value is a comment.
 *
 * @param options `origins`: end each line with where the value came from
 */
export function configurationToml(
  configuration: Configuration,
  { origins = false }: { origins?: boolean } = {},
): string {
  const tables = new Map<string, string[]>([['', []]])
  for (const setting of configuration.settings) {
    const lines = tables.get(setting.section) ?? []
    tables.set(setting.section, [...lines, lineOf(setting, configuration, origins)])
  }
  return [...tables]
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `${name === '' ? '' : `[${name}]\n`}${lines.join('\n')}\n`)
    .join('\n')
}

function lineOf(setting: Setting, configuration: Configuration, withOrigin: boolean): string {
  const value = tomlOf(writable(setting, valueAt(configuration, setting)))
  if (value === undefined) return `# ${setting.key} is not set`
  const origin = withOrigin ? configuration.origins.get(setting.path) : undefined
  return `${setting.key} = ${value}${origin ? `  # from ${originText(origin)}` : ''}`
}

// TOML has no null: a number's is written "none", and anything else without a value is left out.
function writable(setting: Setting, value: unknown): unknown {
  const redacted = redact(setting, value)
  return mapLeaves(setting.shape, redacted, setting.path, ({ kind }, leaf) =>
    leaf === null ? (kind === 'number' ? 'none' : undefined) : leaf,
  )
}

function tomlOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return tomlText(value)
  if (typeof value === 'number') return tomlNumber(value)
  if (Array.isArray(value)) return tomlList(value)
  if (typeof value !== 'object') return String(value)
  const pairs = Object.entries(value).flatMap(([key, item]) => {
    const text = tomlOf(item)
    return text === undefined ? [] : [`${/^[A-Za-z0-9_-]+$/.test(key) ? key : tomlText(key)} = ${text}`]
  })
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

// Tables in a list stand one a line; a list of words stays on its own.
function tomlList(items: readonly unknown[]): string {
  const texts = items.map(tomlOf).filter(text => text !== undefined)
  if (items.some(item => typeof item === 'object')) return `[\n${texts.map(text => `  ${text},\n`).join('')}]`
  return `[${texts.join(', ')}]`
}

// JSON's escapes are TOML's, but for a lone half of a surrogate pair and for DEL.
function tomlText(text: string): string {
  return escapeControls(JSON.stringify(text.toWellFormed()))
}

// Written without a point, a whole number this big is an integer that no reader holds exactly.
function tomlNumber(number: number): string {
  const text = String(number)
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^-?\d+$/.test(text) ? `${text}.0` : text
}
