import { createClient } from 'polkadot-api'
import { getWsProvider } from 'polkadot-api/ws'
import { WebSocket } from 'ws'
import type { ChainNode } from '#dist/chain/chain-node.js'

/** Connects to a node as the miner does, and waits until its metadata is there. */
export async function openNode({ url }: { readonly url: string }): Promise<ChainNode & AsyncDisposable> {
  const client = createClient(getWsProvider(url, { websocketClass: WebSocket as never }))
  const api = client.getUnsafeApi()
  await api.constants.System!.Version!()
  return {
    client,
    api,
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}
