import assert from 'node:assert/strict'
import type { OpenAIMiner } from '#dist/miners/openai/openai-miner.js'
import type { Asked, Miner, Question } from '#dist/plugin/miner.js'
import { assertAtOnce } from '../../support/assert-at-once.ts'
import { faults } from '../../support/fault-server.ts'
import {
  answered,
  type Behaviour,
  chunk,
  completion,
  event,
  stalled,
  startModelServer,
} from '../../support/model-server.ts'
import { asked, hello, refusal } from '../ask.ts'
import { deltas, openai, openaiStreams, sent } from './answer-of.ts'

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function relay(miner: Miner, more: Partial<Question> = {}, changes: Partial<Asked> = {}) {
  const { body, outcome } = await miner.relay!({ messages: hello, ...more }, asked(changes))
  const bytes = await bytesOf(body)
  return { text: bytes.toString(), bytes, outcome: await outcome }
}

const done = 'data: [DONE]\n\n'
const usage = event({ ...chunk(), choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } })
const fine = deltas([{ role: 'assistant', content: '' }, { content: 'Hello' }, { content: ' there' }])

describe('a relay', () => {
  it('asks OpenAI for a stream with usage, and yields its bytes', async () => {
    const stream = fine.replace(done, usage + done)
    const request = openaiStreams(stream)
    const { text, outcome } = await relay(await openai({ apiKey: 'sk-test-123', n: 3 }))
    const { attempts, ...rest } = outcome
    assert.equal(text, stream)
    assert.deepEqual(rest, {
      model: 'gpt-3.5-turbo-0125',
      finishReason: 'stop',
      usage: { promptTokens: 9, completionTokens: 2 },
    })
    assert.equal(attempts!.length, 1)
    const { stream: streams, stream_options, n } = request.body
    assert.deepEqual([streams, stream_options, n], [true, { include_usage: true }, undefined])
  })

  it('sends no setting that would change the distribution of tokens', async () => {
    await using model = await startModelServer()
    const bending = {
      systemPrompt: 'Be brief.',
      presencePenalty: 0.5,
      frequencyPenalty: 0.5,
      topP: 0.5,
      temperature: 1,
    }
    await relay(await openai({ baseUrl: model.url, ...bending }), { temperature: 0 })
    const { messages, presence_penalty, frequency_penalty, top_p, temperature } = model.requests[0]!.body
    assert.deepEqual(messages, hello)
    assert.deepEqual([presence_penalty, frequency_penalty, top_p, temperature], [undefined, undefined, undefined, 0])
  })

  const bending = { stop: ['x'], top_k: 5, min_p: 0.1 }
  for (const settings of [{ stop: ['x'], topK: 5, minP: 0.1, seed: 7 }, { extra: { ...bending, seed: 7 } }])
    it(`sends no stop, top_k and min_p, but the seed, of ${JSON.stringify(settings)}`, async () => {
      await using model = await startModelServer()
      await relay(await openai({ baseUrl: model.url, ...settings }))
      const { body } = model.requests[0]!
      assert.deepEqual(
        [...Object.keys(bending), 'seed'].filter(field => field in body),
        ['seed'],
      )
    })

  it('asks every endpoint for usage, whatever the extra table says', async () => {
    await using model = await startModelServer()
    await relay(await openai({ baseUrl: model.url, extra: { stream_options: { include_usage: false } } }))
    assert.deepEqual(model.requests[0]!.body.stream_options, { include_usage: true })
  })

  it('keeps the other stream options of the extra table', async () => {
    await using model = await startModelServer()
    await relay(await openai({ baseUrl: model.url, extra: { stream_options: { continuous_usage_stats: true } } }))
    assert.deepEqual(model.requests[0]!.body.stream_options, { continuous_usage_stats: true, include_usage: true })
  })

  it('leaves out refused parameters, as a prompt does', async () => {
    await using model = await startModelServer((response, request) =>
      'stream_options' in request.body
        ? answered(400, { error: { message: 'Unrecognized request argument supplied: stream_options' } })(
            response,
            request,
          )
        : sent(fine)(response, request),
    )
    const miner = await openai({ baseUrl: model.url })
    for (let count = 0; count < 2; count += 1) assert.equal((await relay(miner)).text, fine)
    assert.equal(model.requests.length, 3)
  })

  const emoji = event(chunk({ content: '\u{1f469}\u200d\u{1f4bb} déjà' }))
  const streams: [string, string | Buffer][] = [
    ['as OpenAI sends it', fine],
    ['with lines that end as on Windows', fine.replaceAll('\n', '\r\n')],
    ['with lines that end in carriage returns', fine.replaceAll('\n', '\r')],
    [
      'with comments, ids, names and empty lines',
      `: hi\n\n\n\nid: 7\nretry: 3\nevent: message\n${fine.replace(done, `: bye\n\n${done}`)}`,
    ],
    ['with a byte order mark', `\ufeff${fine}`],
    ['with odd spaces and fields', fine.replaceAll('data: ', 'data:').replace(done, 'x-odd: 1\ndata:[DONE]\n\n')],
    ['with characters of several bytes', emoji + fine],
    [
      'with bytes that are no text',
      Buffer.concat([Buffer.from(': '), Buffer.of(0xff, 0xfe, 0x80, 10, 10), Buffer.from(fine)]),
    ],
    ['with more after [DONE]', `${fine}: trailing\n\ndata: {"choi\n\n`],
    ['without [DONE]', fine.replace(done, '')],
    ['without a line end at its end', fine.trimEnd()],
    ['that is one event without a line end', event(chunk({ content: 'Hi' }, 'stop')).trimEnd()],
    ['with thoughts before its words', event(chunk({ reasoning_content: 'Hm' })) + fine],
  ]
  for (const [title, stream] of streams)
    for (const [how, cut] of [
      ['at once', (bytes: Buffer) => [bytes]],
      ['byte by byte', (bytes: Buffer) => [...bytes].map(byte => Buffer.of(byte))],
      ['in odd parts', (bytes: Buffer) => [bytes.subarray(0, 13), bytes.subarray(13, 200), bytes.subarray(200)]],
    ] as const)
      it(`yields a stream byte for byte: ${title}, ${how}`, async () => {
        const bytes = Buffer.from(stream)
        await using model = await startModelServer(sent(...cut(bytes)))
        const relayed = await relay(await openai({ baseUrl: model.url }))
        assert.deepEqual(relayed.bytes, bytes)
        assert.equal(relayed.outcome.finishReason, 'stop')
      })

  it('reports tool calls, and has logprobs in the bytes', async () => {
    const tool_calls = [{ index: 0, id: 'a', type: 'function', function: { name: 'clock', arguments: '{}' } }]
    const stream = deltas([{ tool_calls }], 'tool_calls')
    await using model = await startModelServer(sent(stream))
    const { text, outcome } = await relay(await openai({ baseUrl: model.url }), { tools: [{ name: 'clock' }] })
    assert.equal(text, stream)
    assert.deepEqual(outcome.toolCalls, [{ id: 'a', name: 'clock', arguments: '{}' }])
  })

  it('yields bytes as they come, even comments', async () => {
    const { promise: more, resolve: sayMore } = Promise.withResolvers<void>()
    await using model = await startModelServer(async response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event(chunk({ content: 'Hi' })))
      await more
      response.write(': still here\n\n')
    })
    const { body } = await (await openai({ baseUrl: model.url })).relay!({ messages: hello }, asked())
    const reading = body[Symbol.asyncIterator]()
    assert.match(String((await reading.next()).value), /Hi/)
    sayMore()
    assert.equal(String((await reading.next()).value), ': still here\n\n')
    await reading.return!()
    assert.deepEqual(await model.requests[0]!.over, { left: true })
  })

  it('ends where the stream marks its end, even if the server does not close it', async () => {
    await using model = await startModelServer(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(fine)
    })
    const began = performance.now()
    assert.equal((await relay(await openai({ baseUrl: model.url }))).text, fine)
    assertAtOnce(performance.now() - began)
  })

  it('decompresses a compressed stream', async () => {
    await using model = await startModelServer(faults()['gzip, streamed'])
    assert.match((await relay(await openai({ baseUrl: model.url }))).text, /Hello.* there.*\[DONE\]\n\n$/s)
  })

  describe('throws', () => {
    const said = event(chunk({ content: 'Hello' }))
    const stop = event(chunk({}, 'stop'))
    const broken: [string, string, 'ends' | 'breaks', string, string][] = [
      ['a break after the first word', '', 'breaks', 'MODEL_CUT', said],
      ['a break behind its reason, before [DONE]', stop, 'breaks', 'MODEL_CUT', said + stop],
      ['an end without reason and [DONE]', '', 'ends', 'MODEL_CUT', said],
      ['an end in the middle of an event', 'data: {"choi', 'ends', 'MODEL_CUT', `${said}data: {"choi`],
      ['a reason that is an error', event(chunk({}, 'error')), 'ends', 'MODEL_CUT', said + event(chunk({}, 'error'))],
      ['an error inside', event({ error: { message: 'out of memory' } }), 'ends', 'MODEL_FAILED', said],
      ['a garbage event', `data: {"choi\n\n${stop}${done}`, 'ends', 'MODEL_UNREADABLE', said],
    ]
    for (const [title, rest, how, code, text] of broken)
      it(`at ${title}, after the bytes before it`, async () => {
        const { promise: more, resolve: sayMore } = Promise.withResolvers<void>()
        await using model = await startModelServer(async response => {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write(said)
          await more
          await new Promise(resolve => response.write(rest, resolve))
          if (how === 'ends') response.end()
          else response.destroy()
        })
        const { body, outcome } = await (await openai({ baseUrl: model.url })).relay!({ messages: hello }, asked())
        const received: Uint8Array[] = []
        const reading = (async () => {
          for await (const bytes of body) {
            received.push(bytes)
            sayMore()
          }
        })()
        assert.equal((await refusal(reading)).code, code)
        assert.equal((await refusal(outcome)).code, code)
        assert.equal(Buffer.concat(received).toString(), text)
        assert.equal(model.requests.length, 1)
      })

    it('after too long a silence, comments or not', async () => {
      await using model = await startModelServer(async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(said)
        while (!response.destroyed) {
          response.write(': ping\n\n')
          await new Promise(resolve => setTimeout(resolve, 20))
        }
      })
      const miner = await openai({ baseUrl: model.url, idleTimeout: 800 })
      assert.equal((await refusal(relay(miner))).code, 'MODEL_STALLED')
    })

    it('at the deadline', async () => {
      await using model = await startModelServer(stalled(['Hello']))
      const miner = await openai({ baseUrl: model.url })
      assert.equal((await refusal(relay(miner, {}, { deadline: Date.now() + 200 }))).code, 'MODEL_TIMEOUT')
    })
  })

  describe('asks the next endpoint before the first byte', () => {
    const word = event(chunk({ role: 'assistant', content: '' }))
    const failures: [string, Behaviour, string][] = [
      ['refuses', answered(500), 'MODEL_FAILED'],
      ['is full', faults()['429 without a word on when'], 'MODEL_RATE_LIMITED'],
      ['breaks off behind the head', faults()['reset after the head'], 'MODEL_CUT'],
      [
        'tells an error inside, behind comments and its role',
        sent(': hi\n\n', word, event({ error: { message: 'no' } })),
        'MODEL_FAILED',
      ],
      ['says nothing', sent(word, event(chunk({}, 'stop')), done), 'MODEL_EMPTY'],
      ['has white space only', faults()['a blank answer'], 'MODEL_EMPTY'],
      [
        'calls a tool that it was not given',
        sent(deltas([{ tool_calls: [{ index: 0, id: 'a', function: { name: 'x' } }] }])),
        'MODEL_TOOL_CALL',
      ],
      ['sends no event', sent(done), 'MODEL_UNREADABLE'],
      ['sends a web page', answered(200, '<html>', { 'content-type': 'text/html' }), 'MODEL_UNREADABLE'],
      ['answers whole', answered(200, completion('Hi')), 'MODEL_UNSUPPORTED'],
      [
        'refuses to stream',
        answered(400, { error: { message: 'no', param: 'stream', code: 'unsupported_value' } }),
        'MODEL_UNSUPPORTED',
      ],
    ]
    for (const [title, behaviour, code] of failures)
      it(`when the first ${title}`, async () => {
        await using main = await startModelServer(behaviour)
        await using local = await startModelServer(sent(fine))
        const endpoints = [
          { name: 'main', baseUrl: main.url },
          { name: 'local', baseUrl: local.url },
        ]
        const { text, outcome } = await relay(await openai({ endpoints }))
        assert.equal(text, fine)
        assert.deepEqual(
          outcome.attempts!.map(({ endpoint, error }) => [endpoint, error]),
          [
            ['main', code],
            ['local', undefined],
          ],
        )
      })

    it('or the same one again, when there is no other', async () => {
      await using model = await startModelServer(faults(() => ['Hello'])['500 three times'])
      assert.match((await relay(await openai({ baseUrl: model.url }))).text, /Hello/)
      assert.equal(model.requests.length, 4)
    })

    it('when the first is silent, and the operator hedges', async () => {
      await using main = await startModelServer(stalled())
      await using local = await startModelServer(sent(fine))
      const endpoints = [
        { name: 'main', baseUrl: main.url },
        { name: 'local', baseUrl: local.url },
      ]
      const { text, outcome } = await relay(await openai({ endpoints, hedge: 500 }))
      assert.equal(text, fine)
      assert.deepEqual(
        outcome.attempts!.map(({ error }) => error),
        ['HEDGE_LOST', undefined],
      )
      assert.deepEqual(await main.requests[0]!.over, { left: true })
    })

    it('and counts for and against its health', async () => {
      await using model = await startModelServer(answered(500))
      const miner = (await openai({ baseUrl: model.url })) as OpenAIMiner
      await refusal(relay(miner, {}, { deadline: Date.now() + 1_500 }))
      assert.notEqual(miner.health()[0]!.failures, 0)
      model.behaviour = sent(fine)
      await relay(miner)
      assert.equal(miner.health()[0]!.failures, 0)
    })
  })

  it('fails with the attempts when every endpoint fails', async () => {
    await using model = await startModelServer(faults()['wrong key'])
    const { code, attempts } = await refusal(relay(await openai({ baseUrl: model.url })))
    assert.equal(code, 'MODEL_KEY_REFUSED')
    assert.equal(attempts!.length, 1)
  })

  it('refuses a completions API', async () => {
    const { code, reason } = await refusal(relay(await openai({ api: 'completions', apiKey: 'sk-test-123' })))
    assert.deepEqual([code, reason], ['MODEL_UNSUPPORTED', 'unsupported'])
  })

  for (const [title, leave] of [
    ['while it reads', async () => {}],
    ['while it does not', async (reading: Promise<unknown>) => void (await reading)],
  ] as const)
    it(`ends its call at once when the caller leaves, ${title}`, async () => {
      await using model = await startModelServer(stalled(['Hello']))
      const leaving = new AbortController()
      const miner = await openai({ baseUrl: model.url })
      const { body, outcome } = await miner.relay!({ messages: hello }, asked({ signal: leaving.signal }))
      const reading = body[Symbol.asyncIterator]()
      await leave(reading.next())
      const left = performance.now()
      leaving.abort(new Error('gone'))
      assert.deepEqual(await model.requests[0]!.over, { left: true })
      assertAtOnce(performance.now() - left)
      await assert.rejects(outcome, /gone/)
    })

  it('ends its call at once when the caller leaves before the first byte', async () => {
    await using model = await startModelServer(stalled())
    const leaving = new AbortController()
    const relaying = relay(await openai({ baseUrl: model.url }), {}, { signal: leaving.signal })
    const { over } = await model.arrived(0)
    const left = performance.now()
    leaving.abort(new Error('gone'))
    await assert.rejects(relaying, /gone/)
    assert.deepEqual(await over, { left: true })
    assertAtOnce(performance.now() - left)
  })

  it('waits for a slow reader', async () => {
    let sentBytes = 0
    const piece = event(chunk({ content: 'x'.repeat(10_000) }))
    await using model = await startModelServer(async response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      while (!response.destroyed && sentBytes < 30_000_000) {
        sentBytes += piece.length
        await new Promise(resolve => response.write(piece, resolve))
      }
    })
    const { body } = await (await openai({ baseUrl: model.url })).relay!({ messages: hello }, asked())
    const reading = body[Symbol.asyncIterator]()
    await reading.next()
    await new Promise(resolve => setTimeout(resolve, 200))
    assert.ok(sentBytes < 20_000_000, `${sentBytes} bytes were taken from the model`)
    await reading.return!()
    assert.deepEqual(await model.requests[0]!.over, { left: true })
  })

  it('shares its bytes with relays of the same question, but not with prompts', async () => {
    await using model = await startModelServer(sent(fine))
    const miner = await openai({ baseUrl: model.url, shareIdentical: true })
    const prompt = async () => {
      const words: unknown[] = []
      for await (const word of miner.prompt({ messages: hello }, asked())) words.push(word)
      return words.join('')
    }
    const [one, other, words] = await Promise.all([relay(miner), relay(miner), prompt()])
    assert.deepEqual([one.text, other.text, words], [fine, fine, 'Hello there'])
    assert.equal(model.requests.length, 2)
  })
})
