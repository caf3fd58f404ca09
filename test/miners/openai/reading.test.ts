import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { answered, type Behaviour, chunk, completion, event, startModelServer } from '../../support/model-server.ts'
import { ask, asked, build, hello, refusal } from '../ask.ts'
import { askingOnce } from './asking-once.ts'

const openai = (baseUrl: string) => build(askingOnce(openaiClient), { baseUrl })

/** Sends these parts as one stream, each in a packet of its own. */
const sent =
  (parts: readonly (string | Uint8Array)[], headers: Record<string, string> = {}): Behaviour =>
  async response => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
    for (const part of parts) await new Promise(resolve => response.write(part, resolve))
    response.end()
  }

/** Sends these parts, and breaks the connection off. */
const broken =
  (...parts: readonly string[]): Behaviour =>
  async response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const part of parts) await new Promise(resolve => response.write(part, resolve))
    response.destroy()
  }

const said = (content: string, index = 0) => ({ ...chunk(), choices: [{ index, delta: { content } }] })
/** A chunk that has both what is new and all so far. */
const both = (content: string, soFar: string, finishReason: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, message: { content: soFar }, finish_reason: finishReason }],
})
const end = (finishReason = 'stop') => event(chunk({}, finishReason))

describe('a stream of the model', () => {
  const read: [string, Behaviour, string][] = [
    [
      'pieces with a role only, and empty ones',
      sent([event(chunk({ role: 'assistant' })), event(said('')), event(said('Hi')), end()]),
      'Hi',
    ],
    [
      'pieces without choices, or with none',
      sent([event({ id: 'x' }), event({ choices: [] }), event(said('Hi')), end()]),
      'Hi',
    ],
    [
      'comments, retries, ids and names of events',
      sent([
        ': OPENROUTER PROCESSING\n\n',
        'retry: 10\n\n',
        `id: 7\nevent: message\n${event(said('Hi'))}`,
        ':\n\n',
        end(),
      ]),
      'Hi',
    ],
    ...[{}, [], '', { code: 0, message: '' }, { message: null }].map((error): [string, Behaviour, string] => [
      `an empty error beside each piece, ${JSON.stringify(error)}`,
      sent([event({ ...said('Hi'), error }), event({ ...chunk({}, 'stop'), error })]),
      'Hi',
    ]),
    ...['text/event-stream', 'text/plain'].map((type): [string, Behaviour, string] => [
      `a whole answer that is called ${type}`,
      sent([' \n', JSON.stringify({ ...completion('Hi'), error: {} }, null, 2)], { 'content-type': type }),
      'Hi',
    ]),
    ['events that are called JSON', sent([event(said('Hi')), end()], { 'content-type': 'application/json' }), 'Hi'],
    [
      'events without choices that report how the server is doing',
      sent([
        event({ code: 200, message: 'ok' }),
        event({ status: 'queued', message: 'wait' }),
        event(said('Hi')),
        end(),
      ]),
      'Hi',
    ],
    ['lines that are no field', sent(['<html>\n', 'garbage\n\n', event(said('Hi')), end()]), 'Hi'],
    [
      'lines that end as on Windows',
      sent([event(said('Hi')).replaceAll('\n', '\r\n'), end().replaceAll('\n', '\r\n')]),
      'Hi',
    ],
    [
      'several choices in turns, of which the first to speak is given',
      sent([
        event(said('', 0)),
        event(said('one', 1)),
        event(said('two', 0)),
        event(said(' more', 1)),
        event({ ...chunk(), choices: [{ index: 0, delta: {}, finish_reason: 'length' }] }),
        event({ ...chunk(), choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] }),
      ]),
      'one more',
    ],
    [
      'thoughts, which are not part of the answer',
      sent([
        event(chunk({ reasoning_content: 'Hmm' })),
        event(chunk({ reasoning: 'so', content: null })),
        event(said('Hi')),
        end(),
      ]),
      'Hi',
    ],
    [
      // Perplexity: `message` is the text so far, `delta` what is new.
      'a message of all words so far beside each delta',
      sent([
        event(both('', '')),
        event(both(' ', ' ')),
        event(both('Hi', ' Hi')),
        event(both(' there', ' Hi there')),
        event(both('', ' Hi there', 'stop')),
      ]),
      ' Hi there',
    ],
    ['one event, whose delta is empty beside its message', sent([event(both('', 'Hi', 'stop'))]), 'Hi'],
    [
      'messages in place of deltas',
      sent([
        event({ choices: [{ message: { content: 'Hi' } }] }),
        event({ choices: [{ message: {}, finish_reason: 'stop' }] }),
      ]),
      'Hi',
    ],
    [
      // Mistral's Magistral: thoughts and text as parts, then text alone.
      'content in parts, of which thoughts are not part of the answer',
      sent([
        event(chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hmm' }] }] })),
        event(chunk({ content: [{ type: 'text', text: 'Hi' }] })),
        event(chunk({ content: ' there' })),
        event(chunk({ content: [] })),
        end(),
      ]),
      'Hi there',
    ],
    ['empty events', sent(['data:\n\n', 'data\n\n', event(said('Hi')), 'data: \n\n', 'data:\ndata:\n\n', end()]), 'Hi'],
    [
      'events of other names, of which those with choices count',
      sent([
        'event: ping\ndata: {}\n\n',
        'event: ping\ndata: 2026-11-22 10:00\n\n',
        'event: heartbeat\ndata:\n\n',
        'event: metadata\ndata: null\n\n',
        'event: status\ndata: {"error": null, "text": "queued"}\n\n',
        `event: chunk\n${event(said('Hi'))}`,
        'event: done\ndata: {}\n\n',
        `event: chunk\n${end()}`,
      ]),
      'Hi',
    ],
    ['[DONE] in an event of another name', sent([event(said('Hi')), 'event: done\ndata: [DONE]\n\n']), 'Hi'],
    ['[DONE] among blanks', sent([event(said('Hi')), 'data:  [DONE] \n\n']), 'Hi'],
    ['a last event that the end of the body ends', sent([event(said('Hi')), end().trimEnd()]), 'Hi'],
    ['no [DONE]', sent([event(said('Hi')), end()]), 'Hi'],
    ['a break behind its reason', broken(event(said('Hi')), end()), 'Hi'],
    ['a break behind its reason and usage', broken(event(said('Hi')), end(), event({ choices: [], usage: {} })), 'Hi'],
    ['a break behind [DONE]', broken(event(said('Hi')), 'data: [DONE]\n\n'), 'Hi'],
    ['no reason, but [DONE]', sent([event(said('Hi')), 'data: [DONE]\n\n']), 'Hi'],
    ['more after [DONE]', sent([event(said('Hi')), end(), 'data: [DONE]\n\n', event(said(' again'))]), 'Hi'],
    [
      'a type with odd parameters',
      sent([event(said('Hi')), end()], { 'content-type': 'Text/Event-Stream ; charset="utf-8"; x=;' }),
      'Hi',
    ],
    ['gzip', sent([gzipSync(event(said('Hi')) + end())], { 'content-encoding': 'gzip' }), 'Hi'],
    [
      'JSON, compressed',
      sent([gzipSync(JSON.stringify(completion('Hi')))], {
        'content-encoding': 'gzip',
        'content-type': 'application/json',
      }),
      'Hi',
    ],
    [
      'JSON, with odd parameters',
      sent([JSON.stringify(completion('Hi'))], { 'content-type': 'application/json;charset=UTF-8;odata=none' }),
      'Hi',
    ],
  ]
  for (const [title, whole, text] of [
    ['an empty delta', [{ message: { content: 'Hi' }, delta: { role: 'assistant', content: '' } }], 'Hi'],
    ['the same delta', [{ message: { content: 'Hi' }, delta: { content: 'Hi' } }], 'Hi'],
    ['no delta', [{ message: { content: 'Hi' }, delta: null }], 'Hi'],
  ] as const)
    it(`that is a whole document is read with ${title} beside its message`, async () => {
      const document = JSON.stringify({ ...completion(), choices: whole })
      await using model = await startModelServer(sent([document], { 'content-type': 'application/json' }))
      assert.equal((await ask(await openai(model.url))).text, text)
    })

  const thought = { type: 'thinking', thinking: [{ type: 'text', text: 'Hmm' }], closed: true }
  for (const [title, content, text] of [
    ['a thought and text', [thought, { type: 'text', text: 'Hi' }, { type: 'text', text: ' there' }], 'Hi there'],
    ['references between texts', [{ text: 'Hi' }, { type: 'reference', reference_ids: [1] }, { text: '.' }], 'Hi.'],
    // Databricks
    [
      'a summary of its reasoning',
      [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hmm' }] },
        { type: 'text', text: 'Hi' },
      ],
      'Hi',
    ],
    ['the part types of the Responses API', [{ type: 'output_text', text: 'Hi', annotations: [] }], 'Hi'],
    [
      'a thought that has its text in itself',
      [
        { type: 'thinking', text: 'Hmm' },
        { type: 'text', text: 'Hi' },
      ],
      'Hi',
    ],
    ['strings', ['Hi', ' there'], 'Hi there'],
    ['one part outside a list', { type: 'text', text: 'Hi' }, 'Hi'],
    ['values that are not parts', [null, 7, [], { type: 'text', text: 7 }, { type: 'text', text: 'Hi' }], 'Hi'],
    ['many parts', Array.from({ length: 5_000 }, () => ({ type: 'text', text: 'x' })), 'x'.repeat(5_000)],
  ] as const)
    for (const isWhole of [true, false])
      it(`${isWhole ? 'that is a whole document ' : ''}is read with content of ${title}`, async () => {
        const document = {
          choices: [{ index: 0, [isWhole ? 'message' : 'delta']: { content }, finish_reason: 'stop' }],
        }
        await using model = await startModelServer(
          isWhole ? sent([JSON.stringify(document)], { 'content-type': 'application/json' }) : sent([event(document)]),
        )
        assert.equal((await ask(await openai(model.url))).text, text)
      })

  it('fails as refused when its content is a part with a refusal', async () => {
    const content = [{ type: 'refusal', refusal: 'I would rather not' }]
    await using model = await startModelServer(sent([event(chunk({ content })), end()]))
    const error = await refusal(ask(await openai(model.url)))
    assert.equal(error.code, 'MODEL_REFUSED')
    assert.match(error.message, /I would rather not/)
  })

  for (const [title, behaviour, text] of read)
    it(`is read with ${title}`, async () => {
      await using model = await startModelServer(behaviour)
      assert.equal((await ask(await openai(model.url))).text, text)
    })

  it('is read when every byte comes alone, in the middle of characters', async () => {
    const words = 'He\u0301llo \u{1f469}\u200d\u{1f4bb} \u05e9\u05dc\u05d5\u05dd\n\u4f60\u597d'
    await using model = await startModelServer(
      sent([...Buffer.from(event(said(words)) + end())].map(byte => Buffer.of(byte))),
    )
    assert.equal((await ask(await openai(model.url))).text, words)
  })

  for (const reason of ['stop', 'length', 'content_filter', 'eos', 'tool_calls', 'function_call'])
    it(`ends with ${reason}`, async () => {
      await using model = await startModelServer(sent([event(said('Hi')), end(reason)]))
      const { text, outcome } = await ask(await openai(model.url))
      assert.equal(text, 'Hi')
      assert.equal(outcome.finishReason, reason)
    })

  const failing: [string, Behaviour, string][] = [
    [
      'a break behind a reason in every chunk',
      broken(event(chunk({ content: 'Hi' }, 'stop')), event(chunk({ content: ' the' }, 'stop'))),
      'MODEL_CUT',
    ],
    [
      'a break behind text that follows a reason',
      broken(event(chunk({ content: '' }, 'stop')), event(said('Hi')), event(chunk({ content: '' }))),
      'MODEL_CUT',
    ],
    ['a reason that is an error', sent([event(said('Hi')), end('error')]), 'MODEL_CUT'],
    ['a reason that is an interruption', sent([event(said('Hi')), end('abort')]), 'MODEL_CUT'],
    [
      'an end in the middle of a character',
      sent([event(said('Hi')), Buffer.from(event(said('\u{1f469}'))).subarray(0, -20)]),
      'MODEL_CUT',
    ],
    [
      'an error in DashScope’s form',
      sent([event(said('Hi')), event({ code: 'InternalError', message: 'out of memory', request_id: '1' }), end()]),
      'MODEL_FAILED',
    ],
    [
      'an error in MiniMax’s form',
      sent([event(said('Hi')), event({ base_resp: { status_code: 1013, status_msg: 'out of memory' } }), end()]),
      'MODEL_FAILED',
    ],
    [
      'a list with an error',
      sent([JSON.stringify([{ error: { code: 429, message: 'slower' } }])], { 'content-type': 'application/json' }),
      'MODEL_RATE_LIMITED',
    ],
    ['JSON that is cut', sent(['{"choi'], { 'content-type': 'application/json' }), 'MODEL_UNREADABLE'],
    ['no JSON', sent(['nothing\n'], { 'content-type': 'application/json' }), 'MODEL_UNREADABLE'],
    ['an error object', sent([event(said('Hi')), event({ error: { message: 'out of memory' } })]), 'MODEL_FAILED'],
    [
      'an error in an event of another name',
      sent([event(said('Hi')), 'event: failure\ndata: {"error": {"message": "out of memory"}}\n\n', end()]),
      'MODEL_FAILED',
    ],
    [
      'an error event in plain text',
      sent([event(said('Hi')), 'event: error\ndata: out of memory\n\n', end()]),
      'MODEL_FAILED',
    ],
    ['an error event without text', sent([event(said('Hi')), 'event: error\ndata:\n\n', end()]), 'MODEL_FAILED'],
    [
      'an event of another name in the middle of which the body ends',
      sent([event(said('Hi')), 'event: ping\ndata: {"a']),
      'MODEL_CUT',
    ],
    ['events that are all empty', sent(['data:\n\n', 'event: ping\ndata: {}\n\n']), 'MODEL_UNREADABLE'],
    ['a garbage event', sent([event(said('Hi')), 'data: {"choi\n\n', end()]), 'MODEL_UNREADABLE'],
    [
      'an end of gzip that is missing',
      sent([gzipSync(event(said(randomBytes(20_000).toString('hex'))) + end()).subarray(0, -40)], {
        'content-encoding': 'gzip',
      }),
      'MODEL_CUT',
    ],
    ['what is not gzip', sent(['data: x\n\n'], { 'content-encoding': 'gzip' }), 'MODEL_CUT'],
  ]
  for (const [title, behaviour, code] of failing)
    it(`fails at ${title}`, async () => {
      await using model = await startModelServer(behaviour)
      assert.equal((await refusal(ask(await openai(model.url)))).code, code)
    })

  it('of 50 MB fails at the bound, and is closed', async () => {
    const piece = event(said('x'.repeat(1_000_000)))
    await using model = await startModelServer(async response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let sentBytes = 0; sentBytes < 50_000_000 && !response.destroyed; sentBytes += piece.length)
        await new Promise(resolve => response.write(piece, resolve))
      response.end()
    })
    const error = await refusal(ask(await openai(model.url)))
    assert.equal(error.code, 'MODEL_ANSWER_TOO_LARGE')
    assert.deepEqual(await model.requests[0]!.over, { left: true })
  })

  for (const [title, type, part] of [
    ['a document', 'application/json', '{"choices":[{}'],
    ['an event', 'text/event-stream', 'data: {"choices":[{}'],
    ['an event of many lines', 'text/event-stream', 'data: {"choices":[{}'],
  ] as const)
    it(`with ${title} that would take long to parse fails at 4 MiB`, async () => {
      const lines = title.includes('lines') ? '\ndata: ,{}'.repeat(50_000) : ',{}'.repeat(200_000)
      const parts = [part, ...Array.from({ length: 10 }, () => lines)]
      await using model = await startModelServer(sent(parts, { 'content-type': type }))
      assert.equal((await refusal(ask(await openai(model.url)))).code, 'MODEL_ANSWER_TOO_LARGE')
    })

  for (const type of ['application/json', 'text/event-stream'])
    it(`with a document of very many lists fails at the bound, as ${type}`, async () => {
      const text = `{"x":[${'[],'.repeat(200_000)}[]],"choices":[{"message":{"content":"hi"}}]}`
      const body = type === 'application/json' ? text : `data: ${text}\n\n`
      await using model = await startModelServer(sent([body], { 'content-type': type }))
      assert.equal((await refusal(ask(await openai(model.url)))).code, 'MODEL_ANSWER_TOO_LARGE')
    })

  for (const type of ['application/json', 'text/event-stream'])
    it(`with a tool call of very many levels fails at the bound, as ${type}`, async () => {
      const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
      const text = `{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"x","arguments":${deep}}}]}}]}`
      const body = type === 'application/json' ? text : `data: ${text}\n\n`
      await using model = await startModelServer(sent([body], { 'content-type': type }))
      assert.equal((await refusal(ask(await openai(model.url)))).code, 'MODEL_ANSWER_TOO_LARGE')
    })

  for (const form of [
    '{"error":{"message":x}}',
    '{"error":x}',
    '{"detail":x}',
    'x',
    '{"error":"e","estimated_time":x}',
  ])
    it(`with an error of very many levels is the error of its status, as ${form}`, async () => {
      const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
      await using model = await startModelServer(answered(503, form.replace('x', deep)))
      assert.equal((await refusal(ask(await openai(model.url)))).code, 'MODEL_FAILED')
    })

  it('that decompresses to more than the bound fails there', async () => {
    const bomb = gzipSync(`: ${'x'.repeat(40_000_000)}\n\n`)
    await using model = await startModelServer(sent([bomb], { 'content-encoding': 'gzip' }))
    assert.equal((await refusal(ask(await openai(model.url)))).code, 'MODEL_ANSWER_TOO_LARGE')
  })

  it('reports all counts of usage', async () => {
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 9,
      prompt_tokens_details: { cached_tokens: 16 },
      completion_tokens_details: { reasoning_tokens: 7 },
    }
    await using model = await startModelServer(sent([event(said('Hi')), end(), event({ choices: [], usage })]))
    assert.deepEqual((await ask(await openai(model.url))).outcome.usage, {
      promptTokens: 20,
      cachedTokens: 16,
      completionTokens: 9,
      reasoningTokens: 7,
    })
  })

  for (const [title, counts, expected] of [
    ['all are zero', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, undefined],
    [
      'their parts are zero too',
      {
        prompt_tokens: 0,
        completion_tokens: 0,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
      undefined,
    ],
    ['one is zero', { prompt_tokens: 9, completion_tokens: 0 }, { promptTokens: 9 }],
    ['the other is zero', { prompt_tokens: 0, completion_tokens: 2 }, { completionTokens: 2 }],
    [
      'it tells what it wrote to its cache',
      { prompt_tokens: 9, completion_tokens: 2, prompt_tokens_details: { cache_write_tokens: 8 } },
      { promptTokens: 9, cacheWriteTokens: 8, completionTokens: 2 },
    ],
    [
      'its total shows that it counts reasoning beside the answer',
      {
        prompt_tokens: 9,
        completion_tokens: 2,
        total_tokens: 41,
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      { promptTokens: 9, completionTokens: 32, reasoningTokens: 30 },
    ],
  ] as const)
    it(`reports only counts that the server has, when ${title}`, async () => {
      await using model = await startModelServer(sent([event({ ...said('Hi'), usage: counts }), end()]))
      assert.deepEqual((await ask(await openai(model.url))).outcome.usage, expected)
    })

  it('keeps the counts that came before zeros', async () => {
    const [usage, zero] = [2, 0].map(count => ({ prompt_tokens: count, completion_tokens: count }))
    await using model = await startModelServer(sent([event({ ...said('Hi'), usage }), end(), event({ usage: zero })]))
    const expected = { promptTokens: 2, completionTokens: 2 }
    assert.deepEqual((await ask(await openai(model.url))).outcome.usage, expected)
  })

  it('reports no usage when the server sends none', async () => {
    const usage = { prompt_tokens_details: null, completion_tokens_details: { reasoning_tokens: 'some' } }
    await using model = await startModelServer(sent([event(said('Hi')), end(), event({ choices: [], usage })]))
    assert.ok(!('usage' in (await ask(await openai(model.url))).outcome))
  })

  it('waits for a slow reader, and reads only a little ahead', async () => {
    let sentBytes = 0
    const piece = event(said('x'.repeat(10_000)))
    await using model = await startModelServer(async response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      while (!response.destroyed && sentBytes < 30_000_000) {
        sentBytes += piece.length
        await new Promise(resolve => response.write(piece, resolve))
      }
    })
    const answer = (await openai(model.url)).prompt({ messages: hello }, asked())
    await answer.next()
    await new Promise(resolve => setTimeout(resolve, 200))
    assert.ok(sentBytes < 20_000_000, `${sentBytes} bytes were taken from the model`)
    await answer.return({ model: 'x', finishReason: 'stop' })
    assert.deepEqual(await model.requests[0]!.over, { left: true })
  })
})
