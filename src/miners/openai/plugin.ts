import type { MinerPlugin } from '../../plugin/sdk.js'
import type { ClientFor } from './http/client.js'
import { OpenAIMiner } from './openai-miner.js'
import { endpointsOf } from './settings/endpoints.js'
import { openaiRules } from './settings/rules.js'
import { openaiSettings } from './settings/settings.js'

/** Makes the built-in `openai` miner, with the clients of `clientFor`. */
export const openaiMiner =
  (clientFor: ClientFor): MinerPlugin =>
  ({ defineMiner, z }) =>
    defineMiner({
      name: 'openai',
      summary: 'asks OpenAI or any OpenAI-compatible endpoint',
      settings: openaiSettings(z),
      rules: openaiRules,
      models: config =>
        endpointsOf(config).map(({ name, table, config: { model } }) =>
          table === null ? model : `${model} at ${name}`,
        ),
      create: ({ config, log }) => new OpenAIMiner({ config, clientFor, log }),
    })
