import fs from 'node:fs'
import { showsColours } from '../../text/colour.js'
import { FileOutput, type FileOutputOptions, type LogOutput } from './file-output.js'
import { textLine } from './text-line.js'

export const logFormats = ['text', 'json'] as const
export type LogFormat = (typeof logFormats)[number]

/**
 * Opens standard error for the lines of a log, each a JSON object. A slow or stuck reader does not hold up requests: lines
 * beyond the buffer are dropped and counted.
 *
 * @param format `text`: a line for people each; by default on a terminal. `json`: the lines as they are
 */
export function logOutput(format?: LogFormat): LogOutput {
  const { stderr } = process
  if ((format ?? (stderr.isTTY ? 'text' : 'json')) === 'json')
    return stderr.isTTY ? terminalOutput() : new FileOutput(2)
  const isColoured = showsColours(stderr)
  const toText = (line: string) => textLine(JSON.parse(line), { isColoured, columns: stderr.columns ?? null })
  return stderr.isTTY ? terminalOutput(toText) : new FileOutput(2, { toText })
}

/**
 * Writes to the terminal at once, so that lines keep their order among what the program prints; through an open file of
 * its own that does not block, because a terminal stops reading while the user holds it with Ctrl-S.
 */
function terminalOutput(toText?: FileOutputOptions['toText']): LogOutput {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fs.constants
  const options = { toText, isImmediate: true }
  let fd: number
  try {
    fd = fs.openSync('/dev/stderr', O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    return new FileOutput(2, options) // after `su`, the terminal belongs to another user
  }
  return new FileOutput(fd, options)
}
