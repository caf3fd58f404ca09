import type { MinerPlugin } from '../../../dist/index.js'

/** A miner whose error contains all of its settings. */
const plugin: MinerPlugin = ({ defineMiner, z }) =>
  defineMiner({
    name: 'leaking',
    summary: 'tells what it was given',
    settings: z.object({ apiKey: z.string().optional().describe('a secret').meta({ secret: true }) }),
    create({ config }) {
      throw new Error(`no use for ${JSON.stringify(config)}`)
    },
  })

export default plugin
