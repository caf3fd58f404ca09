import type { DestinationStream, Logger, LoggerOptions } from 'pino'
import { redactText } from '../../config/secrets.js'
import { escapeControls } from '../../text/escape.js'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Who logs what, and where to. */
export type LogOptions = {
  readonly level: LogLevel
  /** values that must not be seen anywhere; replaced wherever they stand */
  readonly secrets: readonly string[]
  /** lines go here, one JSON object each */
  readonly output: DestinationStream
}

/** A log of one record a line. Values from outside cannot forge lines or move a terminal's cursor. */
export async function createLog({ level, secrets, output }: LogOptions): Promise<Logger> {
  const { pino } = await import('pino')
  const harmless = (text: string) => escapeControls(redactText(text, secrets))
  const debugs = level === 'debug' || level === 'trace'
  const options: LoggerOptions = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
    hooks: {
      logMethod([fields, message], method, number) {
        // A fault that nobody foresaw is found by its stack, and may not come again for those who debug.
        const cleaning = { harmless, stacks: debugs || number >= pino.levels.values.error! }
        // A plugin's words; our own records name an event.
        const words = message === undefined ? {} : { event: 'message', message: harmless(String(message)) }
        method.call(this, { ...words, ...cleaned(fields, cleaning) })
      },
    },
  }
  return pino(options, output)
}

type Cleaning = { readonly harmless: (text: string) => string; readonly stacks: boolean }

/** A record never ends the program: a getter or a `toJSON` of a plugin may throw. */
function cleaned(record: unknown, how: Cleaning): object {
  try {
    return clean(record, how) as object
  } catch (error) {
    return { event: 'recordLost', message: how.harmless(String(error)) }
  }
}

/** How deep a record is told; what lies deeper, a circle above all, is not. */
const DEPTH = 5

/** The record with every text in it made harmless. */
function clean(value: unknown, how: Cleaning, depth = 0): unknown {
  if (typeof value === 'string') return how.harmless(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH) return '…'
  const deeper = (item: unknown) => clean(item, how, depth + 1)
  if (value instanceof Error) return fields(errorFields(value, how.stacks), how, deeper)
  if (Array.isArray(value)) return value.map(deeper)
  // A Date, a URL.
  if ('toJSON' in value && typeof value.toJSON === 'function') return deeper(value.toJSON())
  return fields(value, how, deeper)
}

function fields(value: object, { harmless }: Cleaning, deeper: (item: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [harmless(key), deeper(item)]))
}

/** An error by its code and text. */
function errorFields(error: Error, stacks: boolean): object {
  const { code, hint, stack, cause } = error as { code?: unknown; hint?: unknown } & Error
  return {
    name: error.name,
    ...(code !== undefined && { code: String(code) }),
    message: error.message,
    ...(hint !== undefined && { hint: String(hint) }),
    ...(stacks && { stack: stack?.split('\n').slice(1) }),
    ...(cause instanceof Error && { cause }),
  }
}
