import type { MinerPlugin } from 'bittensor-miner'
import emojiRegex from 'emoji-regex'

/** Says the last message back in capital letters: the smallest miner with settings and a dependency of its own. */
const plugin: MinerPlugin = ({ defineMiner, z, NoAnswer }) =>
  defineMiner({
    name: 'shout',
    summary: 'answers in capital letters',
    settings: z.object({
      mark: z.string().describe('printed after each answer, unless it ends in an emoji').default('!'),
    }),
    create: ({ config }) => ({
      async *prompt({ messages }, { signal }) {
        signal.throwIfAborted()
        const words = messages.at(-1)!.content.trim().toUpperCase()
        if (words === '') throw new NoAnswer('unsupported', 'there is nothing to shout')
        yield words
        if (!endsInEmoji(words)) yield config.mark
        return { model: 'shout', finishReason: 'stop' }
      },
    }),
  })

export default plugin

const emojiAtEnd = new RegExp(`(?:${emojiRegex().source})$`)
/** More than the longest emoji, so that a long text costs no more than a short one. */
const LONGEST = 64

function endsInEmoji(text: string): boolean {
  return emojiAtEnd.test(text.slice(-LONGEST))
}
