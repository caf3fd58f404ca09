import type { MinerPlugin } from '../../../dist/index.js'

/** A miner whose close never settles, and which keeps the program alive. */
const plugin: MinerPlugin = ({ defineMiner, z }) =>
  defineMiner({
    name: 'clinging',
    summary: 'does not let go',
    settings: z.object({}),
    create() {
      setInterval(() => {}, 1000)
      return {
        async *prompt() {
          yield 'answer'
          return { model: 'clinging', finishReason: 'stop' }
        },
        close: () => new Promise<void>(() => {}),
      }
    },
  })

export default plugin
