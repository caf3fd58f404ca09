import type { JsonRpcProvider } from './bounded-provider.js'

type OnMessage = Parameters<JsonRpcProvider>[0]

/**
 * Lets a client of polkadot-api begin with the newest finalised block alone, where a node names it and those before it.
 *
 * It looks for an upgrade of the runtime among these blocks. If they are more than two, and there is one, it asks for the
 * code of one block again and again, as fast as the node answers (observable-client 0.18.8, `createGetRuntimeChanges`). A
 * node names 16 blocks, so that for three minutes after an upgrade nothing would connect.
 */
export function newestBlockOnly(provider: JsonRpcProvider): JsonRpcProvider {
  return onMessage => {
    const unpinning = new Set<unknown>()
    const connection = provider(message => {
      if ('id' in message && unpinning.delete(message.id)) return
      const start = startOf(message)
      if (!start || start.result.finalizedBlockHashes.length < 2) return onMessage(message)
      const { subscription, result } = start
      const older = result.finalizedBlockHashes.slice(0, -1)
      onMessage({
        ...message,
        params: { subscription, result: { ...result, finalizedBlockHashes: result.finalizedBlockHashes.slice(-1) } },
      })
      // The node holds them for a client, which does not know of them.
      const id = `unpin-${subscription}`
      unpinning.add(id)
      connection.send({ jsonrpc: '2.0', id, method: 'chainHead_v1_unpin', params: [subscription, older] })
    })
    return connection
  }
}

type Start = { readonly subscription: string; readonly result: { readonly finalizedBlockHashes: readonly string[] } }

/** Returns the content of the message that begins a subscription to the head of the chain. */
function startOf(message: Parameters<OnMessage>[0]): Start | undefined {
  if (!('method' in message) || message.method !== 'chainHead_v1_followEvent') return
  const { result } = (message.params ?? {}) as { readonly result?: { readonly event?: unknown } }
  return result?.event === 'initialized' ? (message.params as Start) : undefined
}
