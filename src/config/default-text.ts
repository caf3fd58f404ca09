import { redact } from './redact.js'
import type { Setting } from './setting.js'

/** A setting's default as an operator would write it; undefined when there is none to show. */
export function defaultText(setting: Setting): string | undefined {
  const value = redact(setting, setting.default)
  if (value === undefined || value === null || value === '') return undefined
  if (Array.isArray(value) && value.every(item => typeof item !== 'object')) return value.join(',') || undefined
  if (typeof value === 'object') return Object.keys(value).length === 0 ? undefined : JSON.stringify(value)
  return String(value)
}
