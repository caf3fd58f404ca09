import { createClient } from '@redis/client'
import { TimeoutError, withTimeout } from '../../async/timeout.js'
import { StoreError } from '../store-error.js'
import { requireSuitable } from './redis-info.js'
import { requireSecret, type SharedSecret } from './shared-secret.js'

/** One connection to a Redis that is fit to hold nonces. It is never opened again: the next one has its own checks. */
export type RedisConnection = {
  /** identifies the process of the server and its data; with another one, data may be lost */
  readonly identity: string
  /**
   * Sends one command, once.
   *
   * @throws when there is no reply in time: the connection is closed then, and the server may still run the command
   * @throws what the server replies; the connection is closed when it is no longer the master
   */
  command(...words: readonly string[]): Promise<unknown>
  close(): void
}

type ConnectOptions = {
  readonly url: string
  /** whether the server has to keep its data over a restart */
  readonly mustPersist: boolean
  /** how long a command waits for its reply; a healthy server takes less than a millisecond */
  readonly commandMs: number
  /** called once, when the connection is lost or closed */
  readonly onClosed: (cause: unknown) => void
  readonly sharedSecret: SharedSecret
}

const CONNECT_MS = 3_000
const MAX_WAITING = 10_000
/** How a server replies that was made a replica: it may become a master again with fewer keys, on the same connection. */
const DEMOTED = /^(READONLY|MASTERDOWN) /

/**
 * Connects to a Redis or Valkey, and checks that it is fit: a master that evicts nothing, outside of a cluster.
 *
 * @throws {StoreError} STORE_UNREACHABLE · STORE_REFUSED · STORE_UNSUITABLE · STORE_SECRET
 */
export async function connectRedis({
  url,
  mustPersist,
  commandMs,
  onClosed,
  sharedSecret,
}: ConnectOptions): Promise<RedisConnection> {
  const client = createClient({
    url,
    RESP: 2,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
    maintNotifications: 'disabled',
    disableClientInfo: true,
  })
  let closedBy: StoreError | null = null
  const close = (cause: unknown = new Error('the connection is closed')) => {
    if (closedBy) return
    closedBy = connectError(cause, nameOf(url))
    if (client.isOpen) client.destroy()
    onClosed(closedBy)
  }
  client.on('error', close)
  try {
    await withTimeout(client.connect(), CONNECT_MS)
    const info = await withTimeout(client.sendCommand(['INFO']), CONNECT_MS)
    const identity = requireSuitable(String(info), { name: nameOf(url), mustPersist })
    const send = (...words: string[]) => withTimeout(client.sendCommand(words), CONNECT_MS)
    await requireSecret(send, sharedSecret)
    return {
      identity,
      async command(...words) {
        const reply = await answerIn(commandMs, client.sendCommand([...words])).catch(error => {
          if (error instanceof TimeoutError || DEMOTED.test(String(error?.message))) close(error)
          throw closedBy ?? error
        })
        return reply
      },
      close,
    }
  } catch (error) {
    if (client.isOpen) client.destroy()
    throw error instanceof StoreError ? error : openError(error, nameOf(url))
  }
}

/** Waits for a reply. One that has arrived while this process was busy counts, though its time is over. */
function answerIn(ms: number, reply: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const expire = () => reject(new TimeoutError(`no reply within ${ms} ms`))
    const timer = setTimeout(() => setImmediate(expire), ms)
    reply.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Returns a URL without user, password and query. */
function nameOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/** What the client says when the first reply is none of Redis, or the connection is closed instead of one. */
const NO_REDIS = /^(Disconnects client|Unknown RESP type|Socket closed unexpectedly)/

function openError(cause: unknown, name: string): StoreError {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (NO_REDIS.test(message))
    return new StoreError('STORE_UNREACHABLE', `what answers at ${name} is no Redis`, {
      hint: 'correct the host and the port in --store; a Redis with TLS needs rediss://',
      cause,
    })
  if (/^ERR (invalid DB index|DB index is out of range|value is not an integer)/.test(message))
    return new StoreError('STORE_REFUSED', `the Redis ${name} has no database of this number: ${message}`, {
      hint: 'leave out the path of the URL in --store, or give a number below its setting databases, 16 by default',
      cause,
    })
  return connectError(cause, name)
}

function connectError(cause: unknown, name: string): StoreError {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (/^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ERR invalid password)/.test(message))
    return new StoreError('STORE_REFUSED', `the Redis ${name} refuses the user or the password: ${message}`, {
      hint: 'write both into --store: redis://USER:PASSWORD@HOST:PORT; the user needs SET, GET, EVAL and INFO, and for legacy nonces the commands of hashes and sets',
      cause,
    })
  const { code = message } = cause as { code?: string }
  return new StoreError('STORE_UNREACHABLE', `cannot reach the Redis ${name}: ${code || message}`, {
    hint: 'start it, or correct the URL in --store',
    cause,
  })
}
