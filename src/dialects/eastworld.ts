import type { DialectPlugin } from '../plugin/sdk.js'

/** Eastworld: takes what a game character sees and may do, returns its next action. Its netuid was 94. */
export const eastworld: DialectPlugin = ({ defineDialect, defineRoute, objectIn, z, NoAnswer }) => {
  const texts = z.array(z.string())
  const json = z.record(z.string(), z.json())
  const view = {
    stats: json,
    items: z.array(z.object({ name: z.string(), description: z.string(), count: z.number() })),
    sensor: z.object({ lidar: z.array(texts), odometry: texts }).nullish(),
    perception: z.object({ environment: z.string(), objects: z.string(), interactions: z.array(texts) }).nullish(),
  }
  const parameters = json.default({ type: 'object', properties: {} })
  const tool = z.object({ name: z.string(), description: z.string().default(''), parameters })

  const Observation = defineRoute({
    body: z.object({
      ...view,
      action_log: texts,
      action_space: z.array(z.object({ function: tool })),
      action: z.array(json),
      reward: z.number(),
    }),
    hashed: [],
    timeout: 20_000,
    example: {
      stats: {},
      items: [{ name: 'key', description: 'A rusty key', count: 1 }],
      sensor: { lidar: [['north', '5.0m', 'intense']], odometry: ['north', '5.0m'] },
      perception: { environment: 'A hall.', objects: 'A door to the north.', interactions: [] },
      action_log: ['You moved 5 m north.'],
      action_space: [
        {
          type: 'function',
          function: {
            name: 'move_in_direction',
            description: 'Move',
            parameters: {
              type: 'object',
              properties: { direction: { type: 'string' }, distance: { type: 'number' } },
              required: ['direction', 'distance'],
            },
          },
        },
      ],
      action: [],
      reward: 0,
    },
    async answer({ body, ask, state }) {
      const { stats, items, sensor, perception, action_log: log, action_space: space } = body
      const tools = space.map(offered => offered.function)
      if (tools.length === 0) return { action: [] }
      const { turns, sent } = (state.get(MEMORY) ?? { turns: [], sent: null }) as Memory
      const feedback = log.join('\n').slice(0, MAX_FEEDBACK)
      const past = sent === null ? turns : [...turns, { did: sent, feedback }].slice(-MAX_TURNS)
      const remember = (sent: string | null) => state.set(MEMORY, { turns: past, sent } satisfies Memory, HOUR_MS)
      remember(null)

      const content = JSON.stringify({ past, view: { stats, items, sensor, perception }, feedback })
      const { toolCalls } = await ask({
        messages: [
          { role: 'system', content: ROLE },
          { role: 'user', content },
        ],
        tools,
        toolChoice: 'required',
      })
      const call = toolCalls.find(({ name }) => tools.some(tool => tool.name === name))
      if (!call) return { action: [] } // skips the turn, which validators accept as an answer
      // Models write an empty text for a tool without arguments.
      const args = call.arguments.trim() === '' ? {} : await objectIn(call.arguments)
      if (!args) throw new NoAnswer('upstream', `the arguments of ${call.name} are not JSON`, { code: 'BAD_ARGUMENTS' })
      const action = { name: call.name, arguments: args }
      remember(JSON.stringify(action).slice(0, MAX_FEEDBACK))
      return { action: [action] }
    },
  })

  return defineDialect({
    name: 'eastworld',
    summary: 'Eastworld: a game character that acts by calling tools',
    follows: 'Eastworld-AI/eastworld-subnet@91989cf',
    caveat:
      'Netuid 94, which was Eastworld’s, now belongs to another subnet: only --dialect eastworld chooses this dialect.',
    needs: ['tools'],
    synapses: { Observation },
  })
}

/** The past turns of one validator. The feedback on an action arrives with the next observation. */
type Memory = {
  readonly turns: readonly { readonly did: string; readonly feedback: string }[]
  /** the action whose feedback is pending; null without one */
  readonly sent: string | null
}

const MEMORY = 'memory'
const MAX_TURNS = 20
/** characters */
const MAX_FEEDBACK = 2_000
const HOUR_MS = 3_600_000

const ROLE = `You play a figure in a world of text. You are shown your past actions with the feedback on each, what you
perceive now, and the latest feedback. Explore, collect, talk and go on with your quests; do not repeat what failed.
Choose the one next action by calling one tool.`
