import assert from 'node:assert/strict'
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { createDendrite } from '#dist/dendrite/create-dendrite.js'
import { type Behaviour, chunk, END, rawAxon, SUCCESS, streamHead } from '../support/raw-axon.ts'
import { alice, bob } from '../wires/fixture.ts'

/** Replies as a proxy that compresses: with this body and content encoding. */
const compressed =
  (encoding: string, body: Buffer, status = 200): Behaviour =>
  async say => {
    const head = `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`
    await say(`${head}content-encoding: ${encoding}\r\n${status === 200 ? SUCCESS : ''}\r\n`)
    await say(body)
  }

async function asked(behaviour: Behaviour) {
  await using axon = await rawAxon(behaviour)
  using dendrite = createDendrite({ keypair: alice })
  const stream = dendrite.stream({
    url: axon.url,
    receiver: bob.address,
    synapse: 'Prompting',
    fields: { messages: ['hi'], completion: '' },
    required: ['messages'],
    hashed: ['messages'],
    into: 'completion',
    timeoutMs: 60_000,
  })
  const pieces: string[] = []
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return { pieces, status: value.status, message: value.message, text: value.fields.get('completion') }
    pieces.push(value)
  }
}

describe('a reply to a dendrite that a proxy has compressed', () => {
  const reply = JSON.stringify({ messages: ['hi'], completion: 'héllo' })
  const bodies: [string, Buffer][] = [
    ['gzip', gzipSync(reply)],
    ['x-gzip', gzipSync(reply)],
    ['deflate', deflateSync(reply)],
    ['deflate', deflateRawSync(reply)],
    ['br', brotliCompressSync(reply)],
    ['zstd', zstdCompressSync(reply)],
    ['deflate, gzip', gzipSync(deflateSync(reply))],
    ['identity', Buffer.from(reply)],
    ['utf-8', Buffer.from(reply)],
  ]
  for (const [encoding, body] of bodies)
    it(`is read in ${encoding}`, async () => {
      const { status, text } = await asked(compressed(encoding, body))
      assert.deepEqual([status, text], [200, 'héllo'])
    })

  it('keeps the words of a refusal', async () => {
    const body = gzipSync(JSON.stringify({ message: 'Forbidden. Key is blacklisted: no stake.' }))
    const { status, message } = await asked(compressed('gzip', body, 403))
    assert.deepEqual([status, message], [403, 'Forbidden. Key is blacklisted: no stake.'])
  })

  it('is streamed piece by piece', async () => {
    const gzip = createGzip()
    const { pieces, status } = await asked(async say => {
      await say(streamHead(`${SUCCESS}content-encoding: gzip\r\n`))
      for (const word of ['one ', 'two']) {
        gzip.write(word)
        await new Promise<void>(resolve => gzip.flush(() => resolve()))
        await say(chunk(gzip.read() as Buffer))
        await new Promise(setImmediate)
      }
      gzip.end()
      await say(END)
    })
    assert.deepEqual([pieces.join(''), status], ['one two', 200])
  })

  for (const [encoding, bomb] of [
    ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
    ['br', brotliCompressSync(Buffer.alloc(64 * 1024 * 1024))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * 1024 * 1024)))],
  ] as const)
    it(`is a failure beyond 4 MiB, counted after decompression: ${encoding}`, async () => {
      const { status, message } = await asked(compressed(encoding, bomb))
      assert.deepEqual([status, message], [400, 'Payload error: the reply is larger than 4194304 bytes'])
    })

  it('is a failure when it is nested deeper than any server does', async () => {
    const { status, message } = await asked(compressed('gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(reply)))))
    assert.equal(status, 422)
    assert.match(message!, /^Failed to parse response/)
  })

  for (const encoding of ['gzip', 'deflate', 'br', 'zstd'])
    it(`is a failure when it is not in ${encoding}`, async () => {
      const { status, message } = await asked(compressed(encoding, Buffer.from(reply)))
      assert.deepEqual([status, message], [400, `Payload error: the reply is not in ${encoding}, as its head says`])
    })
})
