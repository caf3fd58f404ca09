import assert from 'node:assert/strict'
import type { Miner } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { type Got, send, signedRequest, type Wanted } from '../support/signed-request.ts'
import { HeldMiner, startAxon } from '../support/start-axon.ts'
import { realSockets } from './real-sockets.ts'

/** What an axon says to it; the miner must not have been asked. */
async function refusalOf(wanted: Wanted, path?: string): Promise<Got> {
  const miner = new HeldMiner()
  await using axon = await startAxon({ miner })
  const sent = signedRequest(wanted)
  const got = await send(axon.url, { ...sent, path: path ?? sent.path })
  assert.equal(miner.count, 0)
  return got
}

/** A miner that throws it. */
function failing(error: unknown): Miner {
  return {
    async *prompt() {
      yield await Promise.reject(error)
      return { model: 'failing', finishReason: 'stop' }
    },
  }
}

describe('refusals: of what the path names', () => {
  realSockets()

  for (const [path, name] of [
    ['/Nope', 'Nope'],
    ['/', ''],
    ['/prompting', 'prompting'],
    ['/%zz', '%zz'],
    ['/__proto__', '__proto__'],
    ['/constructor', 'constructor'],
    ['/Prompting%00', 'Prompting\0'],
  ]) {
    it(`12.1-34: tells which synapses there are when asked for ${path}`, async () => {
      const got = await refusalOf({}, path)
      assert.equal(got.status, 404)
      const quoted = name!.replace('\0', '\\x00')
      assert.ok(got.json.message.startsWith("Synapse name '"), got.json.message)
      const names = "['Synapse', 'Prompting', 'StreamPromptingSynapse', 'StreamPrompting']"
      assert.ok(got.json.message.endsWith(`' not found. Available synapses ${names}`))
      assert.ok(got.json.message.includes(`'${name}'`) || got.json.message.includes(`'${quoted}'`), got.json.message)
      assert.equal(got.headers.bt_header_axon_status_code, '404')
    })
  }

  for (const path of ['/Prompting/', '/Prompting/extra', '//', '//Prompting', '/Prompting%2fextra', '/healthz/x']) {
    it(`12.1-35: has nothing at ${path}`, async () => {
      const got = await refusalOf({}, path)
      assert.equal(got.status, 404)
      assert.deepEqual(got.json, { detail: 'Not Found' })
    })
  }

  it('answers a path with escapes that mean the same', async () => {
    await using axon = await startAxon()
    assert.equal((await send(axon.url, { ...signedRequest(), path: '/%50rompting' })).status, 200)
  })

  it('does not repeat a path of 8 kB', async () => {
    const got = await refusalOf({}, `/${'x'.repeat(8_192)}`)
    assert.equal(got.status, 404)
    assert.ok(got.text.length < 1_000)
    for (const value of Object.values(got.headers)) assert.ok(value!.length <= 2_048)
  })

  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'QUERY', 'PROPFIND', 'TRACE']) {
    it(`12.1-35: does not know the method ${method}`, async () => {
      await using axon = await startAxon()
      for (const path of ['/Prompting', '/Nope', '/healthz']) {
        if (method === 'HEAD' && path === '/healthz') continue
        const got = await send(axon.url, { ...signedRequest(), method, path })
        assert.equal(got.status, 405)
        assert.equal(got.headers.allow, 'POST, GET')
        if (method !== 'HEAD') assert.deepEqual(got.json, { detail: 'Method Not Allowed' })
      }
      assert.equal((await send(axon.url, signedRequest())).status, 200)
    })
  }
})

describe('refusals: of who asks', () => {
  realSockets()

  it('12.1-39: of a blacklisted hotkey: the body is not waited for, the nonce is not spent', async () => {
    let bad = true
    const rule = () => (bad ? { allow: false as const, reason: 'dave is bad' } : { allow: true as const })
    await using axon = await startAxon({ rules: [rule] })
    const sent = signedRequest()
    const got = await send(axon.url, sent)
    assert.equal(got.status, 403)
    assert.deepEqual(got.json, { message: 'Forbidden. Key is blacklisted: dave is bad.' })
    assert.equal(got.headers.bt_header_axon_status_message, got.json.message)
    bad = false
    assert.equal((await send(axon.url, sent)).status, 200)
  })

  it('12.1-47: of a reason that no header can hold, which the body has whole', async () => {
    const reason = `é\r\nset-cookie: x\r\n\u{1F600}\0${'long '.repeat(4_000)}`
    await using axon = await startAxon({ rules: [() => ({ allow: false, reason })] })
    const got = await send(axon.url, signedRequest())
    assert.equal(got.status, 403)
    assert.equal(got.json.message, `Forbidden. Key is blacklisted: ${reason}.`)
    const header = got.headers.bt_header_axon_status_message!
    assert.match(header, /^[ -~]+$/)
    assert.ok(header.length <= 2_048)
    assert.equal(got.headers['set-cookie'], undefined)
  })

  it('masks what a rule throws', async () => {
    await using axon = await startAxon({
      rules: [
        () => {
          throw new Error('sk-secret')
        },
      ],
    })
    assertMasked(await send(axon.url, signedRequest()))
  })
})

describe('refusals: of what the body says', () => {
  realSockets()

  it('12.1-28: 400 when the body is not what was hashed', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    const sent = signedRequest()
    const got = await send(axon.url, { ...sent, body: sent.body.toString().replace('"hi"', '"ho"') })
    assert.equal(got.status, 400)
    assert.match(got.json.message, /^Hash mismatch/)
    assert.equal(miner.count, 0)
  })

  it('12.1-32: 400 when the body says itself that nothing is hashed', async () => {
    const fields = { required_hash_fields: [], roles: ['user'], messages: ['hi'] }
    const got = await refusalOf({ fields, hashed: [] })
    assert.equal(got.status, 400)
    assert.match(got.json.message, /^Hash mismatch/)
  })

  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const bodies: [title: string, fields: string, hashed: string[], message: RegExp][] = [
    ['no JSON', '{bad', [], /^The body is not JSON/],
    ['nothing', '', [], /^The body is not JSON/],
    ['a list', '[1]', [], /^The body is not a JSON object$/],
    ['a text', '"Prompting"', [], /^The body is not a JSON object$/],
    ['no messages', '{"roles":["user"]}', [], /messages/],
    ['messages that are a string', '{"roles":["user"],"messages":"hi"}', ['messages'], /^messages: /],
    ['messages that are numbers', '{"roles":["user"],"messages":[1]}', ['messages'], /^messages\.0: /],
    ['no roles', '{"messages":["hi"]}', ['messages'], /^roles: /],
    [
      'more roles than messages',
      '{"roles":["user","user"],"messages":["hi"]}',
      ['messages'],
      /must be as many messages as roles/,
    ],
    ['no message', '{"roles":[],"messages":[]}', ['messages'], /there is no message/],
    ['an unknown role', '{"roles":["wizard"],"messages":["hi"]}', ['messages'], /unknown role "wizard"/],
    ['JSON nested 100,000 deep', `{"roles":["user"],"messages":["hi"],"x":${deep}}`, [], /nests deeper/],
    ['bytes that are no UTF-8', '{"messages":["\ufffd"]}', [], /not UTF-8/],
    ['a number of 5,000 digits', `{"roles":["user"],"messages":["hi"],"x":${'9'.repeat(5_000)}}`, [], /digits/],
  ]
  for (const [title, body, hashed, message] of bodies) {
    it(`12.1-36: 400 for ${title}`, async () => {
      await using axon = await startAxon()
      const readable = hashed.length > 0 ? body : '{}'
      const sent = signedRequest({ fields: readable, hashed })
      const bytes = title.includes('UTF-8') ? Buffer.from(body.replace('\ufffd', '\xff'), 'latin1') : body
      const got = await send(axon.url, { ...sent, body: bytes })
      assert.equal(got.status, 400, got.text)
      assert.match(got.json.message, message)
      assert.equal((await send(axon.url, signedRequest())).status, 200)
    })
  }

  it('answers lone surrogates in a message, and repeats them as they came', async () => {
    await using axon = await startAxon()
    const fields = '{"roles":["user"],"messages":["a\\ud83d!"]}'
    const got = await send(axon.url, signedRequest({ fields }))
    assert.equal(got.status, 200, got.text)
    assert.match(got.text, /"messages":\["a\\ud83d!"\]/)
    assert.match(got.text, /"completion":"echo: a\\ud83d!"/)
  })

  it('takes __proto__ for a field like any other', async () => {
    await using axon = await startAxon()
    const fields = '{"__proto__":{"messages":["evil"]},"roles":["user"],"messages":["hi"],"constructor":1}'
    const got = await send(axon.url, signedRequest({ fields }))
    assert.equal(got.json.completion, 'echo: hi')
    assert.match(got.text, /"__proto__":\{"messages":\["evil"\]\}/)
    assert.equal(({} as { messages?: unknown }).messages, undefined)
  })
})

describe('refusals: when the miner has no answer', () => {
  realSockets()

  it('12.1-42: masks what the miner throws', async () => {
    await using axon = await startAxon({ miner: failing(new Error('sk-secret')) })
    assertMasked(await send(axon.url, signedRequest()))
  })

  for (const thrown of ['sk-secret', null, undefined, { status: 200, message: 'sk-secret' }]) {
    it(`masks it when the miner throws ${JSON.stringify(thrown)}, which is no Error`, async () => {
      await using axon = await startAxon({ miner: failing(thrown) })
      assertMasked(await send(axon.url, signedRequest()))
    })
  }

  const reasons: [reason: NoAnswer['reason'], status: number, message: string][] = [
    ['busy', 429, 'Busy, try again later'],
    ['budget', 429, 'The budget of this hotkey is used up'],
    ['loading', 503, 'The model is loading'],
    ['upstream', 502, 'The model behind this miner failed'],
    ['unsupported', 501, 'This miner cannot do that'],
    ['tooLong', 413, 'The question is too long for this miner'],
  ]
  for (const [reason, status, message] of reasons) {
    it(`says ${status} when the miner says ${reason}, and none of its words`, async () => {
      await using axon = await startAxon({ miner: failing(new NoAnswer(reason, 'sk-secret')) })
      const got = await send(axon.url, signedRequest())
      assert.equal(got.status, status)
      assert.equal(got.json.message, message)
      assert.doesNotMatch(JSON.stringify(got), /sk-secret/)
    })
  }

  for (const said of [[], [''], [' ', '\n']]) {
    it(`says 502 rather than an empty answer: ${JSON.stringify(said)}`, async () => {
      const miner: Miner = {
        async *prompt() {
          yield* said
          return { model: 'm', finishReason: 'stop' }
        },
      }
      await using axon = await startAxon({ miner })
      const { status, text } = await send(axon.url, signedRequest())
      assert.equal(status, 502, text)
    })
  }
})

function assertMasked(got: Got): void {
  assert.equal(got.status, 500)
  assert.match(got.json.message, /^Internal Server Error #[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  assert.equal(got.headers.bt_header_axon_status_message, got.json.message)
  assert.doesNotMatch(JSON.stringify(got), /sk-secret/)
}
