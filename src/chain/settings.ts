import { z } from 'zod'

/** Which chain the miner lives on. Only `none` is there yet: no chain, and `policy.allow` says who may ask. */
export const chainSettings = z.object({
  network: z
    .enum(['none'])
    .optional()
    .describe('none: serve without a chain, for the hotkeys that --allow names')
    .meta({ flag: 'network' }),
})
