import assert from 'node:assert/strict'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { denyList } from '#dist/policy/lists.js'
import { alice, bytesOf, send, signedRequest } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { assertAlive, assertRefused } from './assert-refused.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { startStream, streamRequest } from './start-stream.ts'

describe('a stream', () => {
  realSockets()

  for (const synapse of ['StreamPrompting', 'StreamPromptingSynapse']) {
    it(`12.1-50: sends each piece of ${synapse} when it is there, as it is, after a head that says Success`, async () => {
      await using stream = await startStream({ wanted: { synapse } })
      const { caller, talk } = stream
      talk.say('Hel')
      const head = await caller.head()
      assert.equal(head?.status, 200)
      assert.partialDeepStrictEqual(head.headers, {
        name: synapse,
        timeout: '12.0',
        'content-type': 'text/event-stream',
        'Transfer-Encoding': 'chunked',
        bt_header_axon_status_code: '200',
        bt_header_axon_status_message: 'Success',
        bt_header_dendrite_hotkey: alice.address,
      })
      assert.ok(Number(head.headers.bt_header_axon_process_time) > 0)
      assert.equal(head.headers['content-length'], undefined)
      assert.equal(String(await caller.chunk()), 'Hel')
      for (const piece of ['lo ', 'wörld\n', 'end']) {
        talk.say(piece)
        assert.equal(String(await caller.chunk()), piece)
      }
      talk.end()
      assert.deepEqual(await caller.chunks(), { chunks: [], isWhole: true })
      assert.equal(stream.miner.open, 0)
    })
  }

  it('12.1-51: refuses a blacklisted key with JSON', async () => {
    await using axon = await startAxon({ rules: [denyList([alice.address])] })
    assertRefused(await send(axon.url, streamRequest()), 403, /^Forbidden\. Key is blacklisted: /)
  })

  it('keeps the connection for the next question', async () => {
    await using stream = await startStream()
    stream.talk.say('one')
    stream.talk.end()
    assert.equal((await stream.caller.head())?.status, 200)
    assert.equal((await stream.caller.chunks()).isWhole, true)
    stream.caller.write(bytesOf(signedRequest()))
    const second = await stream.miner.next()
    second.say('two')
    second.end()
    assert.equal((await stream.caller.reply())?.json.completion, 'two')
  })

  it('begins with the first word: white space before it waits, and comes with it', async () => {
    await using stream = await startStream()
    stream.talk.say('', ' ', '\n')
    await new Promise(setImmediate)
    assert.equal(stream.caller.rest, '')
    stream.talk.say('a', '', ' ', 'b')
    stream.talk.end()
    await stream.caller.head()
    const { chunks } = await stream.caller.chunks()
    assert.deepEqual(chunks.map(String), [' \na', ' ', 'b'])
  })

  for (const [what, error, status, message] of [
    ['has no answer', new NoAnswer('upstream', 'sk-secret'), 502, 'The model behind this miner failed'],
    ['is busy', new NoAnswer('busy', 'sk-secret'), 429, 'Busy, try again later'],
    ['breaks', new Error('sk-secret'), 500, /^Internal Server Error #[0-9a-f-]{36}$/],
  ] as const) {
    it(`is an honest refusal in JSON when the miner ${what} before the first word`, async () => {
      await using stream = await startStream()
      stream.talk.say(' ')
      stream.talk.fail(error)
      assertRefused(await stream.caller.reply(), status, message)
    })
  }

  for (const pieces of [[], [''], [' ', '\n\t']]) {
    it(`is a 502 in JSON when all that is said is ${JSON.stringify(pieces)}`, async () => {
      await using stream = await startStream()
      stream.talk.say(...pieces)
      stream.talk.end()
      assertRefused(await stream.caller.reply(), 502, 'The model behind this miner failed')
    })
  }

  it('is a 504 in JSON when the deadline passes before the first word', async () => {
    await using stream = await startStream({ wanted: { timeout: '1.0' } })
    assertRefused(await stream.caller.reply(), 504, 'No answer within 1.0s')
    assert.equal(stream.talk.asked.signal.aborted, true)
  })

  it('is refused when its conversation does not fit', async () => {
    await using axon = await startAxon()
    const fields = { roles: ['user', 'user'], messages: ['one'] }
    assertRefused(await send(axon.url, streamRequest({ fields })), 400, /as many messages as roles, not \d+ for \d+/)
  })

  it('finds no room when all places are taken by streams, and room again when one ends', async () => {
    await using stream = await startStream()
    stream.talk.say('a')
    await stream.caller.head()
    assertRefused(await send(stream.axon.url, streamRequest()), 503, 'Too many requests are waiting')
    stream.talk.end()
    assert.equal((await stream.caller.chunks()).isWhole, true)
    const next = send(stream.axon.url, streamRequest())
    const talk = await stream.miner.next()
    talk.say('b')
    talk.end()
    assert.equal((await next).text, 'b')
  })

  it('is finished while the axon drains', async () => {
    await using stream = await startStream()
    stream.talk.say('a')
    await stream.caller.head()
    const drained = stream.axon.drain(5_000)
    assert.equal((await send(stream.axon.url, streamRequest())).status, 503)
    stream.talk.say('b')
    stream.talk.end()
    const { chunks, isWhole } = await stream.caller.chunks()
    assert.deepEqual([chunks.map(String), isWhole], [['a', 'b'], true])
    assert.equal(await drained, true)
  })

  it('is one of many at once, none of which loses a byte', async () => {
    const text = (of: number) => Array.from({ length: 20 }, (_, at) => `${of}:${at} 👋`)
    await using axon = await startAxon({
      concurrency: 50,
      queue: 0,
      miner: {
        async *prompt({ messages }) {
          for (const piece of text(Number(messages[0]!.content))) {
            yield piece
            await new Promise(setImmediate)
          }
          return { model: 'm', finishReason: 'stop' }
        },
      },
    })
    const ask = (of: number) => send(axon.url, streamRequest({ fields: { roles: ['user'], messages: [String(of)] } }))
    const replies = await Promise.all(Array.from({ length: 50 }, (_, of) => ask(of)))
    for (const [of, reply] of replies.entries()) assert.equal(reply.text, text(of).join(''))
  })

  it('waits for its turn behind another answer on its connection', async () => {
    await using stream = await startStream({ concurrency: 2, limits: { writeMs: 100 } })
    stream.caller.write(bytesOf(streamRequest()))
    const second = await stream.miner.next()
    second.say('c', 'd')
    second.end()
    await new Promise(resolve => setTimeout(resolve, 200))
    assert.equal(stream.caller.rest, '')
    assert.equal(second.taken, 1)
    stream.talk.say('a', 'b')
    stream.talk.end()
    for (const words of [
      ['a', 'b'],
      ['c', 'd'],
    ]) {
      assert.equal((await stream.caller.head())?.status, 200)
      assert.deepEqual((await stream.caller.chunks()).chunks.map(String), words)
    }
  })

  it('has no frames for a caller of HTTP/1.0: its end is that of the connection', async () => {
    await using axon = await startAxon()
    using caller = await RawConnection.open(axon.port)
    caller.write(bytesOf(streamRequest()).toString('latin1').replace('HTTP/1.1', 'HTTP/1.0'))
    await caller.closed
    assert.match(caller.rest, /\r\n\r\necho: hi$/)
    await assertAlive(axon)
  })
})
