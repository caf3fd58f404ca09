import type { DialectPlugin } from '../plugin/define.js'

/** Subnet 1 as it began, and every fork of its template: roles and messages in, a completion out. */
export const prompting: DialectPlugin = ({ defineDialect, defineRoute, conversation, z }) =>
  defineDialect({
    name: 'prompting',
    summary: 'text prompting: a conversation in, one completion out',
    follows: 'opentensor/text-prompting@b126ac1',
    synapses: {
      Prompting: defineRoute({
        body: z.object({ roles: z.array(z.string()), messages: z.array(z.string()) }),
        hashed: ['messages'],
        async answer({ body, ask }) {
          const { text } = await ask({ messages: conversation(body.roles, body.messages) })
          return { completion: text }
        },
      }),
    },
  })
