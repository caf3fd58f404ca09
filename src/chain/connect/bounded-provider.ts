import type { WsJsonRpcProvider } from 'polkadot-api/ws'

/** What polkadot-api's clients take. */
export type JsonRpcProvider = (onMessage: Parameters<WsJsonRpcProvider>[0]) => ReturnType<WsJsonRpcProvider>

type BoundedProvider = {
  readonly provider: JsonRpcProvider
  /** Ends the connection. The client that uses it hears of nothing any more, and what it sends is dropped. */
  readonly disconnect: () => void
}

/** One is needed; a node that drops it now and then, because it could not keep up, is fit all the same. */
const MOST_FOLLOWS = 3
const WINDOW_MS = 60_000

/**
 * Bounds what a client of polkadot-api does with its connection.
 *
 * It follows the chain again whenever something goes wrong, at once or each 250 ms, without end, and tells nobody. And it
 * must not be destroyed: while it starts to follow, destroying it makes it try once more 250 ms later, which throws out of
 * a timer and ends the process (observable-client 0.18.8, `streams/follow.js`). Without a connection it has neither
 * sockets nor timers, and is collected.
 */
export function boundProvider(provider: JsonRpcProvider, onTooManyFollows: () => void): BoundedProvider {
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
      connection = provider(onMessage)
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
