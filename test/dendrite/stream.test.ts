import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { createDendrite, type DendriteReply, type DendriteStreamAsk } from '#dist/dendrite/create-dendrite.js'
import { type Behaviour, chunk, END, streamHead as head, json, rawAxon, SUCCESS } from '../support/raw-axon.ts'
import { alice, bob } from '../wires/fixture.ts'

const HEAD = head(SUCCESS)

const question = (url: URL, change: Partial<DendriteStreamAsk> = {}): DendriteStreamAsk => ({
  url,
  receiver: bob.address,
  synapse: 'StreamPromptingSynapse',
  fields: { roles: ['user'], messages: ['hi'], completion: '' },
  required: ['roles', 'messages'],
  hashed: ['messages'],
  into: 'completion',
  timeoutMs: 60_000,
  ...change,
})
const dendriteOf = () => createDendrite({ keypair: alice, now: Date.now })

/** All that comes. */
async function heard(speech: AsyncGenerator<string, DendriteReply>) {
  const pieces: string[] = []
  for (;;) {
    const step = await speech.next()
    if (step.done) return { pieces, reply: step.value, completion: step.value.fields.get('completion') }
    pieces.push(step.value)
  }
}

/** What comes of asking an axon that behaves like this. */
async function asked(behaviour: Behaviour, change: Partial<DendriteStreamAsk> = {}) {
  await using axon = await rawAxon(behaviour)
  using dendrite = dendriteOf()
  return await heard(dendrite.stream(question(axon.url, change)))
}

/** A promise that is kept from outside. */
const gate = () => Promise.withResolvers<void>()

describe('dendrite stream', () => {
  it('12.2-16: yields the pieces as they arrive, then returns the reply', async () => {
    const [first, second] = [gate(), gate()]
    await using axon = await rawAxon(async (say, _, { url }) => {
      assert.equal(url, '/StreamPromptingSynapse')
      await say(HEAD)
      await say(chunk('Hel'))
      await first.promise
      await say(chunk('lo '))
      await second.promise
      await say(chunk('wörld\n'))
      await say(END)
    })
    using dendrite = dendriteOf()
    const speech = dendrite.stream(question(axon.url))
    assert.equal((await speech.next()).value, 'Hel')
    first.resolve()
    assert.equal((await speech.next()).value, 'lo ')
    second.resolve()
    const { pieces, reply, completion } = await heard(speech)
    assert.equal(pieces.join(''), 'wörld\n')
    assert.deepEqual([reply.status, reply.message, completion], [200, 'Success', 'Hello wörld\n'])
    assert.deepEqual([...reply.fields.keys()], ['roles', 'messages', 'completion'])
    assert.ok(reply.firstMs !== null && reply.firstMs > 0 && reply.firstMs <= reply.ms)
  })

  it('12.2-16: does not count a stream without a status as a success, but keeps its text', async () => {
    const { reply, completion } = await asked(say =>
      say(Buffer.concat([Buffer.from(head()), chunk('Hello'), Buffer.from(END)])),
    )
    assert.deepEqual([reply.status, reply.message, completion], [null, null, 'Hello'])
  })

  it('12.2-17: joins a character that arrives in two segments', async () => {
    const whole = chunk('wörld 👋🏽')
    for (const at of [
      whole.indexOf('ö') + 1,
      whole.indexOf('👋') + 1,
      whole.indexOf('👋') + 3,
      whole.indexOf('👋') + 6,
    ]) {
      const rest = gate()
      await using axon = await rawAxon(async say => {
        await say(HEAD)
        await say(whole.subarray(0, at))
        await rest.promise
        await say(whole.subarray(at))
        await say(END)
      })
      using dendrite = dendriteOf()
      const speech = dendrite.stream(question(axon.url))
      const before = (await speech.next()).value as string
      rest.resolve()
      const { pieces, reply } = await heard(speech)
      assert.ok([before, ...pieces].every(piece => piece.isWellFormed() && !piece.includes('\ufffd')))
      assert.equal(before + pieces.join(''), 'wörld 👋🏽')
      assert.equal(reply.status, 200)
    }
  })

  it('keeps every character, including a byte order mark', async () => {
    const words = '\ufeffa\r\n\u0000\u200f e\u0301 שלום\n\n'
    const { completion } = await asked(async say => {
      await say(HEAD)
      for (const character of words) await say(chunk(character))
      await say(END)
    })
    assert.equal(completion, words)
  })

  it('12.2-18: yields no pieces for a refusal, and returns its status and message', async () => {
    const refused = await asked(say => say(json(403, '{"message":"Forbidden. x"}')))
    assert.deepEqual([refused.pieces, refused.completion], [[], ''])
    assert.deepEqual([refused.reply.status, refused.reply.message, refused.reply.firstMs], [403, 'Forbidden. x', null])
    const old = await asked(say =>
      say(json(500, '{}', 'bt_header_axon_status_code: 403\r\nbt_header_axon_status_message: no\r\n')),
    )
    assert.deepEqual([old.pieces, old.reply.status, old.reply.message], [[], 403, 'no'])
    const page = await asked(say => say('HTTP/1.1 502 X\r\ncontent-type: text/html\r\ncontent-length: 3\r\n\r\n<p>'))
    assert.deepEqual([page.pieces, page.completion, page.reply.status], [[], '', 422])
  })

  it('12.2-19: returns 400 when the stream breaks off, and keeps the text so far', async () => {
    const read = gate()
    await using axon = await rawAxon(async (say, socket) => {
      await say(HEAD)
      await say(chunk(Buffer.from('Hel\xc3', 'latin1')))
      await read.promise
      socket.destroy()
    })
    using dendrite = dendriteOf()
    const speech = dendrite.stream(question(axon.url))
    assert.equal((await speech.next()).value, 'Hel')
    read.resolve()
    const { pieces, reply, completion } = await heard(speech)
    assert.deepEqual([pieces, completion], [[], 'Hel'])
    assert.deepEqual([reply.status, reply.message], [400, 'Payload error: the reply was cut off'])
  })

  it('12.2-19: returns 408 when the stream stalls, and keeps the text so far', async () => {
    const { pieces, reply, completion } = await asked(say => say(Buffer.concat([Buffer.from(HEAD), chunk('Hel')])), {
      timeoutMs: 1_500,
    })
    assert.deepEqual([pieces, completion], [['Hel'], 'Hel'])
    assert.deepEqual([reply.status, reply.message], [408, 'Request timeout after 1.5 seconds'])
    const headless = await asked(() => {}, { timeoutMs: 100 })
    assert.deepEqual([headless.pieces, headless.reply.status], [[], 408])
  })

  it('returns 422 when the text is not UTF-8, and keeps the text so far', async () => {
    for (const bad of ['\xff', '\xc3']) {
      const read = gate()
      await using axon = await rawAxon(async say => {
        await say(HEAD)
        await say(chunk('Hel'))
        await read.promise
        await say(Buffer.concat([chunk(Buffer.from(bad, 'latin1')), Buffer.from(END)]))
      })
      using dendrite = dendriteOf()
      const speech = dendrite.stream(question(axon.url))
      await speech.next()
      read.resolve()
      const { reply, completion } = await heard(speech)
      assert.deepEqual([reply.status, completion], [422, 'Hel'])
      assert.equal(reply.message, 'Failed to parse response: the stream is not UTF-8 text')
    }
  })

  it('returns 422 when Python could not convert a header', async () => {
    const { reply, completion } = await asked(say =>
      say(Buffer.concat([Buffer.from(head('bt_header_axon_status_code: abc\r\n')), chunk('Hel'), Buffer.from(END)])),
    )
    assert.deepEqual([reply.status, completion], [422, 'Hel'])
    assert.match(reply.message!, /bt_header_axon_status_code is not a number \(HTTP 200\)/)
  })

  it('yields a whole answer as one piece', async () => {
    const whole = '{"roles":["user"],"messages":["hi"],"completion":"Hello","axon":{"status_code":200}}'
    const { pieces, reply, completion } = await asked(say => say(json(200, whole)))
    assert.deepEqual([pieces, completion, reply.status], [['Hello'], 'Hello', 200])
  })

  it('reads at most 4 MiB', async () => {
    const megabyte = chunk(Buffer.alloc(1024 * 1024, 'x'))
    let sent = 0
    const { reply, completion } = await asked(async (say, socket) => {
      socket.on('error', () => {})
      await say(HEAD)
      for (; !socket.destroyed; sent++) await say(megabyte)
    })
    assert.deepEqual([reply.status, reply.message], [400, 'Payload error: the reply is larger than 4194304 bytes'])
    const { length } = completion as string
    assert.ok(length > 3 * 1024 * 1024 && length <= 4 * 1024 * 1024, `${length} characters`)
    assert.ok(sent < 4 + 16, 'what lies in the buffers of two sockets is far less than as much again')
  })

  it('reuses a connection only after its stream has ended', async () => {
    await using axon = await rawAxon(say => say(Buffer.concat([Buffer.from(HEAD), chunk('Hello'), Buffer.from(END)])))
    using dendrite = dendriteOf()
    for (let count = 0; count < 3; count++) await heard(dendrite.stream(question(axon.url)))
    assert.equal(axon.sockets.length, 1)

    const left = dendrite.stream(question(axon.url))
    await left.next()
    await left.return(undefined as never)
    await heard(dendrite.stream(question(axon.url)))
    assert.equal(axon.sockets.length, 2)
  })

  it('closes the connection when the iteration ends early', async () => {
    const hungUp = gate()
    await using axon = await rawAxon(async (say, socket) => {
      socket.once('close', () => hungUp.resolve())
      await say(HEAD)
      await say(chunk('Hel'))
    })
    using dendrite = dendriteOf()
    for await (const piece of dendrite.stream(question(axon.url))) {
      assert.equal(piece, 'Hel')
      break
    }
    await hungUp.promise
  })

  it('throws the reason of an aborted signal, and closes the connection', async () => {
    for (const words of [[], [HEAD], [HEAD, chunk('Hel')]]) {
      const [arrived, hungUp] = [gate(), gate()]
      await using axon = await rawAxon(async (say, socket) => {
        socket.once('close', () => hungUp.resolve())
        for (const word of words) await say(word)
        arrived.resolve()
      })
      using dendrite = dendriteOf()
      const leave = new AbortController()
      const speech = dendrite.stream(question(axon.url, { signal: leave.signal }))
      const first = words.length > 1 ? speech.next() : undefined
      const second = first ? first.then(() => speech.next()) : speech.next()
      await Promise.all([arrived.promise, first])
      leave.abort(new Error('gone'))
      await assert.rejects(second, /gone/)
      await hungUp.promise
    }
  })

  it('sends nothing when the signal is already aborted', async () => {
    await using axon = await rawAxon(() => {})
    using dendrite = dendriteOf()
    const signal = AbortSignal.abort(new Error('before'))
    await assert.rejects(dendrite.stream(question(axon.url, { signal })).next(), /before/)
    assert.equal(axon.sockets.length, 0)
  })

  it('removes its listener from the caller’s signal, however it ends', async () => {
    const { signal } = new AbortController()
    using dendrite = dendriteOf()
    const behaviours: Behaviour[] = [
      say => say(Buffer.concat([Buffer.from(HEAD), chunk('Hello'), Buffer.from(END)])),
      say => say(json(403, '{}')),
      (_, socket) => void socket.destroy(),
      () => {},
    ]
    for (const behaviour of behaviours) {
      await using axon = await rawAxon(behaviour)
      await heard(dendrite.stream(question(axon.url, { signal, timeoutMs: 1_000 })))
      await dendrite.ask(question(axon.url, { signal, timeoutMs: 1_000 }))
      const left = dendrite.stream(question(axon.url, { signal, timeoutMs: 1_000 }))
      await left.next()
      await left.return(undefined as never)
      assert.equal(getEventListeners(signal, 'abort').length, 0)
    }
  })

  it('12.2-20: retries once with another Python version’s hash, before the first piece', async () => {
    const fields = { roles: ['user'], messages: ['\u{1FAE8}'], completion: '' } // Unicode 15.0
    const hashes: unknown[] = []
    const mismatch = '{"message":"Hash mismatch between header body hash and body"}'
    const again = await asked(
      (say, _, { headers }) => {
        hashes.push(headers.computed_body_hash)
        if (hashes.length === 1) return say(json(500, mismatch))
        return say(Buffer.concat([Buffer.from(HEAD), chunk('Hello'), Buffer.from(END)]))
      },
      { fields },
    )
    assert.deepEqual([again.pieces, again.reply.status, again.completion], [['Hello'], 200, 'Hello'])
    assert.equal(new Set(hashes).size, 2)

    let count = 0
    const failed = 'bt_header_axon_status_code: 500\r\nbt_header_axon_status_message: Internal Server Error #1\r\n'
    const late = await asked(
      say => {
        count++
        return say(Buffer.concat([Buffer.from(head(failed)), chunk('Hel'), Buffer.from(END)]))
      },
      { fields },
    )
    assert.deepEqual([late.reply.status, late.completion, count], [500, 'Hel', 1])
  })

  it('yields the bytes of an answer that is not text, as they arrive', async () => {
    const bytes = [Buffer.from('data: \ud83d'), Buffer.from([0xff, 0, 0xc3])]
    await using axon = await rawAxon(async say => {
      await say(HEAD)
      for (const one of bytes) await say(chunk(one))
      await say(END)
    })
    using dendrite = dendriteOf()
    const speech = dendrite.relay(question(axon.url))
    const said: Uint8Array[] = []
    for (let step = await speech.next(); ; step = await speech.next()) {
      if (step.done) {
        assert.deepEqual([step.value.status, step.value.fields.get('completion')], [200, ''])
        break
      }
      said.push(step.value)
    }
    assert.deepEqual(Buffer.concat(said), Buffer.concat(bytes))
  })

  it('yields no bytes of a whole reply, and returns its fields', async () => {
    const whole = '{"roles":["user"],"messages":["hi"],"completion":"OK"}'
    await using axon = await rawAxon(say => say(json(200, whole, SUCCESS)))
    using dendrite = dendriteOf()
    const step = await dendrite.relay(question(axon.url)).next()
    assert.ok(step.done)
    assert.deepEqual([step.value.status, step.value.fields.get('completion'), step.value.firstMs], [200, 'OK', null])
  })

  it('works without a field for the text', async () => {
    const said = await asked(async say => say(Buffer.concat([Buffer.from(HEAD), chunk('Hello'), Buffer.from(END)])), {
      into: undefined,
    })
    assert.deepEqual([said.pieces.join(''), said.completion, said.reply.status], ['Hello', '', 200])
  })
})
