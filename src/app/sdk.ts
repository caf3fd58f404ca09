import { type ClientFor, openaiClient } from '../miners/openai/http/client.js'
import { type Sdk, sdkWith } from '../plugin/sdk.js'

/** Makes what plugins receive. The built-in `openai` miner that they extend asks with these clients, and loads on request. */
export function sdkOf(clientFor: ClientFor = openaiClient): Sdk {
  const sdk: Sdk = sdkWith(async () => (await import('../miners/openai/plugin.js')).openaiMiner(clientFor)(sdk))
  return sdk
}
