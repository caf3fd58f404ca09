import type { OpenAISettingsSchema } from '../../plugin/extend/openai-settings.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import type { Sdk } from '../../plugin/sdk.js'
import type { ClientFor } from './http/client.js'
import { endpointsOf } from './settings/endpoints.js'
import { openaiRules } from './settings/rules.js'
import { openaiSettings } from './settings/settings.js'

/** Makes the built-in `openai` miner, with the clients of `clientFor`. */
export const openaiMiner =
  (clientFor: ClientFor) =>
  ({ z }: Pick<Sdk, 'z'>): MinerDefinition<OpenAISettingsSchema> => ({
    name: 'openai',
    summary: 'asks OpenAI or any OpenAI-compatible endpoint',
    settings: openaiSettings(z),
    rules: openaiRules,
    models: config =>
      endpointsOf(config, 'openai').map(({ name, table, config: { model } }) =>
        table === null ? model : `${model} at ${name}`,
      ),
    create: async ({ config, section, log }) => {
      // Here, because help and the checks of settings need a miner's settings only.
      const { OpenAIMiner } = await import('./openai-miner.js')
      return new OpenAIMiner({ config, section, clientFor, log })
    },
  })
