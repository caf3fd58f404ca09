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
      most: z.int().min(1).max(20).describe('most passages that are put before a question').default(3),
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
          return { ...question, messages: withPassages(question.messages, passages, context.config.systemPrompt) }
        },
      })
    },
  })
}

export default plugin

/** Adds passages to the system message: many models accept only one. Without one, `systemPrompt` takes its place. */
function withPassages(
  messages: readonly Message[],
  passages: readonly string[],
  systemPrompt = '',
): readonly Message[] {
  if (passages.length === 0) return messages
  const own = messages[0]?.role === 'system' ? messages[0] : null
  const list = passages.map(passage => `- ${passage}`).join('\n')
  const content = `${own?.content ?? systemPrompt}\n\nUse these passages where they help:\n${list}`.trim()
  return [{ role: 'system', content }, ...messages.slice(own ? 1 : 0)]
}
