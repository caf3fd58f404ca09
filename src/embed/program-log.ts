import { cleanRecord, type LogLevel, logLevels } from '../app/log/logger.js'
import { redactText } from '../config/redact.js'
import type { Log } from '../plugin/log.js'
import { escapeControls } from '../text/escape.js'

const methods = ['debug', 'info', 'warn', 'error'] as const
type Method = (typeof methods)[number]

/** What a program's log gets: records of this level and above, without these secrets. */
type Filter = { readonly level: LogLevel; readonly secrets: readonly string[] }

/** Logs nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Wraps a program's log: it gets records without secrets and control characters. What the log throws becomes a warning of
 * the process, once: a request is answered although its record is lost.
 */
export function programLog(log: Log, { level, secrets }: Filter): Log {
  const sanitize = (text: string) => escapeControls(redactText(text, secrets))
  let hasFailed = false
  const write = (method: Method) => (fields: object, message?: string) => {
    if (logLevels.indexOf(method) < logLevels.indexOf(level)) return
    const stacks = method === 'error' || level === 'debug' || level === 'trace'
    const record = cleanRecord(fields, { sanitize, stacks })
    try {
      if (message === undefined) log[method](record)
      else log[method](record, sanitize(message))
    } catch (error) {
      if (!hasFailed) process.emitWarning(`the log that was passed to openMiner throws: ${sanitize(String(error))}`)
      hasFailed = true
    }
  }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
