import * as z from 'zod'

const NETWORK = 'must be one of finney, test, archive, local, none or a URL that begins with ws:// or wss://'

/** The chain that the miner lives on. */
export const makeChainSettings = () =>
  z.object({
    network: z
      // For a text that fails both, zod reports the issue of the URL, so the URL has the message, too.
      .union([z.enum(['finney', 'test', 'archive', 'local', 'none']), z.url({ protocol: /^wss?$/, error: NETWORK })], {
        error: NETWORK,
      })
      .default('finney')
      .describe('the chain, by name or URL; none: serve without a chain, only the hotkeys in --allow')
      .meta({ flag: 'network', env: ['BT_SUBTENSOR_NETWORK'] }),
    endpoints: z
      .array(z.url({ protocol: /^wss?$/, error: 'must be a URL that begins with ws:// or wss://' }))
      .default([])
      .describe('endpoints of the chain, tried in this order; by default those of the network')
      .meta({
        flag: 'chain-endpoint',
        examples: [['wss://entrypoint-finney.opentensor.ai:443']],
      }),
  })
