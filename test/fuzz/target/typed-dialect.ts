import type { DialectPlugin } from '#dist/plugin/sdk.js'

/**
 * A dialect with every kind of hashed field, and every way to let a caller in. The question that it asks holds all of the
 * body that the schema lets through.
 */
export const typed: DialectPlugin = ({ defineDialect, defineRoute, z }) => {
  const model = z.object({ b: z.string(), a: z.int() })
  const role = z.enum(['system', 'user'])
  const role0 = { name: 'Role', members: { SYSTEM: 'system', USER: 'user' } }
  const text = z.object({ text: z.string() })
  const rate = { limit: 1_000_000, windowMs: 1_000 }
  const textual = {
    body: text,
    example: { text: 'hi', answer: '' },
    rate,
  } as const
  return defineDialect({
    name: 'typed',
    summary: 'a dialect for the fuzzer',
    follows: 'nobody/nothing@0000000',
    synapses: {
      Typed: defineRoute({
        body: z.object({
          number: z.number(),
          count: z.union([z.int(), z.bigint()]),
          note: z.string().default('none'),
          model,
          models: z.array(model),
          role,
          roles: z.array(role),
          table: z.record(z.string(), z.json()),
        }),
        hashed: [
          { name: 'number', as: 'float' },
          'count',
          { name: 'note', absent: '"none"' },
          { name: 'model', keys: ['b', 'a'] },
          { name: 'models', keys: ['b', 'a'] },
          { name: 'role', enum: role0 },
          { name: 'roles', enum: role0 },
          'table',
        ],
        example: {
          number: 1.5,
          count: 7,
          note: 'n',
          model: { b: 'x', a: 1 },
          models: [{ b: 'y', a: 2 }],
          role: 'user',
          roles: ['system', 'user'],
          table: { two: 2, one: [1.5, null, true], '1': 'digit' },
          answer: '',
        },
        async answer({ body, ask }) {
          const content = JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
          return { answer: (await ask({ messages: [{ role: 'user', content }] })).text }
        },
      }),
      Free: defineRoute({
        ...textual,
        rules: false,
        hashed: ['text'],
        async answer({ body, ask }) {
          return { answer: (await ask({ messages: [{ role: 'user', content: body.text }] })).text }
        },
      }),
      Open: defineRoute({
        ...textual,
        auth: 'none',
        hashed: [],
        async answer({ body, ask }) {
          return { answer: (await ask({ messages: [{ role: 'user', content: body.text }] })).text }
        },
      }),
    },
    routes: {
      'GET /availability': { rate, answer: async ({ body }) => ({ plain: JSON.stringify(body) }) },
      'POST /availability': { rate, answer: async ({ body }) => ({ plain: JSON.stringify(body) }) },
    },
  })
}
