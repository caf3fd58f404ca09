import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startServer } from '../support/child-process.ts'

/** A message to a service manager, by its variables: `{ READY: '1', MAINPID: '7' }`. */
type Notification = Readonly<Record<string, string>>

/** The socket of a service manager: a datagram socket of Unix, which Node does not have. */
export type NotifySocket = AsyncDisposable & {
  readonly received: readonly Notification[]
  /** Waits for the first message with this variable, of those that came and those to come. */
  message(variable: string): Promise<Notification>
}

export async function openNotifySocket(path: string): Promise<NotifySocket> {
  const received: Notification[] = []
  const arrivals = new EventEmitter()
  const script = fileURLToPath(new URL('notify-socket.py', import.meta.url))
  const server = await startServer('python3', [script, path], {
    output: 'stdout',
    readyOf(line) {
      const message = JSON.parse(line)
      if (message.ready) return true
      received.push(message)
      arrivals.emit('message')
      return undefined
    },
  })
  return {
    received,
    async message(variable) {
      for (;;) {
        const found = received.find(message => variable in message)
        if (found) return found
        await once(arrivals, 'message')
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
