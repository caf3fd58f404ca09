import assert from 'node:assert/strict'
import nock from 'nock'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import type { OpenAIMiner } from '#dist/miners/openai/openai-miner.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import type { Message } from '#dist/plugin/miner.js'
import {
  answered,
  chunk,
  completion,
  event,
  stalled,
  startModelServer,
  streamed,
  whole,
} from '../../support/model-server.ts'
import { ask, asked, build, hello, refusal } from '../ask.ts'

const key = 'sk-test-0123456789abcdef'
const openai = (settings: object = {}) => build(openaiMiner(openaiClient), { apiKey: key, ...settings })

describe('the openai miner', () => {
  describe('asks OpenAI', () => {
    it('for a stream with the defaults, and reports model, finish reason and usage', async () => {
      let sent: unknown
      const scope = nock('https://api.openai.com', { reqheaders: { authorization: `Bearer ${key}` } })
        .post('/v1/chat/completions', body => {
          sent = body
          return true
        })
        .reply(
          200,
          [
            chunk({ role: 'assistant', content: '', refusal: null }),
            chunk({ content: 'Hel' }),
            chunk({ content: 'lo!' }),
            chunk({}, 'stop'),
            { ...chunk(), choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } },
          ]
            .map(event)
            .join('')
            .concat('data: [DONE]\n\n'),
          { 'content-type': 'text/event-stream; charset=utf-8' },
        )

      const { pieces, outcome } = await ask(await openai())

      scope.done()
      const { attempts, ...rest } = outcome
      assert.deepEqual(pieces, ['Hel', 'lo!'])
      assert.deepEqual(
        attempts!.map(({ ms: _, ...attempt }) => attempt),
        [{ endpoint: 'api.openai.com', model: 'gpt-3.5-turbo', usage: { promptTokens: 9, completionTokens: 2 } }],
      )
      assert.deepEqual(rest, {
        model: 'gpt-3.5-turbo-0125',
        finishReason: 'stop',
        usage: { promptTokens: 9, completionTokens: 2 },
      })
      assert.deepEqual(sent, {
        model: 'gpt-3.5-turbo',
        messages: [{ role: 'user', content: 'Say hello' }],
        n: 1,
        max_tokens: 100,
        temperature: 0.4,
        top_p: 1,
        presence_penalty: 0.1,
        frequency_penalty: 0.1,
        stream: true,
        stream_options: { include_usage: true },
      })
    })

    it('with max_completion_tokens for models that require it', async () => {
      const scope = nock('https://api.openai.com')
        .post('/v1/chat/completions', body => body.max_completion_tokens === 500 && !('max_tokens' in body))
        .reply(200, completion('Hi'))
      assert.equal((await ask(await openai({ model: 'gpt-5-mini', maxTokens: 500 }))).text, 'Hi')
      scope.done()
    })
  })

  describe('sends', () => {
    const settings = {
      model: 'llama',
      maxTokens: 7,
      temperature: 1.5,
      topP: 0.25,
      presencePenalty: -2,
      frequencyPenalty: 2,
    }
    const body = {
      model: 'llama',
      messages: hello,
      n: 1,
      max_tokens: 7,
      temperature: 1.5,
      top_p: 0.25,
      presence_penalty: -2,
      frequency_penalty: 2,
      stream: true,
      stream_options: { include_usage: true },
    }

    it('every setting, and asks for usage', async () => {
      await using model = await startModelServer()
      await ask(await openai({ ...settings, baseUrl: model.url }))
      const [request] = model.requests
      assert.deepEqual(request!.body, body)
      assert.equal(`${request!.method} ${request!.path}`, 'POST /v1/chat/completions')
    })

    const fields = {
      maxTokens: 'max_tokens',
      n: 'n',
      temperature: 'temperature',
      topP: 'top_p',
      presencePenalty: 'presence_penalty',
      frequencyPenalty: 'frequency_penalty',
    } as const
    for (const [setting, field] of Object.entries(fields))
      it(`no ${field} when ${setting} is null`, async () => {
        await using model = await startModelServer()
        await ask(await openai({ ...settings, [setting]: null, baseUrl: model.url }))
        const { [field]: _, ...others } = body
        assert.deepEqual(model.requests[0]!.body, others)
      })

    const conversations: [string, Message[], Message[]][] = [
      [
        'the system prompt before a conversation that has none',
        [...hello],
        [{ role: 'system', content: 'Brief.' }, ...hello],
      ],
      [
        'no system prompt where there is one',
        [{ role: 'system', content: 'Long.' }, ...hello],
        [{ role: 'system', content: 'Long.' }, ...hello],
      ],
      [
        'no system prompt where a developer instructs',
        [...hello, { role: 'developer', content: 'Long.' }],
        [...hello, { role: 'developer', content: 'Long.' }],
      ],
    ]
    for (const [title, messages, sent] of conversations)
      it(title, async () => {
        await using model = await startModelServer()
        await ask(await openai({ systemPrompt: 'Brief.', baseUrl: model.url }), { messages })
        assert.deepEqual(model.requests[0]!.body.messages, sent)
      })

    it('a message unchanged, whatever is in it', async () => {
      await using model = await startModelServer()
      const content = '\u0000 \ud83d\ude00 "quotes" \u2028 </script>'
      await ask(await openai({ baseUrl: model.url }), { messages: [{ role: 'user', content }] })
      assert.deepEqual(model.requests[0]!.body.messages, [{ role: 'user', content }])
    })
  })

  describe('reads', () => {
    it('chunks one by one, as they come', async () => {
      const { promise: more, resolve: sayMore } = Promise.withResolvers<void>()
      await using model = await startModelServer(
        streamed(
          (async function* () {
            yield 'one '
            await more
            yield 'two'
          })(),
        ),
      )
      const answer = (await openai({ baseUrl: model.url })).prompt({ messages: hello }, asked())
      assert.deepEqual(await answer.next(), { done: false, value: 'one ' })
      sayMore() // only now, so the first piece cannot have waited for the second
      assert.deepEqual(await answer.next(), { done: false, value: 'two' })
      assert.equal((await answer.next()).done, true)
    })

    it('a whole completion in reply to a request for a stream', async () => {
      await using model = await startModelServer(whole('Hello'))
      const { pieces, outcome } = await ask(await openai({ baseUrl: model.url }))
      assert.deepEqual(pieces, ['Hello'])
      assert.equal(outcome.finishReason, 'stop')
      assert.deepEqual(outcome.usage, { promptTokens: 9, completionTokens: 2 })
    })

    it('a stream that carries no content type', async () => {
      await using model = await startModelServer(response => {
        response.writeHead(200).end(event(chunk({ content: 'Hello' }, 'stop')))
      })
      assert.equal((await ask(await openai({ baseUrl: model.url }))).text, 'Hello')
    })

    for (const [title, end] of [
      ['[DONE] alone', 'data: [DONE]\n\n'],
      ['[DONE] without the space', 'data:[DONE]\r\n\r\n'],
      ['a reason alone', event(chunk({}, 'stop'))],
    ] as const)
      it(`a stream that ends with ${title}, byte by byte, as a whole answer`, async () => {
        await using model = await startModelServer(async response => {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write(event(chunk({ content: 'Hello' })))
          for (const byte of end) await new Promise(resolve => response.write(byte, resolve))
          response.end()
        })
        const { text, outcome } = await ask(await openai({ baseUrl: model.url }))
        assert.equal(text, 'Hello')
        assert.equal(outcome.finishReason, end.includes('stop') ? 'stop' : 'unknown')
      })

    it('the first complete choice of several, whole', async () => {
      const several = completion('cut off', '  ', 'complete', 'too')
      several.choices[0]!.finish_reason = 'length'
      await using model = await startModelServer(answered(200, several))
      const { pieces, outcome } = await ask(await openai({ n: 4, baseUrl: model.url }))
      assert.deepEqual(pieces, ['complete'])
      assert.equal(outcome.finishReason, 'stop')
      const { n, stream, stream_options } = model.requests[0]!.body
      assert.deepEqual({ n, stream, stream_options }, { n: 4, stream: false, stream_options: undefined })
    })

    it('the first choice with content, when none is complete', async () => {
      const several = completion('', 'cut off')
      several.choices[1]!.finish_reason = 'length'
      await using model = await startModelServer(answered(200, several))
      const { text, outcome } = await ask(await openai({ n: 2, baseUrl: model.url }))
      assert.equal(text, 'cut off')
      assert.equal(outcome.finishReason, 'length')
    })

    it('an answer cut by its length, and reports that', async () => {
      await using model = await startModelServer(streamed(['Hel'], { finishReason: 'length' }))
      const { text, outcome } = await ask(await openai({ baseUrl: model.url }))
      assert.equal(text, 'Hel')
      assert.equal(outcome.finishReason, 'length')
    })

    it('white space before the first word together with it', async () => {
      await using model = await startModelServer(streamed(['\n', ' ', 'Hello', ' ', 'there']))
      assert.deepEqual((await ask(await openai({ baseUrl: model.url }))).pieces, ['\n Hello', ' ', 'there'])
    })

    it('the configured model and an unknown reason from an endpoint that sends neither', async () => {
      await using model = await startModelServer(answered(200, { choices: [{ message: { content: 'Hello' } }] }))
      const { outcome } = await ask(await openai({ model: 'llama', baseUrl: model.url }))
      const { attempts: _, ...rest } = outcome
      assert.deepEqual(rest, { model: 'llama', finishReason: 'unknown' })
    })

    it('no malformed model, reason or usage', async () => {
      const usage = { prompt_tokens: -1, completion_tokens: 'many' }
      const choices = [{ message: { content: 'Hello' }, finish_reason: { toString: 'stop' } }]
      await using model = await startModelServer(answered(200, { model: 'x'.repeat(1000), usage, choices }))
      const { outcome } = await ask(await openai({ model: 'llama', baseUrl: model.url }))
      const { attempts: _, ...rest } = outcome
      assert.deepEqual(rest, { model: 'llama', finishReason: 'unknown' })
    })
  })

  describe('makes its client', () => {
    it('at the first question, once', async () => {
      await using model = await startModelServer()
      const made: unknown[] = []
      const miner = await build(
        openaiMiner(at => {
          made.push(at)
          return openaiClient(at)
        }),
        { baseUrl: model.url, apiKey: key, organization: 'org-1', project: 'proj-1' },
      )
      assert.deepEqual(made, [])
      await ask(miner)
      await ask(miner)
      assert.deepEqual(made, [{ baseUrl: model.url, apiKey: key, organization: 'org-1', project: 'proj-1' }])
    })

    it('again after a failure', async () => {
      await using model = await startModelServer()
      let failures = 1
      const miner = await build(
        openaiMiner(async at => {
          if (failures-- > 0) throw new Error('the vault is closed')
          return openaiClient(at)
        }),
        { baseUrl: model.url },
      )
      await assert.rejects(ask(miner), /the vault is closed/)
      assert.equal((await ask(miner)).text, 'Hello there')
    })

    it('with null for all that is not set', async () => {
      let made: unknown
      const miner = await build(
        openaiMiner(async at => {
          made = at
          throw new Error('enough')
        }),
      )
      await assert.rejects(ask(miner), /enough/)
      assert.deepEqual(made, { baseUrl: null, apiKey: null, organization: null, project: null })
    })
  })

  it('answers many questions at once, each with its own answer', async () => {
    await using model = await startModelServer((response, request) => {
      const [{ content }] = request.body.messages as [Message]
      return streamed([content, '!'])(response, request)
    })
    const miner = await openai({ baseUrl: model.url })
    const questions = Array.from({ length: 20 }, (_, number) => `question ${number}`)
    const answers = await Promise.all(questions.map(content => ask(miner, { messages: [{ role: 'user', content }] })))
    assert.deepEqual(
      answers.map(({ text }) => text),
      questions.map(question => `${question}!`),
    )
    await Promise.all(model.requests.map(({ over }) => over))
    assert.equal(model.open, 0)
  })

  it('does not ask OpenAI without a key', async () => {
    const error = await refusal(ask(await build(openaiMiner(openaiClient))))
    assert.equal(error.code, 'MODEL_KEY_MISSING')
    assert.equal(error.misuse, true)
    assert.match(error.hint!, /OPENAI_API_KEY/)
  })

  it('is not ready for OpenAI without a key, and finds that out without a request', async () => {
    assert.equal((await refusal((await build(openaiMiner(openaiClient))).ready!())).code, 'MODEL_KEY_MISSING')
    await using model = await startModelServer()
    await (await openai({ baseUrl: model.url })).ready!()
    assert.equal(model.requests.length, 0)
  })

  describe('with several endpoints', () => {
    it('asks the next one when the first is down, and reports their health, without a key', async () => {
      await using main = await startModelServer(answered(500))
      await using local = await startModelServer()
      const endpoints = [
        { name: 'main', baseUrl: main.url, apiKeys: ['sk-one', 'sk-two'] },
        { name: 'local', baseUrl: local.url, model: 'llama' },
      ]
      const miner = (await openai({ endpoints })) as OpenAIMiner
      const { text, outcome } = await ask(miner)
      assert.equal(text, 'Hello there')
      assert.deepEqual(
        outcome.attempts!.map(({ endpoint, model, error }) => [endpoint, model, error]),
        [
          ['main', 'gpt-3.5-turbo', 'MODEL_FAILED'],
          ['local', 'llama', undefined],
        ],
      )
      assert.deepEqual(miner.health(), [
        { endpoint: 'main', breaker: 'closed', failures: 1, restMs: 0, keys: [{ restMs: 0 }, { restMs: 0 }] },
        { endpoint: 'local', breaker: 'closed', failures: 0, restMs: 0, keys: [{ restMs: 0 }] },
      ])
    })

    it('hedges when configured to', async () => {
      await using main = await startModelServer(stalled())
      await using local = await startModelServer()
      const endpoints = [
        { name: 'main', baseUrl: main.url },
        { name: 'local', baseUrl: local.url },
      ]
      const { outcome } = await ask(await openai({ endpoints, hedge: 20 }))
      assert.deepEqual(
        outcome.attempts!.map(({ error }) => error),
        ['HEDGE_LOST', undefined],
      )
    })

    it('shares one call when configured to', async () => {
      await using main = await startModelServer()
      const miner = await openai({ baseUrl: main.url, shareIdentical: true })
      assert.deepEqual(
        (await Promise.all([ask(miner), ask(miner)])).map(({ text }) => text),
        ['Hello there', 'Hello there'],
      )
      assert.equal(main.requests.length, 1)
    })

    it('is ready when one of them has a usable key, and asks no other', async () => {
      await using local = await startModelServer()
      const endpoints = [{ name: 'main' }, { name: 'local', baseUrl: local.url }]
      const miner = await build(openaiMiner(openaiClient), { endpoints })
      await miner.ready!()
      const { outcome } = await ask(miner)
      assert.deepEqual(
        outcome.attempts!.map(({ endpoint, error }) => [endpoint, error]),
        [
          ['main', 'MODEL_KEY_MISSING'],
          ['local', undefined],
        ],
      )
    })
  })
})
