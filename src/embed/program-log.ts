import { cleanRecord } from '../app/log/clean-record.js'
import { type LogLevel, logLevels } from '../app/log/levels.js'
import type { Log } from '../plugin/log.js'
import { escapeControls } from '../text/escape.js'
import type { ProgramTexts } from './program-errors.js'

const methods = ['debug', 'info', 'warn', 'error'] as const
type Method = (typeof methods)[number]

/**
 * Wraps a program's log: it gets records of a level and above, without secrets and control characters, whose hints speak of
 * `settings`. What the log throws becomes a warning of the process, once: a request is answered although its record is lost.
 */
export function programLog(log: Log, level: LogLevel, texts: ProgramTexts): Log {
  const sanitize = (text: string) => escapeControls(texts.withoutSecrets(text))
  let hasFailed = false
  const fail = (error: unknown) => {
    if (!hasFailed) process.emitWarning(`the log that was passed to openMiner throws: ${sanitize(String(error))}`)
    hasFailed = true
  }
  const write = (method: Method) => (fields: object, message?: string) => {
    if (logLevels.indexOf(method) < logLevels.indexOf(level)) return
    const stacks = method === 'error' || level === 'debug' || level === 'trace'
    const record = withHints(cleanRecord(fields, { sanitize, stacks }), texts) as object
    try {
      const returned: unknown = message === undefined ? log[method](record) : log[method](record, sanitize(message))
      // A log may return a promise although its type does not say so.
      Promise.resolve(returned).catch(fail)
    } catch (error) {
      fail(error)
    }
  }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

/** Returns a clean record whose hints speak of `settings`. */
function withHints(value: unknown, texts: ProgramTexts): unknown {
  if (Array.isArray(value)) return value.map(item => withHints(item, texts))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'hint' && typeof item === 'string' ? texts.inSettings(item) : withHints(item, texts),
    ]),
  )
}
