import assert from 'node:assert/strict'
import type { Miner } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { bytesOf } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { assertLeft, startStream, steady, streamRequest } from './start-stream.ts'
import { told } from './told.ts'

describe('a stream that fails', () => {
  realSockets()

  for (const [what, error, code] of [
    ['model is cut', new NoAnswer('upstream', 'cut', { code: 'MODEL_UNREACHABLE' }), 'UPSTREAM_FAILED'],
    ['miner breaks', new Error('sk-secret'), 'INTERNAL'],
  ] as const) {
    it(`has no end when its ${what} after the first word, and what was said arrives`, async () => {
      await using stream = await startStream()
      const failed = told(stream.axon, 'failed')
      stream.talk.say('a', 'b ')
      await stream.caller.head()
      assert.equal(String(await stream.caller.chunk()), 'a')
      stream.talk.say('c')
      stream.talk.fail(error)
      const { chunks, isWhole } = await stream.caller.chunks()
      assert.deepEqual([chunks.map(String), isWhole], [['b ', 'c'], false])
      assert.equal(stream.caller.rest, '')
      assert.partialDeepStrictEqual(await failed, { status: 200, code, pieces: 3, error })
    })
  }

  it('has no end when the deadline passes after the first word, although the miner takes no notice', async () => {
    const miner: Miner = {
      async *prompt() {
        yield 'a'
        await new Promise(() => {})
        return { model: 'm', finishReason: 'stop' }
      },
    }
    await using axon = await startAxon({ miner })
    const failed = told(axon, 'failed')
    using caller = await RawConnection.open(axon.port)
    const startedAt = performance.now()
    caller.write(bytesOf(streamRequest({ timeout: '3.0' })))
    assert.equal((await caller.head())?.status, 200)
    const { chunks, isWhole } = await caller.chunks()
    assert.deepEqual([chunks.map(String), isWhole], [['a'], false])
    assert.ok(performance.now() - startedAt < 3_000)
    assert.partialDeepStrictEqual(await failed, { status: 200, code: 'DEADLINE', pieces: 1 })
    assert.equal(await axon.drain(1_000), true)
  })

  it('does not look whole to a caller of HTTP/1.0, for whom the end of a connection is that of the stream', async () => {
    await using stream = await startStream({ version: 'HTTP/1.0' })
    stream.talk.say('a')
    await stream.caller.head()
    stream.talk.fail(new NoAnswer('upstream', 'cut'))
    await stream.caller.closed
    assert.match(String(stream.caller.error), /ECONNRESET/)
  })

  it('has no end when the answer is too long', async () => {
    const miner: Miner = {
      async *prompt() {
        for (;;) yield 'x'.repeat(1024 * 1024)
      },
    }
    await using axon = await startAxon({ miner })
    using caller = await RawConnection.open(axon.port)
    caller.write(bytesOf(streamRequest()))
    await caller.head()
    const { chunks, isWhole } = await caller.chunks()
    assert.equal(isWhole, false)
    assert.equal(Buffer.concat(chunks).length, 4 * 1024 * 1024)
  })
})

describe('a stream whose caller leaves', () => {
  realSockets()

  const manners: Record<string, (caller: RawConnection) => void> = {
    'closes the connection': ({ socket }) => socket.destroy(),
    'closes its side': ({ socket }) => socket.end(),
    'resets the connection': ({ socket }) => socket.resetAndDestroy(),
  }
  for (const [manner, leave] of Object.entries(manners)) {
    for (const first of [true, false]) {
      it(`ends at once when it ${manner} ${first ? 'before' : 'after'} the first word`, async () => {
        await using stream = await startStream()
        if (!first) stream.talk.say('a')
        if (!first) await stream.caller.head()
        await assertLeft(stream, () => leave(stream.caller))
      })
    }

    it(`ends at once when it ${manner}, although another of its requests waits`, async () => {
      await using stream = await startStream()
      stream.talk.say('a')
      await stream.caller.head()
      const refused = told(stream.axon, 'refused')
      stream.caller.write(bytesOf(streamRequest()))
      await refused // it finds no place, and its reply waits for the end of the stream
      await assertLeft(stream, () => leave(stream.caller))
    })
  }

  it('ends at once when it closes its side and reads nothing', async () => {
    await using stream = await startStream()
    stream.caller.socket.pause()
    stream.talk.say(...Array.from({ length: 64 }, () => '€'.repeat(64 * 1024)))
    await steady(() => stream.talk.taken)
    await assertLeft(stream, () => stream.caller.socket.end())
  })

  it('ends when it sends on and on behind its question, where nobody could see it leave', async () => {
    await using stream = await startStream()
    stream.talk.say('a')
    await stream.caller.head()
    stream.caller.write('POST /Prompting HTTP/1.1\r\ncontent-length: 5000000\r\n\r\n')
    await assertLeft(stream, () => void stream.caller.write('x'.repeat(4_000_000)))
  })

  it('ends when so many answers wait behind it that nobody could see it leave', async () => {
    await using stream = await startStream({ concurrency: 2 })
    stream.talk.say('a')
    await stream.caller.head()
    stream.caller.write(bytesOf(streamRequest({ synapse: 'Prompting' })))
    const answered = told(stream.axon, 'answered')
    const second = await stream.miner.next()
    second.say('x'.repeat(256 * 1024))
    second.end()
    await answered
    stream.caller.write(bytesOf(streamRequest()))
    await stream.caller.closed
    await stream.talk.over
    assert.equal(stream.miner.open, 0)
  })

  it('ends although the miner never waits', async () => {
    let isTold = false
    const miner: Miner = {
      async *prompt(_, { signal }) {
        signal.addEventListener('abort', () => {
          isTold = true
        })
        for (;;) yield 'a'
      },
    }
    await using axon = await startAxon({ miner })
    using caller = await RawConnection.open(axon.port)
    caller.write(bytesOf(streamRequest()))
    await caller.head()
    const cancelled = told(axon, 'cancelled')
    caller.socket.destroy()
    await cancelled
    assert.equal(isTold, true)
  })
})
