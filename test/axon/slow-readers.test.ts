import assert from 'node:assert/strict'
import type { Miner } from '#dist/plugin/miner.js'
import { bytesOf, send, signedRequest } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { assertLeft, startStream, steady, streamRequest } from './start-stream.ts'
import { told } from './told.ts'

describe('a stream that is read slowly', () => {
  realSockets()

  const huge = Array.from({ length: 64 }, () => '€'.repeat(64 * 1024))

  it('makes the miner wait, and loses nothing', async () => {
    await using stream = await startStream()
    stream.caller.socket.pause()
    stream.talk.say(...huge)
    stream.talk.end()
    const taken = await steady(() => stream.talk.taken)
    assert.ok(taken > 0 && taken < huge.length, `${taken} of ${huge.length} pieces are taken`)
    stream.caller.socket.resume()
    await stream.caller.head()
    const { chunks, isWhole } = await stream.caller.chunks()
    assert.equal(isWhole, true)
    assert.equal(Buffer.concat(chunks).toString(), huge.join(''))
  })

  it('is cut when nothing is read for too long, and the miner is told', async () => {
    await using stream = await startStream({ limits: { writeMs: 200 } })
    stream.caller.socket.pause()
    await assertLeft(stream, () => stream.talk.say(...huge))
    assert.equal(await stream.axon.drain(10_000), true)
  })

  it('does not look whole when it is cut, not to a caller of HTTP/1.0 either', async () => {
    await using stream = await startStream({ version: 'HTTP/1.0', limits: { writeMs: 200 } })
    stream.caller.socket.pause()
    stream.talk.say(...huge)
    await stream.talk.over
    stream.caller.socket.resume()
    await stream.caller.closed
    assert.match(String(stream.caller.error), /ECONNRESET/)
  })

  it('goes on for longer than a reader may take for one piece', async () => {
    await using stream = await startStream({ limits: { writeMs: 50 } })
    for (const piece of ['a', 'b', 'c']) {
      stream.talk.say(piece)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    stream.talk.end()
    await stream.caller.head()
    const { chunks, isWhole } = await stream.caller.chunks()
    assert.deepEqual([chunks.map(String), isWhole], [['a', 'b', 'c'], true])
  })

  it('writes 3,000 tiny pieces one by one, and answers others meanwhile', async () => {
    const miner: Miner = {
      async *prompt() {
        for (let at = 0; at < 3_000; at++) yield 'x'
        return { model: 'm', finishReason: 'stop' }
      },
    }
    await using axon = await startAxon({ miner, limits: { writeMs: 60_000 } })
    const answered = told(axon, 'answered')
    using caller = await RawConnection.open(axon.port)
    caller.write(bytesOf(streamRequest({ timeout: '60.0' })))
    await caller.head()
    const ping = send(axon.url, signedRequest({ synapse: 'Synapse', fields: {}, timeout: '60.0' })).then(
      ({ status }) => status,
    )
    const all = caller.chunks()
    assert.equal(await Promise.race([ping, all]), 200)
    const { chunks, isWhole } = await all
    assert.deepEqual([chunks.length, isWhole], [3_000, true])
    await answered
  })
})
