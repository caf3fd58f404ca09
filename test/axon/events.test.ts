import assert from 'node:assert/strict'
import {
  type ConversationRecord,
  type EndedRequest,
  observe,
  type RequestEvents,
  type RequestRecord,
  type RequestTimes,
} from '#dist/axon/events.js'
import type { Axon } from '#dist/axon/serve-axon.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { MemoryStore } from '#dist/store/memory-store.js'
import { alice, bytesOf, send, signedRequest } from '../support/signed-request.ts'
import { HeldMiner, startAxon } from '../support/start-axon.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { startStream } from './start-stream.ts'
import { told } from './told.ts'

const events = ['refused', 'started', 'firstToken', 'answered', 'failed', 'cancelled'] as const
type Told = { [Event in keyof RequestEvents]: { event: Event; record: RequestEvents[Event] } }[keyof RequestEvents]

/** Writes down all that is told of that axon, until it is disposed. */
function listenIn({ id }: Pick<Axon, 'id'>): { told: Told[]; next(): Promise<Told> } & Disposable {
  const told: Told[] = []
  let more = Promise.withResolvers<Told>()
  const fail = (error: unknown) => {
    throw error
  }
  const ends = events.map(event =>
    observe(
      event,
      record => {
        if (record.axon !== id) return
        told.push({ event, record } as Told)
        more.resolve({ event, record } as Told)
        more = Promise.withResolvers()
      },
      fail,
    ),
  )
  return { told, next: () => more.promise, [Symbol.dispose]: () => ends.forEach(end => void end()) }
}

function assertRecord(record: RequestRecord, expected: Partial<RequestRecord>): void {
  assert.match(record.id, /^[0-9a-f-]{36}$/)
  assert.ok(record.ms >= 0 && record.ms < 60_000)
  assert.ok(Math.abs(record.arrivedAt - Date.now()) < 60_000)
  assert.partialDeepStrictEqual(record, { address: '127.0.0.1', synapse: 'Prompting', ...expected })
}

/** Checks that the request reached exactly these points, one after the other, and ended after `ms`. */
function assertTimes({ times, ms }: EndedRequest, points: readonly (keyof RequestTimes)[]): void {
  const reached = Object.entries(times).filter(([, at]) => at !== undefined)
  assert.deepEqual(
    reached.map(([point]) => point),
    points,
  )
  const instants = reached.map(([, at]) => at as number)
  assert.deepEqual(
    instants,
    instants.toSorted((a, b) => a - b),
  )
  assert.ok(instants[0]! >= 0)
  assert.equal(times.done, ms)
}

const words = { prompt: 'the prompt nobody may read', answer: 'the answer nobody may read' }
const wanted = { fields: { roles: ['user'], messages: [words.prompt] } }

function assertDiscreet({ told }: { told: Told[] }): void {
  const text = JSON.stringify(told)
  for (const secret of [words.prompt, words.answer, 'bt_header', '0x']) assert.ok(!text.includes(secret), secret)
}

describe('channels', () => {
  realSockets()

  it('tell of an answer: started, firstToken, answered', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    using ear = listenIn(axon)
    const reply = send(axon.url, signedRequest(wanted))
    const held = await miner.next()
    held.answer(words.answer)
    await reply
    assert.deepEqual(
      ear.told.map(({ event }) => event),
      ['started', 'firstToken', 'answered'],
    )
    const proven = { axon: axon.id, id: held.asked.id, claimed: alice.address, hotkey: alice.address }
    for (const { record } of ear.told) assertRecord(record, proven)
    const [, , answered] = ear.told
    assert.partialDeepStrictEqual(answered?.record, {
      status: 200,
      outcome: { model: 'held', finishReason: 'stop' },
    })
    assertDiscreet(ear)
  })

  it('name the id that the reply has in a header', async () => {
    await using axon = await startAxon()
    for (const [event, text] of [
      ['answered', undefined],
      ['refused', 'forged'],
    ] as const) {
      const ended = told(axon, event)
      const { headers } = await send(axon.url, signedRequest({ ...wanted, ...(text && { text }) }))
      assert.equal(headers['x-request-id'], (await ended).id)
    }
    await using stream = await startStream()
    stream.talk.say('a')
    assert.equal((await stream.caller.head())!.headers['x-request-id'], stream.talk.asked.id)
  })

  it('name a hotkey that has proven itself, when its nonce cannot be spent', async () => {
    const nonces = new MemoryStore({ now: Date.now, perCaller: 1, inAll: 10 })
    await using axon = await startAxon({ nonces })
    const proven = { claimed: alice.address, hotkey: alice.address }
    assert.equal((await send(axon.url, signedRequest(wanted))).status, 200)
    const refused = told(axon, 'refused')
    assert.equal((await send(axon.url, signedRequest(wanted))).status, 429)
    assert.partialDeepStrictEqual(await refused, { code: 'TOO_MANY_NONCES', ...proven })
    const forged = told(axon, 'refused')
    await send(axon.url, signedRequest({ text: 'forged' }))
    assert.partialDeepStrictEqual(await forged, { code: 'NOT_VERIFIED', ...proven, hotkey: null })
  })

  it('tell of a stream: its first token, its pieces, what it cost', async () => {
    await using stream = await startStream()
    using ear = listenIn(stream.axon)
    const end = told(stream.axon, 'answered')
    stream.talk.say(words.answer, ' ', 'x'.repeat(2_000))
    const usage = { promptTokens: 9, completionTokens: 2 }
    const attempts = [{ endpoint: 'main', model: 'm', ms: 5 }]
    stream.talk.end({ usage, attempts })
    await stream.caller.head()
    await stream.caller.chunks()
    await end
    assert.deepEqual(
      ear.told.map(({ event }) => event),
      ['firstToken', 'answered'],
    )
    const { record } = ear.told[1] as Told & { event: 'answered' }
    assertRecord(record, { hotkey: alice.address, synapse: 'StreamPromptingSynapse' })
    assert.partialDeepStrictEqual(record, {
      status: 200,
      pieces: 4,
      outcome: { model: 'talking', finishReason: 'stop', usage, attempts },
    })
    assertTimes(record, ['claimed', 'verified', 'placed', 'firstToken', 'done'])
    assert.equal('partial' in record, false)
    assertDiscreet(ear)
  })

  it('tell how far a stream came that failed, or whose caller left', async () => {
    for (const event of ['failed', 'cancelled'] as const) {
      await using stream = await startStream()
      const end = told(stream.axon, event)
      stream.talk.say(words.answer, ' ')
      await stream.caller.head()
      for (const _ of [1, 2]) await stream.caller.chunk()
      if (event === 'failed') stream.talk.fail(new NoAnswer('upstream', 'cut'))
      else stream.caller.socket.end()
      const record = await end
      assert.deepEqual([record.pieces, record.outcome], [2, undefined])
      assertTimes(record, ['claimed', 'verified', 'placed', 'firstToken', 'done'])
    }
  })

  it('tell how far a request came that was refused', async () => {
    await using axon = await startAxon()
    const cases = [
      [signedRequest({ text: 'forged' }), ['claimed', 'done']],
      [{ ...signedRequest(wanted), body: '{}' }, ['claimed', 'verified', 'done']],
    ] as const
    for (const [request, points] of cases) {
      const refused = told(axon, 'refused')
      await send(axon.url, request)
      assertTimes(await refused, points)
    }
    const lost = told(axon, 'refused')
    await fetch(new URL('/nowhere', axon.url))
    assertTimes(await lost, ['done'])
  })

  it('tell the conversation, before the end of its request, while somebody listens', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    const order: string[] = []
    const stops = (['conversation', 'answered'] as const).map(event =>
      observe(event, record => record.axon === axon.id && order.push(event), assert.ifError),
    )
    const conversation = told(axon, 'conversation')
    const reply = send(axon.url, signedRequest(wanted))
    const held = await miner.next()
    held.answer('é'.repeat(200_000))
    await reply
    for (const stop of stops) stop()
    const { id, question, answer, isTruncated, toolCalls } = await conversation
    assert.deepEqual([order, id], [['conversation', 'answered'], held.asked.id])
    assert.deepEqual(question.messages, [{ role: 'user', content: words.prompt }])
    assert.deepEqual([answer, isTruncated, toolCalls], ['é'.repeat(131_072), true, []])
  })

  it('tell the conversation of a stream whose caller left, as far as it came', async () => {
    const heard: ConversationRecord[] = []
    const stop = observe('conversation', record => heard.push(record), assert.ifError)
    await using stream = await startStream()
    const cancelled = told(stream.axon, 'cancelled')
    stream.talk.say('so ', 'far ')
    await stream.caller.head()
    for (const _ of [1, 2]) await stream.caller.chunk()
    stream.caller.socket.end()
    const { id } = await cancelled
    stop()
    const ours = heard.filter(({ axon }) => axon === stream.axon.id)
    assert.deepEqual(
      ours.map(record => [record.id, record.answer, record.isTruncated]),
      [[id, 'so far ', false]],
    )
  })

  it('tell of no attempt that is none', async () => {
    await using stream = await startStream()
    const answered = told(stream.axon, 'answered')
    const attempt = { endpoint: 'main', model: 'm', ms: 5 }
    for (const tried of [null, { ...attempt, ms: '5' }, attempt]) stream.talk.asked.onAttempt!(tried as typeof attempt)
    stream.talk.say('a')
    stream.talk.end()
    assert.deepEqual((await answered).attempts, [attempt])
  })

  it('tell of a ping, for which no miner was asked', async () => {
    await using axon = await startAxon()
    using ear = listenIn(axon)
    await send(axon.url, signedRequest({ synapse: 'Synapse', fields: {} }))
    assert.deepEqual(
      ear.told.map(({ event }) => event),
      ['started', 'answered'],
    )
    assert.equal(ear.told[1]?.record.synapse, 'Synapse')
    assert.equal('outcome' in ear.told[1]!.record, false)
  })

  it('tell of a refusal what was claimed, and that nothing was proven', async () => {
    await using axon = await startAxon()
    using ear = listenIn(axon)
    await send(axon.url, signedRequest({ ...wanted, text: 'forged' }))
    const [{ event, record }, ...others] = ear.told as [Told]
    assert.equal(others.length, 0)
    assert.equal(event, 'refused')
    assertRecord(record, { axon: axon.id, claimed: alice.address, hotkey: null })
    const reason = 'Not Verified with error: Signature mismatch'
    assert.partialDeepStrictEqual(record, { status: 401, code: 'NOT_VERIFIED', reason })
    assertDiscreet(ear)
  })

  it('tell of a refusal after the proof who was proven', async () => {
    await using axon = await startAxon()
    using ear = listenIn(axon)
    const sent = signedRequest(wanted)
    await send(axon.url, { ...sent, body: '{}' })
    assert.equal(ear.told[0]?.event, 'refused')
    assertRecord(ear.told[0].record, { hotkey: alice.address })
    assert.partialDeepStrictEqual(ear.told[0].record, { status: 400, code: 'MALFORMED' })
  })

  it('name what a validator of another dialect asked for, and the hotkey that it claims', async () => {
    await using axon = await startAxon()
    using ear = listenIn(axon)
    const { headers } = signedRequest()
    await send(axon.url, { ...signedRequest(), path: `/${'Nope'.repeat(30)}`, headers })
    assert.equal(ear.told[0]?.event, 'refused')
    assertRecord(ear.told[0].record, { synapse: 'Nope'.repeat(16), claimed: alice.address, hotkey: null })
  })

  it('tell of input that is not HTTP', async () => {
    await using axon = await startAxon()
    using ear = listenIn(axon)
    using connection = await RawConnection.open(axon.port)
    await connection.write('\u0016\u0003\u0001\u0002\u0000\r\n\r\n').reply()
    assert.equal(ear.told[0]?.event, 'refused')
    assertRecord(ear.told[0].record, { synapse: '', claimed: null, hotkey: null })
    assert.partialDeepStrictEqual(ear.told[0].record, { status: 400, code: 'MALFORMED' })
  })

  it('tell of a head that claims nothing', async () => {
    await using axon = await startAxon()
    using ear = listenIn(axon)
    await fetch(`${axon.url}/Nope`)
    assert.equal(ear.told[0]?.event, 'refused')
    assertRecord(ear.told[0].record, { synapse: 'Nope', claimed: null, hotkey: null })
    assert.partialDeepStrictEqual(ear.told[0].record, { status: 404, code: 'UNKNOWN_SYNAPSE' })
  })

  it('say nothing of a question for health', async () => {
    await using axon = await startAxon()
    using ear = listenIn(axon)
    await fetch(`${axon.url}/healthz`)
    assert.deepEqual(ear.told, [])
  })

  it('tell of a failure what was thrown, which the caller is not told', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    for (const [error, status, code] of [
      [new Error('broken'), 500, 'INTERNAL'],
      [new NoAnswer('busy', 'the key is used up'), 429, 'BUSY'],
    ] as const) {
      using ear = listenIn(axon)
      const reply = send(axon.url, signedRequest(wanted))
      const held = await miner.next()
      held.fail(error)
      const got = await reply
      assert.deepEqual(
        ear.told.map(({ event }) => event),
        ['started', 'failed'],
      )
      const { record } = ear.told[1] as Told & { event: 'failed' }
      assert.equal(record.error, error)
      assert.partialDeepStrictEqual(record, { status, code, hotkey: alice.address, id: held.asked.id })
      if (code === 'INTERNAL') assert.equal(got.json.message, `Internal Server Error #${record.id}`)
      assertDiscreet(ear)
    }
  })

  it('tell of an answer that came too late as a failure', async () => {
    await using axon = await startAxon({ miner: new HeldMiner() })
    using ear = listenIn(axon)
    await send(axon.url, signedRequest({ ...wanted, timeout: '1.0' }))
    assert.deepEqual(
      ear.told.map(({ event }) => event),
      ['started', 'failed'],
    )
    assert.partialDeepStrictEqual(ear.told[1]?.record, { status: 504, code: 'DEADLINE' })
  })

  it('tell of a caller who left', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    using ear = listenIn(axon)
    using connection = await RawConnection.open(axon.port)
    connection.write(bytesOf(signedRequest(wanted)))
    await miner.next()
    const next = ear.next()
    connection.socket.destroy()
    const { event, record } = await next
    assert.equal(event, 'cancelled')
    assertRecord(record, { hotkey: alice.address })
    assertDiscreet(ear)
  })

  it('tell of an error that nobody foresaw, before the miner was asked, as a failure', async () => {
    const error = new Error('a rule is broken')
    const rule = () => {
      throw error
    }
    await using axon = await startAxon({ rules: [rule] })
    using ear = listenIn(axon)
    await send(axon.url, signedRequest(wanted))
    assert.equal(ear.told[0]?.event, 'failed')
    assert.equal(ear.told[0].record.error, error)
  })

  it('survive a subscriber that throws, which goes to its own handler', async () => {
    await using axon = await startAxon()
    const error = new Error('observer')
    const caught: unknown[] = []
    const ends = events.map(event =>
      observe(
        event,
        record => {
          if (record.axon === axon.id) throw error
        },
        thrown => caught.push(thrown),
      ),
    )
    using ear = listenIn(axon)
    assert.equal((await send(axon.url, signedRequest())).status, 200)
    assert.equal((await fetch(`${axon.url}/Nope`)).status, 404)
    for (const end of ends) end()
    assert.deepEqual(caught, [error, error, error, error])
    assert.equal(ear.told.length, 4)
  })

  it('say nothing to one who has stopped listening', async () => {
    await using axon = await startAxon()
    const ear = listenIn(axon)
    ear[Symbol.dispose]()
    await send(axon.url, signedRequest())
    assert.deepEqual(ear.told, [])
  })
})
