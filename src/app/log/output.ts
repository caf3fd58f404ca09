import { once } from 'node:events'
import { showsColours } from '../../text/colour.js'

/** How many bytes may wait for the log's reader: some thousand records. */
const MAX_WAITING = 1024 * 1024
/** How long the reader has to take the waiting lines when the program ends. */
const FLUSH_MS = 1_000

/** The destination of a log's lines. Disposing it waits until they are written. */
export type LogOutput = AsyncDisposable & { write(line: string): void }

/**
 * Opens standard error: formatted for people on a terminal, one JSON object per line elsewhere. Those lines are written
 * asynchronously, so that a slow or stuck reader does not hold up requests; lines beyond the buffer are dropped and
 * counted.
 */
export async function logOutput(): Promise<LogOutput> {
  return process.stderr.isTTY ? terminalOutput() : fileOutput(2)
}

async function terminalOutput(): Promise<LogOutput> {
  const { default: pretty } = await import('pino-pretty')
  const stream = pretty({
    destination: 2,
    sync: true,
    colorize: showsColours(process.stderr),
    messageKey: 'event',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  })
  return { write: line => void stream.write(line), [Symbol.asyncDispose]: async () => {} }
}

/** Writes to an open file, pipe or socket. */
export async function fileOutput(fd: number): Promise<LogOutput> {
  const { pino } = await import('pino')
  const stream = pino.destination({ fd, sync: false, maxLength: MAX_WAITING })
  let writing = false
  let gone = false
  let lost = 0
  stream.on('drop', () => void lost++)
  stream.on('error', () => {
    writing = false // the reader is gone, and there is no other place to report it
  })
  stream.on('drain', () => {
    writing = false
    if (lost === 0) return
    const record = { level: 'warn', time: new Date().toISOString(), event: 'recordsLost', count: lost }
    lost = 0
    write(`${JSON.stringify(record)}\n`)
  })
  const write = (line: string) => {
    if (gone) return
    writing = true
    stream.write(line)
  }
  return {
    write,
    async [Symbol.asyncDispose]() {
      if (!writing) return
      // Not `withTimeout`: `once` has to remove its listener, which takes a signal.
      const signal = AbortSignal.timeout(FLUSH_MS)
      // A stuck reader must not keep the program from ending; writing the rest at exit would block it.
      await once(stream, 'drain', { signal }).catch(() => {
        gone = true
        stream.destroy()
      })
    },
  }
}
