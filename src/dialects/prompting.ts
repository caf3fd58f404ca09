import type { DialectPlugin } from '../plugin/sdk.js'

/**
 * The original subnet 1, and every fork of its template: takes roles and messages, returns a completion.
 * `StreamPrompting` is the template's own stream, `StreamPromptingSynapse` that of opentensor/prompting 2; both have
 * the same body.
 */
export const prompting: DialectPlugin = ({ defineDialect, defineRoute, conversation, z }) => {
  const fields = {
    body: z.object({ roles: z.array(z.string()), messages: z.array(z.string()) }),
    hashed: ['messages'],
    example: { roles: ['user'], messages: ['What is TAO?'], completion: '' },
  } as const
  const stream = defineRoute({
    ...fields,
    frames: 'text',
    async *answer({ body, ask }) {
      yield* ask.stream({ messages: conversation(body.roles, body.messages) })
    },
  })
  return defineDialect({
    name: 'prompting',
    summary: 'text prompting: a conversation in, one completion out',
    follows: 'opentensor/text-prompting@b126ac1',
    synapses: {
      Prompting: defineRoute({
        ...fields,
        async answer({ body, ask }) {
          const { text } = await ask({ messages: conversation(body.roles, body.messages) }, { partial: true })
          return { completion: text }
        },
      }),
      StreamPromptingSynapse: stream,
      StreamPrompting: stream,
    },
  })
}
