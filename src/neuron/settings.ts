import * as z from 'zod'
import { DEFAULT_REFRESH_BLOCKS } from './pace.js'

/** How the miner lives on its subnet. */
export const makeNeuronSettings = () =>
  z.object({
    announce: z
      .boolean()
      .default(true)
      .describe('tell the chain where the axon is; off behind a proxy or shield that announces its own address')
      .meta({ flag: 'announce' }),
    addressServices: z
      .array(z.url({ protocol: /^https$/, error: 'must be a URL that begins with https://' }))
      .min(2)
      // Two are asked at a time, 3 s each, over IPv4 and then over IPv6: 24 s, which is less than the chain may take.
      .max(8)
      .default(['https://checkip.amazonaws.com', 'https://api.ipify.org', 'https://ident.me', 'https://icanhazip.com'])
      .describe('services that return the address of this machine as text; two of them have to agree')
      .meta({ examples: [['https://checkip.amazonaws.com', 'https://api.ipify.org']] }),
    refreshBlocks: z
      .int()
      .min(10)
      .max(200)
      .default(DEFAULT_REFRESH_BLOCKS)
      .describe('the metagraph is read after each epoch of the subnet, and after this many blocks of 12 s at most'),
    whenDeregistered: z
      .enum(['exit', 'serve'])
      .default('exit')
      .describe(
        'what to do when the hotkey loses its place in the subnet: exit with code 69, or serve the hotkeys in --allow',
      )
      .meta({ flag: 'when-deregistered' }),
  })
