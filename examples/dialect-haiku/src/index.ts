import type { DialectPlugin } from 'bittensor-miner'

/** A subnet, made up, whose validators want haikus: one synapse whose answer has a shape that is checked. */
const plugin: DialectPlugin = ({ defineDialect, defineRoute, z, NoAnswer }) =>
  defineDialect({
    name: 'haiku',
    summary: 'a theme in, the three lines of a haiku out',
    follows: 'nobody/haiku-subnet@0000000',
    caveat: 'This subnet is made up.',
    synapses: {
      HaikuSynapse: defineRoute({
        body: z.object({ theme: z.string(), language: z.string().default('English') }),
        hashed: ['theme'],
        example: { theme: 'first frost', language: 'English', lines: [] },
        async answer({ body: { theme, language }, ask }) {
          const { text } = await ask({
            messages: [
              { role: 'system', content: `Write a haiku in ${language}: three lines, and nothing else.` },
              { role: 'user', content: theme },
            ],
          })
          const lines = text.split('\n').flatMap(line => line.trim() || [])
          // Validators score a text that is not a haiku like a missing answer, but a refusal costs them less time.
          if (lines.length !== 3) throw new NoAnswer('upstream', `the model wrote ${lines.length} lines`)
          return { lines }
        },
      }),
    },
  })

export default plugin
