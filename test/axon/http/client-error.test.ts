import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { bytesOf, headOf, send, signedRequest } from '../../support/signed-request.ts'
import { HeldMiner, startAxon } from '../../support/start-axon.ts'
import { assertAlive, assertRefused } from '../assert-refused.ts'
import { RawConnection } from '../raw-connection.ts'
import { realSockets } from '../real-sockets.ts'
import { assertLeft, startStream } from '../start-stream.ts'

const TUNNEL = 'CONNECT 127.0.0.1:80 HTTP/1.1\r\nhost: x\r\n\r\n'

describe('bad http', () => {
  realSockets()

  for (const [title, bytes] of [
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['noise', Buffer.from('\0\x01\x02\xff\xfe\r\n\r\n', 'latin1')],
    ['SSH', 'SSH-2.0-OpenSSH_9.7\r\n'],
    ['a method that there is not', 'FETCH / HTTP/1.1\r\n\r\n'],
    ['a space in a header name', 'GET / HTTP/1.1\r\nbad name: x\r\n\r\n'],
    ['two lengths', 'POST /Prompting HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    ['a length and chunks', 'POST /Prompting HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['a length that is no number', 'POST /Prompting HTTP/1.1\r\ncontent-length: -1\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ] as const) {
    it(`answers ${title} with 400 and closes`, async () => {
      await using axon = await startAxon()
      using connection = await RawConnection.open(axon.port)
      assertRefused(await connection.write(bytes).reply(), 400, 'This is not HTTP')
      await connection.closed
      assert.equal(connection.rest, '')
      await assertAlive(axon)
    })
  }

  for (const pieces of [1, 4, 100]) {
    it(`answers headers of 100 kB, sent in ${pieces}, with 431 in the form of all refusals`, async () => {
      await using axon = await startAxon()
      const sent = signedRequest({ headers: { padding: 'x'.repeat(100_000) } })
      const bytes = bytesOf(sent)
      using connection = await RawConnection.open(axon.port)
      const size = Math.ceil(bytes.length / pieces)
      for (let at = 0; at < bytes.length; at += size) {
        connection.write(bytes.subarray(at, at + size))
        await new Promise(setImmediate)
      }
      assertRefused(await connection.reply(), 431, 'Request headers are too large')
      await connection.closed
      await assertAlive(axon)
    })
  }

  it('goes on reading from a caller that it answered 431, so that the reply is not lost to a reset', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port, { allowHalfOpen: true })
    connection.write('GET / HTTP/1.1\r\n').write(`padding: ${'x'.repeat(40_000)}`)
    assertRefused(await connection.reply(), 431, 'Request headers are too large')
    for (let more = 0; more < 20; more++) {
      connection.write('x'.repeat(10_000))
      await new Promise(setImmediate)
    }
    connection.socket.end()
    await connection.closed
    assert.equal(connection.error, null)
  })

  it('answers headers of 30 kB', async () => {
    await using axon = await startAxon()
    assert.equal((await send(axon.url, signedRequest({ headers: { padding: 'x'.repeat(28_000) } }))).status, 200)
  })

  it('answers without a Host header, which means nothing here', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    const bytes = bytesOf(signedRequest({ headers: { host: null } }))
    assert.equal((await connection.write(bytes).reply())?.status, 200)
  })

  it('answers HTTP/1.0 and closes', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    const bytes = bytesOf(signedRequest()).toString().replace('HTTP/1.1', 'HTTP/1.0')
    assert.equal((await connection.write(bytes).reply())?.status, 200)
    await connection.closed
  })

  it('answers requests that come without waiting for replies, in their order', async () => {
    await using axon = await startAxon({ concurrency: 100 })
    using connection = await RawConnection.open(axon.port)
    const requests = Array.from({ length: 16 }, (_, at) =>
      signedRequest({ fields: { roles: ['user'], messages: [`${at}`] } }),
    )
    connection.write(Buffer.concat(requests.map(bytesOf)))
    for (const at of requests.keys()) {
      const got = await connection.reply()
      assert.equal(got?.status, 200)
      assert.match(got.text, new RegExp(`"completion":"echo: ${at}"`))
    }
  })

  it('closes a connection on which more requests come at once than anybody has a reason to send', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    connection.write('GET /x HTTP/1.1\r\n\r\n'.repeat(3000))
    await connection.closed
    await assertAlive(axon)
  })

  it('closes a connection on which many requests come at once, although each is refused before the next is parsed', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    const unsigned = bytesOf(signedRequest({ headers: { bt_header_dendrite_signature: null } }))
    connection.write(Buffer.concat(Array<Buffer>(200).fill(unsigned)))
    await connection.closed
    await assertAlive(axon)
  })

  it('answers a question although what follows it is no HTTP, and closes', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    using connection = await RawConnection.open(axon.port)
    connection.write(Buffer.concat([bytesOf(signedRequest()), Buffer.from('garbage\r\n\r\n')]))
    const held = await miner.next()
    held.answer('in full')
    assert.equal((await connection.reply())?.json.completion, 'in full')
    assert.equal(await connection.reply(), null)
  })

  it('writes no refusal of a tunnel into a reply that it streams', async () => {
    await using stream = await startStream()
    const { caller, talk } = stream
    talk.say('a')
    assert.equal((await caller.head())?.status, 200)
    assert.equal(String(await caller.chunk()), 'a')
    caller.write(TUNNEL)
    for (const word of ['b', 'c']) {
      talk.say(word)
      assert.equal(String(await caller.chunk()), word)
    }
    talk.end()
    assert.equal((await caller.chunk())?.length, 0)
    await caller.closed
    assert.equal(caller.rest, '')
  })

  it('tells a miner at once that a caller who asked for a tunnel meanwhile has left', async () => {
    await using stream = await startStream()
    const { caller, talk } = stream
    talk.say('a')
    await caller.head()
    caller.write(TUNNEL)
    // In a packet of its own: a byte that stays unread in the tunnel.
    await nextTurn()
    caller.write('x')
    await assertLeft(stream, () => caller.socket.end())
  })

  it('does not ask a stranger for the body it holds back', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    const got = await connection.write(headOf(signedRequest({ text: 'forged' }), { expect: '100-continue' })).reply()
    assert.equal(got?.status, 401)
  })

  it('opens no tunnel: CONNECT', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    const got = await connection.write(TUNNEL).reply()
    assert.equal(got?.status, 405)
    await assertAlive(axon)
  })

  it('survives callers that reset the tunnel that they asked for', async () => {
    await using axon = await startAxon()
    for (let at = 0; at < 20; at++) {
      using connection = await RawConnection.open(axon.port)
      connection.write(TUNNEL)
      if (at % 2) await new Promise(setImmediate)
      connection.socket.resetAndDestroy()
      await connection.closed
    }
    await assertAlive(axon)
  })

  it('opens no tunnel: Upgrade', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    const head = 'GET /Prompting HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'
    assert.equal((await connection.write(head).reply())?.status, 401)
    await assertAlive(axon)
  })

  it('takes what is asked with Expect: 100-continue', async () => {
    await using axon = await startAxon()
    const sent = signedRequest()
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(sent, { expect: '100-continue' }))
    assert.equal((await connection.reply())?.status, 100)
    assert.equal((await connection.write(sent.body).reply())?.status, 200)
  })

  it('takes no notice of an expectation that it does not know', async () => {
    await using axon = await startAxon()
    assert.equal((await send(axon.url, signedRequest({ headers: { expect: 'tea' } }))).status, 200)
  })
})
