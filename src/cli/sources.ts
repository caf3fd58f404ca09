import { redactText } from '../config/redact.js'
import type { Check } from '../plugin/miner.js'
import { escapeControls } from '../text/escape.js'
import { formatMessage } from './errors/format-message.js'

/** What a miner reports of one of its sources of answers: a check, or a list of models. */
type Report = {
  readonly name: string
  readonly notes?: readonly string[]
  readonly problem?: Check['problem'] | undefined
}

/** Formats the notes of all reports, then the problems. */
export function reportMessages(reports: readonly Report[]): string {
  const notes = reports.flatMap(({ name, notes = [] }) =>
    notes.map(note => formatMessage({ label: 'warning', message: `${name}: ${note}` })),
  )
  const problems = reports.flatMap(({ name, problem }) => {
    if (!problem) return []
    // Most messages name what they are about.
    return formatMessage({ ...(!problem.message.includes(name) && { label: escapeControls(name) }), ...problem })
  })
  return [...notes, ...problems].join('')
}

/**
 * Redacts secrets in the texts of a report: an endpoint may repeat what it was sent. Leaves names of properties and codes as
 * they are: they are words of this program or of a plugin, and a secret may happen to be one of them.
 */
export function redactReport<Value>(value: Value, secrets: readonly string[]): Value {
  const redacted = (part: unknown): unknown => {
    if (typeof part === 'string') return redactText(part, secrets)
    if (Array.isArray(part)) return part.map(redacted)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, key === 'code' ? item : redacted(item)]))
  }
  return redacted(value) as Value
}
