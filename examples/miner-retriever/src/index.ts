import type { Message, MinerPlugin } from 'bittensor-miner'

/** Looks passages up in an index, and puts them before each question to the built-in `openai` miner. */
const plugin: MinerPlugin = async ({ openai, extendMiner, wrapMiner, z, NoAnswer }) => {
  const base = await openai()
  return extendMiner(base, {
    name: 'retriever',
    summary: 'looks passages up before it asks a model',
    settings: {
      temperature: base.settings.shape.temperature.removeDefault().default(0),
      index: z.url().describe('where passages are looked up: GET index?q=QUESTION returns a JSON list of texts'),
      most: z.int().min(1).max(20).default(3).describe('most passages that are put before a question'),
    },
    create: async context => {
      const { index, most } = context.config
      /** Returns the passages of the index on a text. Its `fetch` ends with the question. */
      const lookUp = async (text: string): Promise<readonly string[]> => {
        const url = new URL(index)
        url.searchParams.set('q', text)
        const reply = await context.fetch(url)
        const found = z.array(z.string()).safeParse(reply.ok ? await reply.json().catch(() => null) : null)
        if (found.success) return found.data.slice(0, most)
        throw new NoAnswer('upstream', `the index at ${url.host} answered ${reply.status} without a list of texts`, {
          code: 'INDEX_UNUSABLE',
          hint: `check ${context.section}.index`,
        })
      }
      return wrapMiner(await base.create(context), {
        async question(question) {
          const asked = question.messages.findLast(({ role }) => role === 'user')
          const passages = asked ? await lookUp(asked.content) : []
          return { ...question, messages: [...asSystem(passages), ...question.messages] }
        },
      })
    },
  })
}

export default plugin

function asSystem(passages: readonly string[]): readonly Message[] {
  if (passages.length === 0) return []
  const list = passages.map(passage => `- ${passage}`).join('\n')
  return [{ role: 'system', content: `Answer from these passages, and say so when they do not help:\n${list}` }]
}
