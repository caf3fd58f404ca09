import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { Call } from '#dist/plugin/dialect.js'
import type { Asked, Miner } from '#dist/plugin/miner.js'
import { fieldsOf } from '#dist/wires/json/convert.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import { sdk } from '../support/sdk.ts'
import { charlie, type Got, send, signedRequest } from '../support/signed-request.ts'
import { HeldMiner, startAxon } from '../support/start-axon.ts'
import { dialectOf } from './dialect-of.ts'
import { told } from './told.ts'

const ask = (wanted: object = {}) => signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [], ...wanted })
const question = { messages: [{ role: 'user', content: 'hi' }] } as const
const answerOf = ({ text }: Got) => JSON.parse(text).answer

const speaking: Miner = {
  async *prompt() {
    yield 'words'
    return { model: 'm', finishReason: 'stop' }
  },
}

describe('the terms of a route', () => {
  it('may accept several versions of what is hashed', async () => {
    const hashed = [['text', 'id'], ['text']]
    await using axon = await startAxon({ dialect: dialectOf({ hashed }) })
    assert.equal((await send(axon.url, ask({ hashed: ['text'] }))).status, 200)
    const both = { fields: { text: 'hi', id: 7 }, hashed: ['text', 'id'] }
    assert.equal((await send(axon.url, ask(both))).status, 200)
    const other = bodyHash(fieldsOf({ text: 'ho' }), ['text'], '15.0')
    assert.equal((await send(axon.url, ask({ hashed: [], headers: { computed_body_hash: other } }))).status, 401)
    const wrong = await send(axon.url, ask({ fields: { text: 'hi', id: 7 }, hashed: ['id'] }))
    assert.deepEqual([wrong.status, wrong.json.message], [400, 'Hash mismatch between header body hash and body'])
  })

  it('may allow a larger body than the axon does, or only a smaller one', async () => {
    const fields = { text: 'x'.repeat(2_000) }
    await using larger = await startAxon({ dialect: dialectOf({ maxBody: 4_000 }), maxBody: 1_000 })
    assert.equal((await send(larger.url, ask({ fields }))).status, 200)
    await using smaller = await startAxon({ dialect: dialectOf({ maxBody: 1_000 }) })
    assert.equal((await send(smaller.url, ask({ fields }))).status, 413)
  })

  it('may know how long its validators wait, where that is less than they say, or they say nothing', async () => {
    let left = 0
    const answer = async ({ deadline }: Call<unknown>) => {
      left = deadline - Date.now()
      return { answer: 'fine' }
    }
    await using axon = await startAxon({ dialect: dialectOf({ timeout: 5_000, answer }) })
    for (const timeout of ['30.0', '0']) {
      await send(axon.url, ask({ timeout }))
      assert.ok(left > 2_000 && left <= 4_700, `${left} ms`)
    }
    await send(axon.url, ask({ timeout: '2.0' }))
    assert.ok(left > 0 && left <= 1_800, `${left} ms`)
  })

  it('may word every refusal of the route, that of a malformed head too', async () => {
    const refusals = { MALFORMED: { status: 422, text: 'own words' } }
    await using axon = await startAxon({ dialect: dialectOf({ refusals }) })
    const got = await send(axon.url, ask({ headers: { timeout: 'soon' } }))
    assert.deepEqual([got.status, got.json.message], [422, 'own words'])
  })

  it('holds no place while an answer is held back', async () => {
    let asked = 0
    const both = Promise.withResolvers<void>()
    const answer = async () => {
      if (++asked === 2) both.resolve()
      return { answer: 'fine' }
    }
    await using axon = await startAxon({ dialect: dialectOf({ notBefore: 60_000, answer }), concurrency: 1 })
    const leaving = new AbortController()
    const asks = [1, 2].map(() => send(axon.url, ask(), { signal: leaving.signal }))
    await both.promise
    leaving.abort()
    for (const one of await Promise.allSettled(asks)) assert.equal(one.status, 'rejected')
  })

  it('may hold an answer back until it is not too fast, also by what the axon says of it', async () => {
    const miner = new HeldMiner()
    const answer = async ({ ask, body }: Call<{ text: string }>) => {
      if (body.text === 'wait') await ask(question)
      return { answer: 'fine' }
    }
    await using axon = await startAxon({ dialect: dialectOf({ notBefore: 150, answer }), miner, concurrency: 1 })
    const first = send(axon.url, ask({ fields: { text: 'wait' } }))
    const held = await miner.next()
    const second = send(axon.url, ask())
    setTimeout(() => held.answer('a'), 100)
    for (const { status, headers } of await Promise.all([first, second])) {
      assert.equal(status, 200)
      const seconds = Number(headers.bt_header_axon_process_time)
      assert.ok(seconds >= 0.15, `${seconds} s`)
    }
  })

  it('may refuse at once when no place is free, in the words of its validators', async () => {
    const miner = new HeldMiner()
    const dialect = dialectOf({
      queue: 0,
      refusals: { QUEUE_FULL: { status: 403, text: 'busy: all backend slots in use' } },
      answer: async ({ ask }: Call<unknown>) => ({ answer: (await ask(question)).text }),
    })
    await using axon = await startAxon({ dialect, miner, concurrency: 1 })
    const first = send(axon.url, ask())
    const held = await miner.next()
    const second = await send(axon.url, ask())
    assert.deepEqual([second.status, second.json.message], [403, 'busy: all backend slots in use'])
    assert.equal(second.headers.bt_header_axon_status_code, '403')
    held.answer('done')
    assert.equal(answerOf(await first), 'done')
  })

  it('are not believed when the answer is no set of fields', async () => {
    async function* stream() {
      yield 'a'
    }
    for (const nothing of [undefined, null, 'text', [1], new Map([['answer', 1]]), stream()]) {
      await using axon = await startAxon({ dialect: dialectOf({ answer: async () => nothing as never }) })
      assert.equal((await send(axon.url, ask())).status, 502)
    }
  })
})

describe('a call', () => {
  it('remembers for each caller what a dialect lets it remember', async () => {
    const answer = async ({ state }: Call<unknown>) => {
      const count = Number(state.get('count') ?? 0) + 1
      state.set('count', count, 60_000)
      return { answer: String(count) }
    }
    await using axon = await startAxon({ dialect: dialectOf({ answer }) })
    assert.equal(answerOf(await send(axon.url, ask())), '1')
    assert.equal(answerOf(await send(axon.url, ask())), '2')
    assert.equal(answerOf(await send(axon.url, ask({ by: charlie }))), '1')
  })

  it('gives a part of its time to a question', async () => {
    const seen: number[] = []
    const miner: Miner = {
      async *prompt(_, { deadline, signal }: Asked) {
        seen.push(deadline)
        if (seen.length === 1)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        yield 'second'
        return { model: 'm', finishReason: 'stop' }
      },
    }
    const answer = async ({ ask, deadline }: Call<unknown>) => {
      const first = await ask({ messages: [] }, { until: Date.now() + 500 }).catch((error: Error) => error.message)
      assert.equal(first, 'there was no answer in the time that the dialect gave')
      return { answer: (await ask({ messages: [] }, { until: deadline + 1_000 })).text }
    }
    await using axon = await startAxon({ dialect: dialectOf({ answer }), miner })
    assert.equal(answerOf(await send(axon.url, ask())), 'second')
    assert.ok(seen[0]! < seen[1]! - 5_000)
  })

  it('does not believe what a miner says of the end of a relay, and blames it for what it throws', async () => {
    const miner: Miner = {
      prompt: () => {
        throw new Error('broken')
      },
      relay: async () => ({ body: Readable.from([Buffer.from('x')]), outcome: Promise.resolve(5 as never) }),
    }
    const relayed = async ({ ask }: Call<unknown>) => ({ answer: (await (await ask.relay(question)).outcome).model })
    {
      await using axon = await startAxon({ dialect: dialectOf({ answer: relayed }), miner })
      assert.equal((await send(axon.url, ask())).status, 502)
    }
    const streamed = async ({ ask }: Call<unknown>) => ({ answer: (await ask.stream(question).next()).done ?? null })
    await using axon = await startAxon({ dialect: dialectOf({ answer: streamed }), miner, minerName: 'shout' })
    const failed = told(axon, 'failed')
    assert.equal((await send(axon.url, ask())).status, 500)
    assert.equal((await failed).plugin, 'shout')
  })

  it('ends in time, however often a dialect says nothing', async () => {
    const dialect = dialectOf({
      frames: 'bytes',
      async *answer() {
        for (;;) yield new Uint8Array()
      },
    })
    await using axon = await startAxon({ dialect, maxTimeoutMs: 1_000 })
    assert.equal((await send(axon.url, ask())).status, 504)
  })

  it('relays and embeds through a miner that can, and is 501 with one that cannot', async () => {
    const relayed = dialectOf({
      frames: 'bytes',
      async *answer({ ask }: Call<unknown>) {
        yield* (await ask.relay({ messages: [] })).body
      },
    })
    const embedded = dialectOf({
      answer: async ({ ask }: Call<unknown>) => ({ answer: (await ask.embed(['a', 'b'])).vectors }),
    })
    const able: Miner = {
      ...speaking,
      relay: async () => ({
        body: (async function* () {
          yield Buffer.from('data: x\n\n')
          yield Buffer.from('data: [DONE]\n\n')
        })(),
        outcome: Promise.resolve({ model: 'm', finishReason: 'stop' }),
      }),
      embed: async texts => ({ model: 'e', vectors: texts.map((_, at) => [at, 0.5]) }),
    }
    {
      await using axon = await startAxon({ dialect: relayed, miner: able })
      assert.equal((await send(axon.url, ask())).text, 'data: x\n\ndata: [DONE]\n\n')
    }
    {
      await using axon = await startAxon({ dialect: embedded, miner: able })
      assert.deepEqual(answerOf(await send(axon.url, ask())), [
        [0, 0.5],
        [1, 0.5],
      ])
    }
    for (const vectors of [[[1]], [[1], ['2']], [[1], [Number.NaN]], [[1], 2]] as number[][][]) {
      const miner = { ...speaking, embed: async () => ({ model: 'e', vectors }) }
      await using axon = await startAxon({ dialect: embedded, miner })
      assert.equal((await send(axon.url, ask())).status, 502)
    }
    for (const dialect of [relayed, embedded]) {
      await using axon = await startAxon({ dialect, miner: speaking })
      assert.equal((await send(axon.url, ask())).status, 501)
    }
  })

  for (const [what, body, status] of [
    ['texts', Readable.from(['a']), 502],
    ['nothing', undefined, 500],
  ] as const) {
    it(`blames the miner that relays ${what} for it`, async () => {
      const outcome = Promise.resolve({ model: 'm', finishReason: 'stop' })
      const miner: Miner = { ...speaking, relay: async () => ({ body: body as never, outcome }) }
      const dialect = dialectOf({
        frames: 'bytes',
        async *answer({ ask }: Call<unknown>) {
          yield* (await ask.relay(question)).body
        },
      })
      await using axon = await startAxon({ dialect, miner, minerName: 'shout' })
      const failed = told(axon, 'failed')
      assert.equal((await send(axon.url, ask())).status, status)
      assert.equal((await failed).plugin, 'shout')
    })
  }

  it('is not ended by a relay that comes too late, and has failed', async () => {
    const isLate = Promise.withResolvers<void>()
    const miner: Miner = {
      ...speaking,
      async relay(_, { signal }) {
        await new Promise(resolve => signal.addEventListener('abort', resolve))
        setImmediate(isLate.resolve)
        return { body: Readable.from([]), outcome: Promise.reject(new Error('nobody hears this')) }
      },
    }
    const answer = async ({ ask }: Call<unknown>) => ({ answer: (await (await ask.relay(question)).outcome).model })
    await using axon = await startAxon({ dialect: dialectOf({ answer }), miner, maxTimeoutMs: 1_000 })
    assert.equal((await send(axon.url, ask())).status, 504)
    await isLate.promise
    assert.equal((await send(axon.url, ask())).status, 504)
  })

  it('tells a miner to stop when a dialect has heard enough of it', async () => {
    const ended: string[] = []
    async function* speak<Said, End>(what: string, said: Said, end: End): AsyncGenerator<Said, End> {
      try {
        for (let at = 0; at < 3; at++) yield said
        return end
      } finally {
        ended.push(what)
      }
    }
    const end = { model: 'm', finishReason: 'stop' }
    const miner: Miner = {
      prompt: () => speak('words', 'a', end),
      relay: async () => ({ body: speak('bytes', Buffer.from('a'), undefined), outcome: Promise.resolve(end) }),
    }
    const answer = async ({ ask, deadline }: Call<unknown>) => {
      await ask.stream(question).next()
      await ask.stream(question, { until: deadline - 1_000 }).next()
      await (await ask.relay(question)).body[Symbol.asyncIterator]().next()
      return { answer: ended.length }
    }
    await using axon = await startAxon({ dialect: dialectOf({ answer }), miner })
    assert.equal(answerOf(await send(axon.url, ask())), 0)
    assert.deepEqual(ended.sort(), ['bytes', 'words', 'words'])
  })

  it('hands on calls of tools and logprobs, and takes them for an answer', async () => {
    const miner: Miner = {
      async *prompt() {
        yield { toolCalls: [{ index: 0, id: 'c1', name: 'move', arguments: '{"to":' }] }
        yield { toolCalls: [{ index: 0, arguments: '1}' }], logprobs: [{ token: 'a', logprob: -0.5 }] }
        return { model: 'm', finishReason: 'tool_calls' }
      },
    }
    const answer = async ({ ask }: Call<unknown>) => {
      const { text, toolCalls, logprobs } = await ask({ messages: [] })
      return { answer: { text, toolCalls, logprobs } as never }
    }
    await using axon = await startAxon({ dialect: dialectOf({ answer }), miner })
    assert.deepEqual(answerOf(await send(axon.url, ask())), {
      text: '',
      toolCalls: [{ id: 'c1', name: 'move', arguments: '{"to":1}' }],
      logprobs: [{ token: 'a', logprob: -0.5 }],
    })
  })
})

describe('frames', () => {
  for (const [frames, values, wire] of [
    ['sse', [{ a: 1 }, 'two\nlines', '[DONE]'], 'data: {"a":1}\n\ndata: two\ndata: lines\n\ndata: [DONE]\n\n'],
    ['jsonl', [{ type: 'data' }, { type: 'meta' }], '{"type":"data"}\n{"type":"meta"}\n'],
    ['json', [{ a: 1 }, [2]], '{"a":1}[2]'],
    ['bytes', [Buffer.from([0xf0, 0x9f]), Buffer.from([0x91, 0x8b])], '👋'],
  ] as const) {
    it(`write ${frames}`, async () => {
      const dialect = dialectOf({
        frames,
        async *answer(): AsyncGenerator<never> {
          for (const value of values) yield value as never
        },
      })
      await using axon = await startAxon({ dialect })
      const { status, headers, text } = await send(axon.url, ask())
      assert.deepEqual([status, headers['content-type'], text], [200, 'text/event-stream', wire])
    })
  }

  for (const [what, frames, values] of [
    ['nothing', 'sse', []],
    ['text where bytes belong', 'bytes', ['a']],
    ['what JSON does not have', 'jsonl', [undefined]],
    ['a cycle', 'json', [sdk]],
  ] as const) {
    it(`are a 502 for ${what}`, async () => {
      const dialect = dialectOf({
        frames,
        async *answer(): AsyncGenerator<never> {
          const cycle: { self?: unknown } = {}
          cycle.self = cycle
          yield* values.map(value => (value === sdk ? cycle : value)) as never[]
        },
      })
      await using axon = await startAxon({ dialect })
      assert.equal((await send(axon.url, ask())).status, 502)
    })
  }
})
