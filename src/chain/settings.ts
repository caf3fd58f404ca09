import { z } from 'zod'

/**
 * The chain that the miner uses. Only `none` exists so far: without a chain, `policy.allow` lists the admitted hotkeys.
 */
export const chainSettings = z.object({
  network: z
    .enum(['none'], {
      error: 'must be none: this version does not connect to a chain, and answers the hotkeys that --allow names',
    })
    .optional()
    .describe('none: serve without a chain, only the hotkeys in --allow')
    .meta({ flag: 'network' }),
})
