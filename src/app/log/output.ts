import { once } from 'node:events'

/** What may wait for a reader of the log, in bytes: some thousand records. */
const MAX_WAITING = 1024 * 1024
/** How long a reader has for what waits when the program ends. */
const LAST_WORDS_MS = 1_000

/** Where a log's lines go. Disposing it waits for those on their way. */
export type LogOutput = AsyncDisposable & { write(line: string): void }

/**
 * Standard error: as it is for people when it is a terminal, one JSON object a line elsewhere. Those lines are written
 * beside the program's work, so that a reader who is slow, or stops, holds up no request; what is too much for it is
 * lost, and counted.
 */
export async function logOutput(): Promise<LogOutput> {
  return process.stderr.isTTY ? terminalOutput() : fileOutput(2)
}

async function terminalOutput(): Promise<LogOutput> {
  const { default: pretty } = await import('pino-pretty')
  const stream = pretty({
    destination: 2,
    sync: true,
    colorize: !process.env.NO_COLOR,
    messageKey: 'event',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  })
  return { write: line => void stream.write(line), [Symbol.asyncDispose]: async () => {} }
}

/** The output to an open file, pipe or socket. */
export async function fileOutput(fd: number): Promise<LogOutput> {
  const { pino } = await import('pino')
  const stream = pino.destination({ fd, sync: false, maxLength: MAX_WAITING })
  let writing = false
  let gone = false
  let lost = 0
  stream.on('drop', () => void lost++)
  stream.on('error', () => {
    writing = false // nobody reads any more, and there is no other place to say so
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
      const signal = AbortSignal.timeout(LAST_WORDS_MS)
      // Who has stopped reading must not keep the program from ending, as writing the rest at its exit would.
      await once(stream, 'drain', { signal }).catch(() => {
        gone = true
        stream.destroy()
      })
    },
  }
}
