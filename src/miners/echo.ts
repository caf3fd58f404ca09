import { NoAnswer } from '../plugin/no-answer.js'
import type { MinerPlugin } from '../plugin/sdk.js'

/** Makes the `echo` miner, which repeats the last message: for trying a wire, a dialect or a configuration without a model. */
export const echoMiner: MinerPlugin = ({ defineMiner, z }) =>
  defineMiner({
    name: 'echo',
    summary: 'repeats the last message, without a model',
    settings: z.object({
      prefix: z.string().describe('put before each answer').default(''),
    }),
    create: ({ config }) => ({
      async *prompt({ messages }, { signal }) {
        signal.throwIfAborted()
        const last = messages.at(-1)?.content ?? ''
        if (last.trim() === '')
          throw new NoAnswer('unsupported', 'the last message is empty, so there is nothing to repeat', {
            code: 'ECHO_EMPTY',
            hint: 'send a message that contains text',
            misuse: true,
          })
        yield config.prefix + last
        return { model: 'echo', finishReason: 'stop' }
      },
    }),
  })
