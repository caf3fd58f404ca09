import type { OpenAISettingsSchema } from '../../plugin/extend/openai-settings.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import type { Sdk } from '../../plugin/sdk.js'
import type { ClientFor } from './http/client.js'
import { OpenAIMiner } from './openai-miner.js'
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
    create: ({ config, section, log }) => new OpenAIMiner({ config, section, clientFor, log }),
  })
