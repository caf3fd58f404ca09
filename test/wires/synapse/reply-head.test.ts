import assert from 'node:assert/strict'
import { Refusal, type RefusalCode, refusals } from '#dist/wires/refusal.js'
import { claim } from '#dist/wires/synapse/claim.js'
import { refuse, stream } from '#dist/wires/synapse/reply-head.js'
import { synapseWire } from '#dist/wires/synapse/wire.js'
import { alice, bob, served, signedHead } from '../fixture.ts'

describe('stream of the synapse wire', () => {
  it('has the head of a success, and the type that the SDK gives it', () => {
    const call = claim(signedHead({ body: '{"messages":[]}', target: '/StreamPrompting' }))
    const { status, headers } = stream(call, served)
    assert.equal(status, 200)
    assert.partialDeepStrictEqual(Object.fromEntries(headers), {
      'content-type': 'text/event-stream',
      name: 'StreamPrompting',
      timeout: '12.0',
      bt_header_axon_status_code: '200',
      bt_header_axon_status_message: 'Success',
      bt_header_axon_process_time: '0.0125',
      bt_header_axon_hotkey: bob.address,
      bt_header_dendrite_hotkey: alice.address,
    })
    for (const [name] of headers) assert.equal(name, name.toLowerCase())
  })
})

const call = claim(signedHead({ body: '{"messages":[]}' }))
const refused = (code: RefusalCode, detail?: string) => {
  const reply = refuse(call, new Refusal(code, detail), served)
  return { ...reply, head: Object.fromEntries(reply.headers), json: JSON.parse(Buffer.from(reply.body).toString()) }
}

describe('refusal of the synapse wire', () => {
  for (const code of Object.keys(refusals) as RefusalCode[]) {
    it(`sends ${code} as a status, in headers and in the body`, () => {
      const { status, head, json } = refused(code, 'why')
      const text = new Refusal(code, 'why').message
      assert.equal(status, refusals[code].status)
      assert.equal(head['content-type'], 'application/json')
      assert.equal(head.bt_header_axon_status_code, String(status))
      assert.equal(head.bt_header_axon_status_message, text)
      assert.equal(json.message ?? json.detail, text)
      assert.equal(Object.keys(json).length, 1)
    })
  }

  it('12.1-34: lists the available synapses', () => {
    for (const name of ['Nope', '']) {
      const text = `Synapse name '${name}' not found. Available synapses ['Synapse', 'Prompting']`
      assert.equal(synapseWire.unknown(name, ['Synapse', 'Prompting']), text)
      assert.deepEqual(refused('UNKNOWN_SYNAPSE', text).json, { message: text })
    }
  })

  it("12.1-35: answers other paths and methods in the form of the SDK's web framework", () => {
    assert.deepEqual(refused('NOT_FOUND').json, { detail: 'Not Found' })
    assert.deepEqual(refused('METHOD_NOT_ALLOWED').json, { detail: 'Method Not Allowed' })
  })

  it('12.1-47: keeps the whole text in the body and one short line of ASCII in the header', () => {
    const reason = `é 😀\r\n${'x'.repeat(20_000)}`
    const { head, json } = refused('BLACKLISTED', reason)
    assert.equal(json.message, `Forbidden. Key is blacklisted: ${reason}.`)
    assert.match(head.bt_header_axon_status_message!, /^Forbidden\. Key is blacklisted: \? \? x{1900,}$/)
    assert.ok(head.bt_header_axon_status_message!.length <= 2048)
  })

  it('repeats the claim, truncated, and adds the headers of the refusal', () => {
    const again = new Refusal('BUSY', '', { headers: [['retry-after', '1']] })
    const head = Object.fromEntries(refuse(call, again, served).headers)
    assert.equal(head['retry-after'], '1')
    assert.equal(head.name, 'Prompting')
    assert.equal(head.bt_header_dendrite_nonce, '1795354700061001290')
    assert.equal(head.bt_header_dendrite_ip, '203.0.113.7')
  })

  it('answers a request without a claim, on a socket without an address', () => {
    const { status, headers } = refuse(null, new Refusal('MALFORMED', 'This is not HTTP'), {
      hotkey: '',
      ip: '',
      port: 0,
      processMs: 0,
    })
    assert.equal(status, 400)
    assert.deepEqual(Object.fromEntries(headers), {
      'content-type': 'application/json',
      name: 'Synapse',
      timeout: '12.0',
      bt_header_axon_status_code: '400',
      bt_header_axon_status_message: 'This is not HTTP',
      bt_header_axon_process_time: '0.0',
    })
  })
})
