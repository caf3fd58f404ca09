import assert from 'node:assert/strict'
import { OpenAI } from 'openai'
import { documents, END } from '#dist/miners/openai/response/documents.js'

const upstream = { name: 'an endpoint', model: 'm', secrets: [], setting: (name: string) => name } as never

/** The documents of a stream whose bytes arrive all at once. */
function read(text: string): AsyncGenerator<unknown, void> {
  const headers = { 'content-type': 'text/event-stream' }
  const client = new OpenAI({ apiKey: 'k', fetch: async () => new Response(text, { headers }) })
  const { signal } = new AbortController()
  const options = { upstream, signal, connectTimeoutMs: null, isRelay: false, onBytes: () => undefined }
  return documents(client, { path: '/chat/completions', body: { model: 'm', messages: [], stream: true } }, options)
}

describe('documents', () => {
  for (const [title, event] of [
    ['events', 'data: {}\n\n'],
    ['empty lines', '\n'],
    ['comments', ':\n\n'],
    ['events of other names', 'event: ping\ndata: {}\n\n'],
  ] as const)
    it(`give other work a turn while many ${title} are read`, async () => {
      const size = 256 * 1024
      let turns = 0
      const count = () => {
        turns++
        next = setImmediate(count)
      }
      const stream = read(`${event.repeat(size / event.length)}data: {"id":1}\n\ndata: [DONE]\n\n`)
      let next = setImmediate(count)
      let last: unknown
      for await (const document of stream) if (document !== END) last = document
      clearImmediate(next)
      assert.deepEqual(last, { id: 1 })
      assert.ok(turns >= 16, `${turns} turns`)
    })
})
