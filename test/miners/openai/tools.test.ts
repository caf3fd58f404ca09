import assert from 'node:assert/strict'
import type { Question, Tool, ToolDelta } from '#dist/plugin/miner.js'
import { answered, chunk, completion, event, startModelServer, whole } from '../../support/model-server.ts'
import { asked, hello, refusal } from '../ask.ts'
import { answerOf, deltas, openai, openaiStreams, sent } from './answer-of.ts'

const weather: Tool = {
  name: 'weather',
  description: 'tells the weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const clock: Tool = { name: 'clock' }
const tools = [weather, clock]

const call = (fields: object) => ({ tool_calls: [fields] })
const part = (index: number, text: string, more: object = {}) => call({ index, function: { arguments: text }, ...more })
const begun = (index: number, id: string, name: string, text = '') =>
  call({ index, id, type: 'function', function: { name, arguments: text } })

/** A whole answer that calls tools. */
function calling(...calls: object[]) {
  const answer = completion('')
  const message = { role: 'assistant', content: null, refusal: null, tool_calls: calls }
  return { ...answer, choices: [{ index: 0, message, logprobs: null, finish_reason: 'tool_calls' }] }
}

describe('a question with tools', () => {
  it('is sent to OpenAI, and answered by a call in parts', async () => {
    const request = openaiStreams(
      // As OpenAI sends it: the role with the call, then its arguments token by token.
      deltas(
        [
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ index: 0, id: 'call_9sQ', type: 'function', function: { name: 'weather', arguments: '' } }],
            refusal: null,
          },
          part(0, '{"'),
          part(0, 'city'),
          part(0, '":"Łódź'),
          part(0, '"}'),
        ],
        'tool_calls',
      ),
    )
    const miner = await openai({ apiKey: 'sk-test-123' })
    const { text, toolCalls, outcome } = await answerOf(miner, { tools, toolChoice: { name: 'weather' } })
    assert.equal(text, '')
    assert.deepEqual(toolCalls, [{ id: 'call_9sQ', name: 'weather', arguments: '{"city":"Łódź"}' }])
    assert.deepEqual(outcome.toolCalls, toolCalls)
    assert.equal(outcome.finishReason, 'tool_calls')
    assert.deepEqual(request.body.tools, [
      { type: 'function', function: weather },
      { type: 'function', function: clock },
    ])
    assert.deepEqual(request.body.tool_choice, { type: 'function', function: { name: 'weather' } })
  })

  for (const choice of ['auto', 'none', 'required'] as const)
    it(`sends ${choice} as its tool choice`, async () => {
      await using model = await startModelServer()
      await answerOf(await openai({ baseUrl: model.url }), { tools, toolChoice: choice })
      assert.equal(model.requests[0]!.body.tool_choice, choice)
    })

  it('sends no tool fields for an empty list', async () => {
    await using model = await startModelServer()
    await answerOf(await openai({ baseUrl: model.url }), { tools: [], toolChoice: 'auto' })
    const { tools: none, tool_choice } = model.requests[0]!.body
    assert.deepEqual([none, tool_choice], [undefined, undefined])
  })

  it('yields each part as it comes, id and name once', async () => {
    await using model = await startModelServer(
      sent(deltas([begun(0, 'a', 'weather'), part(0, '{"city":'), part(0, '"Ulm"}')], 'tool_calls')),
    )
    const speech = (await openai({ baseUrl: model.url })).prompt({ messages: hello, tools }, asked())
    const pieces: ToolDelta[] = []
    for await (const piece of speech) pieces.push(...((piece as { toolCalls: ToolDelta[] }).toolCalls ?? []))
    assert.deepEqual(pieces, [
      { index: 0, id: 'a', name: 'weather', arguments: '' },
      { index: 0, arguments: '{"city":' },
      { index: 0, arguments: '"Ulm"}' },
    ])
  })

  const a = { id: 'a', name: 'weather', arguments: '{"city":"Ulm"}' }
  const b = { id: 'b', name: 'clock', arguments: '{}' }
  const streams: [string, object[], object[]][] = [
    [
      'several calls, in turns',
      [begun(0, 'a', 'weather', '{"city":'), begun(1, 'b', 'clock'), part(0, '"Ulm"}'), part(1, '{}')],
      [a, b],
    ],
    [
      'two calls in one event',
      [
        {
          tool_calls: [begun(0, 'a', 'weather', a.arguments), begun(1, 'b', 'clock', '{}')].map(
            one => one.tool_calls[0],
          ),
        },
      ],
      [a, b],
    ],
    ['id and name with each part', [begun(0, 'a', 'weather', '{"city":'), begun(0, 'a', 'weather', '"Ulm"}')], [a]],
    ['a new id with each part', [begun(0, 'a', 'weather', '{"city":'), part(0, '"Ulm"}', { id: 'other' })], [a]],
    ['whole calls under one index', [begun(0, 'a', 'weather', a.arguments), begun(0, 'b', 'clock', '{}')], [a, b]],
    [
      'two whole calls of one tool under one index',
      [begun(0, 'a', 'clock', '{}'), begun(0, 'b', 'clock', '{}')],
      [{ ...b, id: 'a' }, b],
    ],
    [
      'whole calls without an index',
      [
        call({ id: 'a', function: { name: 'weather', arguments: a.arguments } }),
        call({ id: 'b', function: { name: 'clock', arguments: '{}' } }),
      ],
      [a, b],
    ],
    [
      'parts without an index',
      [
        call({ id: 'a', function: { name: 'weather', arguments: '{"city":' } }),
        call({ function: { arguments: '"Ulm"}' } }),
      ],
      [a],
    ],
    [
      'calls without an id',
      [begun(0, '', 'weather', a.arguments), call({ index: 1, function: { name: 'clock', arguments: '{}' } })],
      [
        { ...a, id: 'call_0' },
        { ...b, id: 'call_1' },
      ],
    ],
    [
      'arguments that are no text',
      [call({ index: 0, id: 'a', function: { name: 'weather', arguments: { city: 'Ulm' } } })],
      [a],
    ],
    [
      'garbage beside a call',
      [
        { tool_calls: 'none' },
        { tool_calls: [null, 7, { index: -1 }, { index: 4, function: { arguments: 'x' } }] },
        begun(0, 'a', 'weather', a.arguments),
      ],
      [a],
    ],
  ]
  for (const [title, parts, calls] of streams)
    it(`is answered by ${title}`, async () => {
      await using model = await startModelServer(sent(deltas(parts, 'tool_calls')))
      assert.deepEqual((await answerOf(await openai({ baseUrl: model.url }), { tools })).toolCalls, calls)
    })

  it('is answered by a whole document with several calls, the same twice', async () => {
    const one = { type: 'function', function: { name: 'clock', arguments: '{}' } }
    await using model = await startModelServer(answered(200, calling(one, one)))
    assert.deepEqual((await answerOf(await openai({ baseUrl: model.url }), { tools })).toolCalls, [
      { id: 'call_0', name: 'clock', arguments: '{}' },
      { id: 'call_1', name: 'clock', arguments: '{}' },
    ])
  })

  it('is answered by the first of several choices that calls a tool, when none has text', async () => {
    const { choices } = calling({ id: 'a', function: { name: 'clock', arguments: '{}' } })
    const answer = { choices: [...completion(' ').choices, { ...choices[0], index: 1 }] }
    await using model = await startModelServer(answered(200, answer))
    const { toolCalls } = await answerOf(await openai({ baseUrl: model.url, n: 2 }), { tools })
    assert.deepEqual(toolCalls, [{ ...b, id: 'a' }])
  })

  it('may be answered by text and a call', async () => {
    await using model = await startModelServer(
      sent(deltas([{ content: 'Let me see.' }, begun(0, 'b', 'clock', '{}')], 'tool_calls')),
    )
    const { text, toolCalls } = await answerOf(await openai({ baseUrl: model.url }), { tools })
    assert.deepEqual([text, toolCalls], ['Let me see.', [b]])
  })

  it('may be answered by text alone', async () => {
    await using model = await startModelServer()
    const { text, toolCalls, outcome } = await answerOf(await openai({ baseUrl: model.url }), { tools })
    assert.deepEqual([text, toolCalls], ['Hello there', []])
    assert.ok(!('toolCalls' in outcome))
  })

  it('fails when the call is cut', async () => {
    await using model = await startModelServer(async response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: begun(0, 'b', 'clock', '{') }] })}\n\n`
      await new Promise(resolve => response.write(event, resolve))
      response.destroy()
    })
    assert.equal((await refusal(answerOf(await openai({ baseUrl: model.url }), { tools }))).code, 'MODEL_CUT')
  })

  describe('and an answer whose text and calls are in choices of their own', () => {
    const toolCalls = [{ id: 'a', name: 'weather', arguments: '{"city":"Ulm"}' }]
    const raw = [{ index: 0, id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } }]
    const words = { role: 'assistant', content: 'I look.' }
    const made = { role: 'assistant', content: null, tool_calls: raw }
    const choice = (index: number, message: object, finish_reason: string | null) => ({ index, message, finish_reason })
    const wholes: [string, object[]][] = [
      ['text first', [choice(0, words, 'tool_calls'), choice(1, made, 'tool_calls')]],
      ['text first, which stops', [choice(0, words, 'stop'), choice(1, made, 'tool_calls')]],
      ['calls first', [choice(0, made, 'tool_calls'), choice(1, words, 'stop')]],
      ['the same index', [choice(0, words, 'tool_calls'), choice(0, made, 'tool_calls')]],
    ]
    for (const [title, choices] of wholes)
      it(`reads both of a whole answer: ${title}`, async () => {
        await using model = await startModelServer(answered(200, { ...completion(''), choices }))
        const answer = await answerOf(await openai({ baseUrl: model.url }), { tools })
        assert.deepEqual([answer.text, answer.toolCalls], ['I look.', toolCalls])
        assert.equal(answer.outcome.finishReason, 'tool_calls')
      })

    const piece = (index: number, delta: object, finish_reason: string | null = null) =>
      event({ ...chunk(), choices: [{ index, delta, finish_reason }] })
    const text = [piece(0, { content: 'I ' }), piece(0, { content: 'look.' }), piece(0, {}, 'stop')]
    const calls = [piece(1, { tool_calls: raw }), piece(1, {}, 'tool_calls')]
    const streams: [string, string[]][] = [
      ['text first', [...text, ...calls]],
      ['calls first', [...calls, ...text]],
      ['mixed', [text[0]!, calls[0]!, text[1]!, calls[1]!, text[2]!]],
    ]
    for (const [title, events] of streams)
      it(`reads both of a stream: ${title}`, async () => {
        await using model = await startModelServer(sent(`${events.join('')}data: [DONE]\n\n`))
        const answer = await answerOf(await openai({ baseUrl: model.url }), { tools })
        assert.deepEqual([answer.text, answer.toolCalls], ['I look.', toolCalls])
        assert.equal(answer.outcome.finishReason, 'tool_calls')
      })

    it('reads the text of one choice only', async () => {
      const choices = [choice(0, words, 'stop'), choice(1, { role: 'assistant', content: 'Or not.' }, 'stop')]
      await using model = await startModelServer(answered(200, { ...completion(''), choices }))
      assert.equal((await answerOf(await openai({ baseUrl: model.url }), { tools })).text, 'I look.')
    })

    it('reads one of several answers that were asked for', async () => {
      const choices = [choice(0, words, 'stop'), choice(1, made, 'tool_calls')]
      await using model = await startModelServer(answered(200, { ...completion(''), choices }))
      const answer = await answerOf(await openai({ baseUrl: model.url, n: 2 }), { tools })
      assert.deepEqual([answer.text, answer.toolCalls ?? []], ['I look.', []])
    })
  })

  for (const [title, question] of [
    ['no tools', {}],
    ['tools that must not be called', { tools, toolChoice: 'none' }],
  ] as const satisfies [string, Partial<Question>][])
    it(`fails on a call when it has ${title}`, async () => {
      await using model = await startModelServer(sent(deltas([begun(0, 'b', 'clock', '{}')], 'tool_calls')))
      const { code } = await refusal(answerOf(await openai({ baseUrl: model.url }), question))
      assert.equal(code, 'MODEL_TOOL_CALL')
    })

  it('sends earlier calls and their results', async () => {
    await using model = await startModelServer(whole('Sunny.'))
    const messages = [
      ...hello,
      { role: 'assistant', content: '', toolCalls: [a] },
      { role: 'tool', content: 'sun', toolCallId: 'a' },
      { role: 'assistant', content: 'Sun. And the time?', toolCalls: [b] },
      { role: 'tool', content: '', toolCallId: 'b' },
    ] as const
    await answerOf(await openai({ baseUrl: model.url }), { messages, tools })
    const made = (one: typeof a) => [
      { id: one.id, type: 'function', function: { name: one.name, arguments: one.arguments } },
    ]
    assert.deepEqual(model.requests[0]!.body.messages, [
      ...hello,
      { role: 'assistant', content: null, tool_calls: made(a) },
      { role: 'tool', content: 'sun', tool_call_id: 'a' },
      { role: 'assistant', content: 'Sun. And the time?', tool_calls: made(b) },
      { role: 'tool', content: '', tool_call_id: 'b' },
    ])
  })
})
