import assert from 'node:assert/strict'
import { gittensor } from '#dist/dialects/gittensor.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { hashVersions } from '#dist/plugin/route-fields.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import { assertRefused } from '../axon/assert-refused.ts'
import { RawConnection } from '../axon/raw-connection.ts'
import { realSockets } from '../axon/real-sockets.ts'
import { told } from '../axon/told.ts'
import { sdk } from '../support/sdk.ts'
import { bytesOf, signedRequest, type Wanted } from '../support/signed-request.ts'
import { Clock } from '../support/start-axon.ts'
import { tree } from '../wires/fixture.ts'
import { startDialect } from './start-dialect.ts'

const { synapses, ...about } = gittensor(sdk)
const { InferenceSynapse } = synapses
const [hashed, withRelease] = hashVersions(InferenceSynapse!)
const { example } = InferenceSynapse!

const chunk = (rest: object) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1756400000, model: 'qwen3.6-35b-a3b', ...rest })}\n\n`
const logprobs = { content: [{ token: 'é', logprob: -0.01, bytes: [195, 169] }] }
const events = [
  ': first a comment, \ud83d\ude00\n\n',
  chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'é' }, logprobs, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  chunk({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21, ttft_ms: 26.0 } }),
  'data: [DONE]\n\n',
]
const stream = Buffer.concat([Buffer.from(events.join('')), Buffer.from([0xff, 0xfe, 0])])

function* cutInto(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('gittensor', () => {
  realSockets()

  const start = (options = {}) => startDialect(gittensor, { queue: 8, ...options })
  type Started = Awaited<ReturnType<typeof start>>

  const request = (change: Record<string, unknown> = {}, wanted: Wanted = {}) =>
    bytesOf(
      signedRequest({ synapse: 'InferenceSynapse', fields: { ...example, ...change }, hashed: hashed!, ...wanted }),
    )

  /** The reply to a question that is refused before a byte of it is sent. */
  async function refused({ axon }: Started, change = {}, wanted: Wanted = {}) {
    using caller = await RawConnection.open(axon.port)
    return await caller.write(request(change, wanted)).reply()
  }

  /** The whole stream, or what came of it. */
  async function streamed({ axon }: Started, change = {}, wanted: Wanted = {}) {
    using caller = await RawConnection.open(axon.port)
    const head = await caller.write(request(change, wanted)).head()
    const { chunks, isWhole } = await caller.chunks()
    return { head, bytes: Buffer.concat(chunks), isWhole }
  }

  it('warns that pay needs more than a language model', () => {
    assert.match(about.caveat!, /not paid/)
    assert.deepEqual(about.needs, ['relay', 'logprobs'])
  })

  it('hashes what validators hash', () => {
    const model_id = 'qwen3.6-35b-a3b'
    const hash = (fields: object, version = hashed!) => bodyHash(tree(JSON.stringify(fields)), version, '15.0')
    assert.equal(hash(example), '709ee5e806074fafa003e6517e906b0e2b57edfaec28262adcc6f9bee71b4baa')
    const messages = [
      { role: 'system', content: 'It\'s a "test"' },
      { role: 'user', content: 'naïve\n' },
    ]
    const defaults = 'f1338144e404e91fd637cd2f785e15b851b50ff3fb228debc6a2bce8e9da4e4f'
    assert.equal(hash({ messages, model_id, max_tokens: 64, logprobs: false }), defaults)
    assert.equal(hash({ messages, model_id }), defaults)
    assert.equal(hash({ messages, model_id }, withRelease), hash({ messages, model_id, release_id: null }, withRelease))
  })

  it('asks the model for what a validator compares with its reference', async () => {
    await using started = await start()
    started.miner.relays = () => [stream]
    await streamed(started)
    await streamed(started, { logprobs: false, max_tokens: 5_000 })
    await streamed(started, { max_tokens: 0 })
    const { messages, model_id: model } = example
    const question = { messages, model, temperature: 0 }
    assert.deepEqual(started.miner.questions, [
      { ...question, maxTokens: 64, logprobs: { top: 1 } },
      { ...question, maxTokens: 1024 },
      { ...question, maxTokens: 1, logprobs: { top: 1 } },
    ])
  })

  for (const size of [1, 7, 100, stream.length])
    it(`relays byte for byte a stream in pieces of ${size}`, async () => {
      await using started = await start()
      started.miner.relays = () => cutInto(stream, size)
      const { head, bytes, isWhole } = await streamed(started)
      assert.equal(head!.status, 200)
      assert.equal(head!.headers['content-type'], 'text/event-stream')
      assert.equal(head!.headers.bt_header_axon_status_code, '200')
      assert.ok(bytes.equals(stream))
      assert.ok(isWhole)
    })

  it('accepts a body whose hash includes the release', async () => {
    await using started = await start()
    started.miner.relays = () => [stream]
    const { head } = await streamed(started, { release_id: 'r7' }, { hashed: withRelease! })
    assert.equal(head!.status, 200)
  })

  it('refuses at once, with a text that validators treat as neutral, when all places are taken', async () => {
    await using started = await start({ concurrency: 1 })
    const end = Promise.withResolvers<void>()
    started.miner.relays = async function* () {
      yield Buffer.from(events.slice(0, 2).join(''))
      await end.promise
    }
    using first = await RawConnection.open(started.axon.port)
    await first.write(request()).head()
    assertRefused(await refused(started), 403, 'busy: all backend slots in use')
    end.resolve()
    assert.equal((await first.chunks()).isWhole, true)
    assert.equal((await streamed(started)).head!.status, 200)
  })

  const failures = [
    ['is busy', new NoAnswer('busy', 'told to wait'), 403, 'busy: all backend slots in use'],
    ['finds the conversation too long', new NoAnswer('tooLong', 'too long'), 413, /too long/],
    ['fails', new NoAnswer('upstream', 'no'), 502, /failed/],
  ] as const
  for (const [what, error, status, text] of failures)
    it(`refuses with ${status} when the model ${what}`, async () => {
      await using started = await start()
      started.miner.relays = () => {
        throw error
      }
      assertRefused(await refused(started), status, text)
    })

  it('cuts a stream that fails in the middle: it has no end and no [DONE]', async () => {
    await using started = await start()
    const begun = Buffer.from(events.slice(0, 2).join(''))
    started.miner.relays = async function* () {
      yield begun
      throw new NoAnswer('upstream', 'broke off')
    }
    const { head, bytes, isWhole } = await streamed(started)
    assert.equal(head!.status, 200)
    assert.ok(bytes.equals(begun))
    assert.equal(isWhole, false)
  })

  it('refuses before the first byte when another model answers, and logs it', async () => {
    await using started = await start()
    started.miner.relays = () => cutInto(Buffer.from(events.join('').replaceAll('qwen3.6-35b-a3b', 'tiny')), 10)
    const failed = told(started.axon, 'failed')
    assertRefused(await refused(started), 501, 'This miner cannot do that')
    const { plugin, error } = await failed
    assert.equal(plugin, 'gittensor')
    assert.ok(error instanceof NoAnswer)
    assert.equal(error.code, 'OTHER_MODEL')
    assert.equal(error.message, 'the validator asks for qwen3.6-35b-a3b, but tiny answers')
  })

  for (const [what, bytes] of [
    ['has lines that validators do not split', events.join('').replaceAll('\n', '\r\n')],
    ['is an error', 'data: {"error": {"message": "sk-secret"}}\n\ndata: null\n\ndata: [DONE]\n\n'],
    ['is nothing', ''],
    ['says only comments', ':\n\n'.repeat(1024 * 1024)],
    ['never ends an event', `data: ${'a'.repeat(2 * 1024 * 1024)}`],
  ] as const)
    it(`refuses a stream that ${what}`, async () => {
      await using started = await start()
      started.miner.relays = () => cutInto(Buffer.from(bytes), 64 * 1024)
      const failed = told(started.axon, 'failed')
      assertRefused(await refused(started), 502, 'The model behind this miner failed')
      assert.equal(((await failed).error as NoAnswer).code, 'NO_MODEL_NAMED')
    })

  for (const [what, change] of [
    ['no messages', { messages: [] }],
    ['a role that nobody knows', { messages: [{ role: 'wizard', content: 'a' }] }],
    ['a count of tokens that is none', { max_tokens: '64' }],
    ['a name of a model without end', { model_id: 'a'.repeat(257) }],
  ] as const)
    it(`refuses ${what} with 400`, async () => {
      await using started = await start()
      assert.equal((await refused(started, change))!.status, 400)
      assert.deepEqual(started.miner.questions, [])
    })

  it('charges a caller that the operator did not allow by name the body’s tokens, of 50,000 in a tempo', async () => {
    const clock = new Clock()
    await using started = await start({ now: clock.now, rules: [] })
    started.miner.relays = () => [stream]
    const ask = () => streamed(started, { max_tokens: 2_000_000 }, { nonce: clock.nonce() })
    for (let at = 0; at < 48; at++) assert.equal((await ask()).head!.status, 200, `question ${at}`)
    const got = await refused(started, { max_tokens: 1024 }, { nonce: clock.nonce() })
    assertRefused(got, 403, 'the token budget of this hotkey is used up')
    const smaller = await streamed(started, { max_tokens: 64 }, { nonce: clock.nonce() })
    assert.equal(smaller.head!.status, 200)
    clock.ms += 360 * 12_000
    assert.equal((await ask()).head!.status, 200)
  })

  it('answers attestation with the error that there is no sidecar', async () => {
    await using started = await start()
    const { status, json } = await started.ask('AttestSynapse', { seed: 7, iters: 1, fill: true })
    assert.equal(status, 200)
    assert.partialDeepStrictEqual(json, { seed: 7, fill: true, error: 'no attest_url on the release' })
  })
})
