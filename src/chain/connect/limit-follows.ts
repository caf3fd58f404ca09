import type { WsJsonRpcProvider } from 'polkadot-api/ws'

type JsonRpcProvider = (onMessage: Parameters<WsJsonRpcProvider>[0]) => ReturnType<WsJsonRpcProvider>

/** One is needed; a node that drops it now and then, because it could not keep up, is fit all the same. */
const MOST = 5
const WINDOW_MS = 60_000

/**
 * Limits how often polkadot-api follows the chain over one connection. It does so again whenever something goes wrong,
 * at once or each 250 ms, with neither a bound nor a word to its caller.
 */
export function limitFollows(provider: WsJsonRpcProvider, onExceeded: () => void): JsonRpcProvider {
  let followedAt: readonly number[] = []
  return onMessage => {
    const connection = provider(onMessage)
    return {
      disconnect: () => connection.disconnect(),
      send: message => {
        if (message.method === 'chainHead_v1_follow') {
          const now = performance.now()
          followedAt = [...followedAt.filter(at => at > now - WINDOW_MS), now]
          if (followedAt.length > MOST) return onExceeded()
        }
        connection.send(message)
      },
    }
  }
}
