import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { bytesOf, freshNonce, send, signedRequest } from '../support/signed-request.ts'
import { Clock, echo, startAxon } from '../support/start-axon.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'

describe('conformance: what is answered', () => {
  realSockets()

  it('12.1-1: answers a valid Prompting with the echo of its fields and a completion', async () => {
    await using axon = await startAxon()
    const got = await send(axon.url, signedRequest())
    assert.equal(got.status, 200, got.text)
    assert.equal(got.headers.bt_header_axon_status_code, '200')
    assert.equal(got.headers.bt_header_axon_status_message, 'Success')
    assert.ok(Number(got.headers.bt_header_axon_process_time) > 0)
    assert.deepEqual(got.json.roles, ['system', 'user'])
    assert.deepEqual(got.json.messages, ['Be brief.', 'hi'])
    assert.equal(got.json.completion, 'echo: hi')
    assert.equal(got.json.axon.status_code, 200)
    assert.equal(got.json.computed_body_hash, '')
  })

  it('12.1-3: takes header names in capitals, and writes its own in small letters', async () => {
    await using axon = await startAxon()
    const sent = signedRequest()
    const headers = Object.entries(sent.headers).map(([name, value]) => [name.toUpperCase(), value] as const)
    using connection = await RawConnection.open(axon.port)
    const got = await connection.write(bytesOf({ ...sent, headers: Object.fromEntries(headers) })).reply()
    assert.equal(got?.status, 200)
    assert.equal(got.headers.bt_header_axon_status_code, '200')
    assert.equal(got.headers['content-type'], 'application/json')
  })

  it('12.1-4: answers minimal headers and a minimal body', async () => {
    await using axon = await startAxon()
    const unneeded = ['name', 'timeout', 'bt_header_axon_ip', 'bt_header_axon_port', 'bt_header_axon_hotkey']
    unneeded.push('bt_header_dendrite_ip', 'header_size', 'total_size', 'content-type')
    const fields = { roles: ['user'], messages: ['hi'] }
    const headers = Object.fromEntries(unneeded.map(name => [name, null]))
    const got = await send(axon.url, signedRequest({ fields, headers }))
    assert.equal(got.status, 200, got.text)
    assert.equal(got.json.completion, 'echo: hi')
  })

  for (const type of [null, 'text/plain', 'foo', 'application/json; charset=utf-8', 'multipart/form-data']) {
    it(`12.1-5: answers whatever the content type is: ${type ?? 'none'}`, async () => {
      await using axon = await startAxon()
      const got = await send(axon.url, signedRequest({ headers: { 'content-type': type } }))
      assert.equal(got.status, 200, got.text)
    })
  }

  it('12.1-6: answers GET with the same body', async () => {
    await using axon = await startAxon()
    const got = await send(axon.url, { ...signedRequest(), method: 'GET' })
    assert.equal(got.status, 200, got.text)
  })

  it('12.1-7: leaves a query out of account', async () => {
    await using axon = await startAxon()
    const got = await send(axon.url, { ...signedRequest(), path: '/Prompting?x=1' })
    assert.equal(got.status, 200, got.text)
  })

  it('12.1-27: echoes a nonce digit for digit, beyond what a double holds', async () => {
    const clock = new Clock()
    clock.ms = 1_795_354_700_000
    await using axon = await startAxon({ now: clock.now })
    clock.ms += 1_062
    const got = await send(axon.url, signedRequest({ nonce: 1_795_354_700_061_001_290n }))
    assert.equal(got.status, 200, got.text)
    assert.equal(got.headers.bt_header_dendrite_nonce, '1795354700061001290')
    assert.match(got.text, /"nonce":1795354700061001290[,}]/)
  })

  it('12.1-37: does not need input_obj', async () => {
    await using axon = await startAxon()
    const headers = { bt_header_input_obj_messages: null, bt_header_input_obj_roles: null }
    const got = await send(axon.url, signedRequest({ headers }))
    assert.equal(got.status, 200, got.text)
  })

  it('12.1-38: asks the miner with the messages of the body, whatever input_obj says', async () => {
    await using axon = await startAxon()
    const spoof = Buffer.from('["spoof"]').toString('base64')
    const got = await send(axon.url, signedRequest({ headers: { bt_header_input_obj_messages: spoof } }))
    assert.equal(got.json.completion, 'echo: hi')
  })

  it('12.1-45: a status that the body brings along does not become that of the reply', async () => {
    await using axon = await startAxon()
    const fields = { roles: ['user'], messages: ['hi'], axon: { status_code: 503, status_message: 'Busy' } }
    const got = await send(axon.url, signedRequest({ fields }))
    assert.equal(got.status, 200)
    assert.equal(got.headers.bt_header_axon_status_code, '200')
    assert.equal(got.json.axon.status_code, 200)
    assert.equal(got.json.axon.status_message, 'Success')
  })

  it('12.1-46: tells the miner the hotkey that signed, whatever the body says', async () => {
    let caller: string | undefined
    await using axon = await startAxon({
      miner: {
        prompt(question, asked) {
          caller = asked.caller
          return echo.prompt(question, asked)
        },
      },
    })
    const sent = signedRequest({ fields: { roles: ['user'], messages: ['hi'], dendrite: { hotkey: 'mallory' } } })
    const got = await send(axon.url, sent)
    assert.equal(caller, sent.headers.bt_header_dendrite_hotkey)
    assert.equal(got.json.dendrite.hotkey, sent.headers.bt_header_dendrite_hotkey)
  })

  it('12.1-49: echoes the ping synapse, whose hash is of nothing', async () => {
    await using axon = await startAxon()
    const got = await send(axon.url, signedRequest({ synapse: 'Synapse', fields: { name: 'Synapse', extra: [1] } }))
    assert.equal(got.status, 200, got.text)
    assert.equal(got.json.name, 'Synapse')
    assert.equal(got.json.axon.status_code, 200)
    assert.match(got.text, /"extra":\[1\]/)
  })

  it('12.1-53: answers twice on one connection with 10 s in between', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ now: clock.now })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const first = await send(axon.url, signedRequest({ nonce: clock.nonce() }), { agent })
    clock.ms += 10_000
    const second = await send(axon.url, signedRequest({ nonce: clock.nonce() }), { agent })
    assert.deepEqual([first.status, second.status], [200, 200])
    assert.equal(first.json.dendrite.port, second.json.dendrite.port)
    // aiohttp reuses what was idle for up to 15 s: the connection must be kept for longer.
    const [, seconds] = /timeout=(\d+)/.exec(first.headers['keep-alive'] ?? '') ?? []
    assert.ok(Number(seconds) >= 20)
    agent.destroy()
  })

  it('12.1-54: no reply has a null that ends a validator', async () => {
    await using axon = await startAxon()
    const nulls = { timeout: null, axon: null, dendrite: null, completion: null }
    const replies = await Promise.all([
      send(axon.url, signedRequest()),
      send(axon.url, signedRequest({ fields: { ...nulls, roles: ['user'], messages: ['hi'] } })),
      send(axon.url, signedRequest({ synapse: 'Synapse', fields: nulls })),
      send(axon.url, signedRequest({ headers: { timeout: 'nan' } })),
      send(axon.url, signedRequest({ text: 'another' })),
      send(axon.url, signedRequest({ synapse: 'Nope', hashed: [] })),
      send(axon.url, signedRequest({ fields: { ...nulls, messages: ['hi'] } })),
    ])
    assert.deepEqual(
      replies.map(reply => reply.status),
      [200, 200, 200, 200, 401, 404, 400],
    )
    for (const { text } of replies) assert.doesNotMatch(text, /"(timeout|axon|dendrite|completion)":null/)
  })

  it('answers requests of one caller that arrive out of order', async () => {
    await using axon = await startAxon()
    const nonce = freshNonce()
    const sent = [5n, 3n, 4n].map(more => signedRequest({ nonce: nonce + more }))
    for (const request of sent) assert.equal((await send(axon.url, request)).status, 200)
  })
})
