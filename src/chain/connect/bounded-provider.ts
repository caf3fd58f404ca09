import { randomUUID } from 'node:crypto'
import type { WsJsonRpcProvider } from 'polkadot-api/ws'
import { isUnfitMetadata } from './metadata-guard.js'

type BoundedProvider = {
  readonly provider: (onMessage: Parameters<WsJsonRpcProvider>[0]) => ReturnType<WsJsonRpcProvider>
  /** Ends the connection. The client that uses it receives nothing more, and what it sends is dropped. */
  readonly disconnect: () => void
}

type BoundListeners = { readonly onTooManyFollows: () => void; readonly onUnfitMetadata: () => void }

/** One is needed; a node that drops it now and then, because it could not keep up, is fit all the same. */
const MOST_FOLLOWS = 3
const WINDOW_MS = 60_000

/**
 * Bounds what a client of polkadot-api does with its connection.
 *
 * The client decodes by whatever metadata the node sends. After each failure it follows the chain again, at once or after
 * 250 ms, without a bound and without an error. And it must not be destroyed: a client that is destroyed while it starts to
 * follow tries once more 250 ms later, which throws out of a timer and ends the process (observable-client 0.18.8,
 * `streams/follow.js`). Without a connection it has neither sockets nor timers, and is collected.
 */
export function boundProvider(
  provider: WsJsonRpcProvider,
  { onTooManyFollows, onUnfitMetadata }: BoundListeners,
): BoundedProvider {
  let connection: ReturnType<WsJsonRpcProvider> | undefined
  let isOver = false
  let followedAt: readonly number[] = []
  const disconnect = () => {
    isOver = true
    connection?.disconnect()
  }
  return {
    disconnect,
    provider: onMessage => {
      const own = new Set<unknown>()
      connection = provider(message => {
        if ('id' in message && own.delete(message.id)) return
        if (isUnfitMetadata(resultText(message))) return onUnfitMetadata()
        const older = olderBlocks(message)
        if (!older) return onMessage(message)
        const id = `unpin ${randomUUID()}`
        own.add(id)
        onMessage(older.without)
        connection?.send({
          jsonrpc: '2.0',
          id,
          method: 'chainHead_v1_unpin',
          params: [older.subscription, older.hashes],
        })
      })
      return {
        disconnect,
        send: message => {
          if (isOver) return
          if (message.method === 'chainHead_v1_follow') {
            const now = performance.now()
            followedAt = [...followedAt.filter(at => at > now - WINDOW_MS), now]
            if (followedAt.length > MOST_FOLLOWS) return onTooManyFollows()
          }
          connection?.send(message)
        },
      }
    },
  }
}

/** Returns the result of a call, of either protocol, if it is a text. */
function resultText(message: Message): string {
  const { result, params } = message as { result?: unknown; params?: { result?: { output?: unknown } } }
  const text = result ?? params?.result?.output
  return typeof text === 'string' ? text : ''
}

type Message = Parameters<Parameters<WsJsonRpcProvider>[0]>[0]

/**
 * A node begins with its last finalised blocks, up to 16. When the runtime changed within them, and not at the last one,
 * polkadot-api looks for that block without end, thousands of calls a second (observable-client 0.18.8,
 * `getRuntimeChanges` in `streams/follow.js`). Only the last one is needed here, whose runtime comes with it.
 *
 * @returns the message with the last block only, and the blocks to unpin; undefined for any other message
 */
function olderBlocks(message: Message) {
  if (!('method' in message) || message.method !== 'chainHead_v1_followEvent') return
  const { subscription, result } = message.params as { subscription: string; result: Initialized | { event: string } }
  if (!('finalizedBlockHashes' in result) || result.finalizedBlockHashes.length < 2) return
  const hashes = result.finalizedBlockHashes.slice(0, -1)
  const latest = { ...result, finalizedBlockHashes: result.finalizedBlockHashes.slice(-1) }
  return { subscription, hashes, without: { ...message, params: { subscription, result: latest } } as Message }
}

type Initialized = { readonly event: string; readonly finalizedBlockHashes: readonly string[] }
