import type { DestinationStream, LoggerOptions } from 'pino'
import { redactor } from '../../config/redact.js'
import type { Log } from '../../plugin/log.js'
import { escapeControls } from '../../text/escape.js'
import { cleanRecord } from './clean-record.js'
import type { LogLevel } from './levels.js'
import { requestLines } from './request-line.js'

/** The options of a log. */
export type LogOptions = {
  readonly level: LogLevel
  /** values to redact in every text */
  readonly secrets: readonly string[]
  /** receives the lines, one JSON object each */
  readonly output: DestinationStream
}

/** Creates a log of one record per line. Values from outside cannot forge lines or move a terminal's cursor. */
export async function createLog({ level, secrets, output }: LogOptions): Promise<Log & { level: string }> {
  const { default: pino } = await import('pino')
  const redact = redactor(secrets)
  const sanitize = (text: string) => escapeControls(redact(text))
  const lineOf = requestLines({ redact, sanitize })
  const options: LoggerOptions = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
    hooks: {
      logMethod([fields, message], method, number) {
        // Errors are logged with their stacks at any level: an unexpected one may not recur while someone debugs.
        const cleaning = { sanitize, stacks: this.isLevelEnabled('debug') || number >= pino.levels.values.error! }
        if (message === undefined) {
          const line = lineOf(fields, pino.levels.labels[number]!, cleaning)
          if (line !== null) return output.write(line)
        }
        // Only plugins log a message; our own records name an event.
        const text = message === undefined ? {} : { event: 'message', message: sanitize(String(message)) }
        method.call(this, { ...text, ...cleanRecord(fields, cleaning) })
      },
    },
  }
  return pino(options, output)
}
