import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as later } from 'node:timers/promises'
import nock from 'nock'
import type { OpenAI } from 'openai'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { assertAtOnce } from '../../support/assert-at-once.ts'
import { chunk, event, stalled, startModelServer, streamed, whole } from '../../support/model-server.ts'
import { ask, asked, build, hello, refusal } from '../ask.ts'
import { askingOnce } from './asking-once.ts'

const openai = (settings: object) => build(askingOnce(openaiClient), settings)

describe('the time-outs of the openai miner', () => {
  // The client is loaded with the first question, which takes of its time.
  before(() => import('openai'))

  describe('for connecting', () => {
    // nock stands between a socket and its connection, so there would be nothing to see.
    before(() => nock.restore())
    after(() => nock.activate())

    it('abort a server that accepts but never responds, and close the connection', async () => {
      await using server = await startSilentServer()
      const began = performance.now()
      const error = await refusal(ask(await openai({ baseUrl: server.url, connectTimeout: 80 })))
      assert.equal(error.code, 'MODEL_CONNECT_TIMEOUT')
      assert.equal(error.reason, 'upstream')
      assert.match(error.message, /^127\.0\.0\.1:\d+ did not accept a connection within 80 ms$/)
      const gaveUp = performance.now()
      assertAtOnce(gaveUp - began)
      await server.closed
      assertAtOnce(performance.now() - gaveUp)
    })

    it('do not count once there is a connection', async () => {
      await using model = await startModelServer(async (response, request) => {
        await later(1_000)
        return streamed(['late but fine'])(response, request)
      })
      assert.equal((await ask(await openai({ baseUrl: model.url, connectTimeout: 800 }))).text, 'late but fine')
    })

    it('are told rounded where they are what was left of a deadline', async () => {
      await using server = await startSilentServer()
      const miner = await openai({ baseUrl: server.url, connectTimeout: null })
      const { message } = await refusal(ask(miner, { deadline: Date.now() + 499 }))
      assert.match(message, /did not finish its answer within (500|490) ms$/)
      const whole = await refusal(ask(miner, { deadline: Date.now() + 999 }))
      assert.match(whole.message, /did not finish its answer within (1 s|990 ms)$/)
    })

    for (const [title, behaviour, settings, message, hint] of [
      ['no byte', stalled(), {}, /sent no token and did not finish/, /^check that the endpoint is up, and not busy/],
      [
        'comments without a token',
        (response: ServerResponse) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write(': ping\n\n')
        },
        {},
        /sent no token and did not finish/,
        /^check that the endpoint is up/,
      ],
      ['no whole answer', stalled(), { n: 2 }, /\d did not finish/, /--max-tokens.*; check that the endpoint is up/],
      ['a word', stalled(['Hi']), {}, /\d did not finish/, /^a lower --max-tokens or a faster --model answers sooner$/],
    ] as const)
      it(`are told by what came of the answer: ${title}`, async () => {
        await using model = await startModelServer(behaviour)
        const miner = await openai({ baseUrl: model.url, ...settings })
        const error = await refusal(ask(miner, { deadline: Date.now() + 200 }))
        assert.equal(error.code, 'MODEL_TIMEOUT')
        assert.match(error.message, message)
        assert.match(error.hint!, hint)
      })

    it('leave the deadline in force', async () => {
      await using server = await startSilentServer()
      const miner = await openai({ baseUrl: server.url, connectTimeout: null })
      const error = await refusal(ask(miner, { deadline: Date.now() + 60 }))
      assert.equal(error.code, 'MODEL_TIMEOUT')
      assert.equal(error.reason, 'late')
      await server.closed
    })

    it('do not delay an abort by the caller: the connection is closed at once', async () => {
      await using server = await startSilentServer()
      const leaving = new AbortController()
      const answer = ask(await openai({ baseUrl: server.url }), { signal: leaving.signal })
      await server.accepted
      const reason = new Error('the caller is gone')
      const left = performance.now()
      leaving.abort(reason)
      await assert.rejects(answer, error => error === reason)
      await server.closed
      assertAtOnce(performance.now() - left)
    })

    it('do not close a connection that a later question reuses', async () => {
      await using model = await startModelServer()
      const miner = await openai({ baseUrl: model.url, connectTimeout: 800 })
      const leaving = new AbortController()
      await ask(miner, { signal: leaving.signal })
      leaving.abort()
      await later(900)
      assert.equal((await ask(miner)).text, 'Hello there')
    })
  })

  describe('for the first token', () => {
    const patient = { firstTokenTimeout: 800, idleTimeout: 400 }

    for (const [title, behaviour] of [
      ['before the head', stalled()],
      ['after a head and a role', stalled([''])],
    ] as const)
      it(`abort a model that is silent ${title}`, async () => {
        await using model = await startModelServer(behaviour)
        const error = await refusal(ask(await openai({ baseUrl: model.url, ...patient })))
        assert.equal(error.code, 'MODEL_FIRST_TOKEN_TIMEOUT')
        assert.match(error.message, /^gpt-3\.5-turbo at 127\.0\.0\.1:\d+ sent no first token within 800 ms$/)
        assert.deepEqual(await model.requests[0]!.over, { left: true })
      })

    it('are not fooled by comments that keep a dead stream alive', async () => {
      await using model = await startModelServer(async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        while (!response.destroyed) {
          response.write(': keep-alive\n\n')
          await later(10)
        }
      })
      const error = await refusal(ask(await openai({ baseUrl: model.url, ...patient })))
      assert.equal(error.code, 'MODEL_FIRST_TOKEN_TIMEOUT')
    })

    it('do not apply to a whole answer, which has no first token', async () => {
      await using model = await startModelServer(async (response, request) => {
        await later(1_000)
        return whole('all of it')(response, request)
      })
      assert.equal((await ask(await openai({ baseUrl: model.url, ...patient, n: 2 }))).text, 'all of it')
    })

    it('count a thought as a token', async () => {
      await using model = await startModelServer(async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const part = { type: 'thinking', thinking: [{ type: 'text', text: 'so' }] }
        for (const delta of [{ reasoning_content: 'Hm' }, { reasoning: 'so' }, { content: [part] }]) {
          response.write(event(chunk(delta)))
          await later(600)
        }
        response.end(event(chunk({ content: 'Hello' }, 'stop')))
      })
      const miner = await openai({ baseUrl: model.url, firstTokenTimeout: 1_000, idleTimeout: 1_500 })
      const { pieces } = await ask(miner)
      assert.deepEqual(pieces, ['Hello'])
    })
  })

  describe('for a silent model', () => {
    it('wait no longer after the end of an answer even if more keeps coming', async () => {
      await using model = await startModelServer(async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(event(chunk({ content: 'Hello' })) + event(chunk({}, 'stop')))
        for (; !response.destroyed; await later(20)) response.write(event({ ...chunk(), choices: [] }))
      })
      const began = performance.now()
      assert.equal((await ask(await openai({ baseUrl: model.url, idleTimeout: 60 }))).text, 'Hello')
      assertAtOnce(performance.now() - began)
    })

    it('accept a complete answer whose stream never ends', async () => {
      await using model = await startModelServer(response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(event(chunk({ content: 'Hello' })) + event(chunk({}, 'stop')))
      })
      const { text, outcome } = await ask(await openai({ baseUrl: model.url, idleTimeout: 60 }))
      assert.equal(text, 'Hello')
      assert.equal(outcome.finishReason, 'stop')
      assert.deepEqual(await model.requests[0]!.over, { left: true })
    })

    it('wait at most half a second for the end of a complete answer', async () => {
      await using model = await startModelServer(response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(event(chunk({ content: 'Hello' }, 'stop')))
      })
      const miner = await openai({ baseUrl: model.url, idleTimeout: null })
      const began = performance.now()
      assert.equal((await ask(miner)).outcome.finishReason, 'stop')
      assertAtOnce(performance.now() - began)
    })

    const early: [title: string, chunks: object[]][] = [
      ['every chunk', ['one', ' two', ' three', ' four'].map(content => chunk({ content }, 'stop'))],
      [
        'the first, empty chunk',
        [chunk({ content: '' }, 'stop'), ...['one', ' two', ' three', ' four'].map(content => chunk({ content }))],
      ],
      [
        'the first chunk with text',
        [chunk({ content: 'one' }, 'stop'), ...[' two', ' three', ' four'].map(content => chunk({ content }))],
      ],
    ]
    for (const [title, chunks] of early)
      for (const [how, end] of [
        ['with [DONE]', 'data: [DONE]\n\n'],
        ['without [DONE]', ''],
        ['never', null],
      ] as const)
        it(`read on behind a finish_reason in ${title} of a stream that ends ${how}`, async () => {
          await using model = await startModelServer(async response => {
            response.writeHead(200, { 'content-type': 'text/event-stream' })
            for (const document of chunks) {
              response.write(event(document))
              await later(250)
            }
            if (end !== null) response.end(end)
          })
          const { text, outcome } = await ask(await openai({ baseUrl: model.url }))
          assert.equal(text, 'one two three four')
          assert.equal(outcome.finishReason, 'stop')
        })

    it('do not run behind a finish_reason while the reader handles a chunk', async () => {
      await using model = await startModelServer(response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        for (const content of ['one', ' two', ' three']) response.write(event(chunk({ content }, 'stop')))
      })
      const received: unknown[] = []
      for await (const piece of (await openai({ baseUrl: model.url })).prompt({ messages: hello }, asked())) {
        received.push(piece)
        await later(700)
      }
      assert.equal(received.join(''), 'one two three')
    })

    it('leave the deadline in force behind a finish_reason that more text follows', async () => {
      await using model = await startModelServer(async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        for (; !response.destroyed; await later(50)) response.write(event(chunk({ content: 'on ' }, 'stop')))
      })
      const error = await refusal(ask(await openai({ baseUrl: model.url }), { deadline: Date.now() + 900 }))
      assert.equal(error.code, 'MODEL_TIMEOUT')
    })

    it('abort it after its first words, which have been yielded', async () => {
      await using model = await startModelServer(stalled(['Hel', 'lo']))
      const answer = (await openai({ baseUrl: model.url, idleTimeout: 500 })).prompt({ messages: hello }, asked())
      assert.equal((await answer.next()).value, 'Hel')
      assert.equal((await answer.next()).value, 'lo')
      const error = await refusal(answer.next())
      assert.equal(error.code, 'MODEL_STALLED')
      assert.match(error.message, /sent no further token for 500 ms$/)
      assert.deepEqual(await model.requests[0]!.over, { left: true })
    })

    it('abort it in the middle of a document', async () => {
      await using model = await startModelServer(response => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"choices":')
      })
      const error = await refusal(ask(await openai({ baseUrl: model.url, idleTimeout: 60, n: 2 })))
      assert.equal(error.code, 'MODEL_STALLED')
    })

    it('do not apply before its first token', async () => {
      await using model = await startModelServer(async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        await later(120)
        response.end(event(chunk({ content: 'at last' }, 'stop')))
      })
      assert.equal((await ask(await openai({ baseUrl: model.url, idleTimeout: 40 }))).text, 'at last')
    })

    it('do not run while the reader handles a chunk', async () => {
      await using model = await startModelServer(streamed(['one', ' two', ' three']))
      const answer = (await openai({ baseUrl: model.url, idleTimeout: 500 })).prompt({ messages: hello }, asked())
      const received: unknown[] = []
      for (;;) {
        const { done, value } = await answer.next()
        if (done) break
        received.push(value)
        await later(700)
      }
      assert.deepEqual(received, ['one', ' two', ' three'])
    })
  })

  it('hold even if a client ignores its signal', async () => {
    const deaf = { post: () => ({ asResponse: () => new Promise(() => {}) }) } as unknown as OpenAI
    const miner = await build(
      askingOnce(async () => deaf),
      { firstTokenTimeout: 30 },
    )
    const error = await refusal(ask(miner))
    assert.equal(error.code, 'MODEL_FIRST_TOKEN_TIMEOUT')
  })
})

/** Takes connections and never says a word; asked by https, so that connecting never ends. */
async function startSilentServer(): Promise<
  AsyncDisposable & { url: string; accepted: Promise<unknown>; closed: Promise<unknown> }
> {
  const server: Server = createServer(socket => socket.resume().on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    accepted,
    closed: accepted.then(async ([socket]) => {
      if (!socket.closed) await once(socket, 'close')
    }),
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve))
    },
  }
}
