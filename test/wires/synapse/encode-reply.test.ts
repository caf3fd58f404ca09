import assert from 'node:assert/strict'
import { claim } from '#dist/wires/synapse/claim.js'
import { encodeReply } from '#dist/wires/synapse/encode-reply.js'
import type { Reply } from '#dist/wires/wire.js'
import { alice, bob, head, message, seeded, served, signedHead, tree, vector } from '../fixture.ts'

type Terminal = Record<string, unknown>
type Synapse = { dendrite: Terminal; axon: Terminal } & Record<string, unknown>

const text = (reply: Reply) => Buffer.from(reply.body).toString()
const parsed = (reply: Reply) => JSON.parse(text(reply)) as Synapse
const headerOf = (reply: Reply) => Object.fromEntries(reply.headers)
const answered = (body: string, patch: Record<string, unknown> = { completion: 'OK' }) =>
  encodeReply(claim(signedHead({ body, hashed: [] })), tree(body), patch, served)

describe('whole reply of the synapse wire', () => {
  it('12.1-1: reports success in head and body, and echoes the request with the answer in it', () => {
    const { rawHeaders, body } = message(vector('axon/request-10.2.http').toString())
    const reply = encodeReply(claim(head(rawHeaders)), tree(body), { completion: 'wörld' }, served)
    const headers = headerOf(reply)
    const synapse = parsed(reply)
    assert.equal(reply.status, 200)
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers.bt_header_axon_status_code, '200')
    assert.equal(headers.bt_header_axon_status_message, 'Success')
    assert.equal(headers.bt_header_axon_process_time, '0.0125')
    assert.equal(headers.bt_header_axon_hotkey, bob.address)
    assert.equal('bt_header_axon_signature' in headers, false)
    assert.deepEqual(synapse.roles, ['system', 'user'])
    assert.deepEqual(synapse.messages, ['You are a helpful assistant.', 'hi'])
    assert.equal(synapse.completion, 'wörld')
    assert.deepEqual(synapse.required_hash_fields, ['messages'])
    assert.equal(synapse.computed_body_hash, '')
    assert.equal(synapse.axon.status_code, 200)
    assert.equal(synapse.axon.process_time, 0.0125)
    assert.match(text(reply), /"timeout":10.0,.*"total_size":3632,"header_size":0,/)
  })

  it('has the keys that a 10.2 axon sends', () => {
    const recorded = message(
      vector('axon/replies-10.2.txt')
        .toString()
        .replace(/^#.*\n/, ''),
    )
    const { rawHeaders, body } = message(vector('axon/request-10.2.http').toString())
    const mine = parsed(encodeReply(claim(head(rawHeaders)), tree(body), {}, served))
    const theirs = JSON.parse(recorded.body.toString()) as Synapse
    assert.deepEqual(new Set(Object.keys(mine)), new Set(Object.keys(theirs)))
    assert.deepEqual(Object.keys(mine.axon), Object.keys(theirs.axon))
    assert.deepEqual(Object.keys(mine.dendrite), Object.keys(theirs.dendrite))
  })

  it('12.1-27: echoes a nonce beyond 2^53 digit for digit', () => {
    const reply = answered('{"dendrite":{"nonce":1}}')
    assert.match(text(reply), /"nonce":1795354700061001290,/)
    assert.equal(headerOf(reply).bt_header_dendrite_nonce, '1795354700061001290')
  })

  it('echoes numbers, order and Unicode to the byte', () => {
    const field = '{"b":64.0,"2":[9007199254740993,1e3,-0],"1":"é😀\\u2028 \\ud800"}'
    assert.ok(text(answered(`{"x":${field}}`)).endsWith(`"x":${field.replace('\\u2028', '\u2028')},"completion":"OK"}`))
  })

  it('12.1-45: ignores a status in the request’s body', () => {
    const reply = answered('{"axon":{"status_code":503,"status_message":"no"}}')
    assert.equal(reply.status, 200)
    assert.equal(parsed(reply).axon.status_code, 200)
    assert.equal(parsed(reply).axon.status_message, 'Success')
  })

  it('12.1-46: reports the proven caller and timeout, whatever the body contains', () => {
    const { dendrite, timeout, name } = parsed(
      answered(`{"dendrite":{"hotkey":"${bob.address}","ip":"8.8.8.8"},"timeout":99.0,"name":"Other"}`),
    )
    assert.equal(dendrite.hotkey, alice.address)
    assert.equal(dendrite.ip, '203.0.113.7')
    assert.equal(timeout, 12)
    assert.equal(name, 'Prompting')
  })

  it('does not let an answer set what the head proved', () => {
    const synapse = parsed(answered('{}', { dendrite: null, axon: null, timeout: null, name: 'x', completion: 'OK' }))
    assert.equal(synapse.name, 'Prompting')
    assert.equal(synapse.axon.status_code, 200)
  })

  it('12.1-47: keeps header values to one short line of printable ASCII', () => {
    const change = { bt_header_dendrite_uuid: `é\n${'x'.repeat(9000)}` }
    const reply = encodeReply(
      claim(signedHead({ body: '{}', hashed: [], change, target: '/%C3%A9%0D%0Ax' })),
      tree('{}'),
      {},
      served,
    )
    for (const [name, value] of reply.headers) {
      assert.equal(name, name.toLowerCase())
      assert.match(value, /^[ -~]{1,2048}$/, name)
    }
    assert.equal(headerOf(reply).name, '? x')
    assert.equal(headerOf(reply).bt_header_dendrite_uuid?.length, 256)
    assert.equal(parsed(reply).name, 'é\r\nx')
  })

  it('12.1-54: never writes a null that would end a validator’s step', () => {
    const random = seeded(54)
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
    const value = (depth: number): unknown => {
      const simple = [null, null, true, 'null', '"timeout":null', 1, '']
      if (depth > 2) return pick(simple)
      return pick<() => unknown>([() => pick(simple), () => [value(depth + 1)], () => ({ a: value(depth + 1) })])()
    }
    const names = [
      'timeout',
      'dendrite',
      'axon',
      'completion',
      'name',
      'computed_body_hash',
      'messages',
      'x',
      '__proto__',
    ]
    for (let round = 0; round < 2000; round++) {
      const members = names
        .filter(() => random() < 0.6)
        .map(name => `${JSON.stringify(name)}:${JSON.stringify(value(0))}`)
      const patch = Object.fromEntries(names.filter(() => random() < 0.2).map(name => [name, value(1)]))
      const timeout = pick(['12.0', null, '0', 'nan', 'inf', '-1', '1e300'])
      const call = claim(signedHeadOnce(timeout))
      const reply = text(encodeReply(call, tree(`{${members}}`), patch, served))
      assert.doesNotMatch(reply, /"(?:timeout|axon|dendrite|completion)":null/, `{${members}}`)
      assert.equal(typeof JSON.parse(reply).timeout, 'number')
    }
  })
})

// Signing is slow and is not what the property is about.
function signedHeadOnce(timeout: string | null) {
  const headers = ['bt_header_dendrite_nonce', '1', 'bt_header_dendrite_hotkey', alice.address]
  return head(timeout === null ? headers : [...headers, 'timeout', timeout])
}
