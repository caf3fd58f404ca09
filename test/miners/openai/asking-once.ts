import { callModel } from '#dist/miners/openai/call/complete.js'
import { RefusedParameters } from '#dist/miners/openai/call/refused-parameters.js'
import type { ClientFor } from '#dist/miners/openai/http/client.js'
import { ClientCache } from '#dist/miners/openai/http/client-cache.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import { endpointsOf } from '#dist/miners/openai/settings/endpoints.js'
import type { OpenAISettings } from '#dist/miners/openai/settings/settings.js'
import type { MinerPlugin } from '#dist/plugin/sdk.js'

/** The `openai` miner without failover: for tests of the error of a single call. */
export const askingOnce =
  (clientFor: ClientFor): MinerPlugin =>
  sdk => ({
    ...openaiMiner(clientFor)(sdk),
    create({ config, section, log }) {
      const refused = new RefusedParameters(log)
      const clients = new ClientCache(clientFor)
      const [endpoint] = endpointsOf(config as OpenAISettings, section)
      return {
        async *prompt(question, asked) {
          asked.signal.throwIfAborted()
          const target = { endpoint, keyAt: 0 }
          return yield* callModel(await clients.of(target), target, question, { ...asked, refused })
        },
      }
    },
  })
