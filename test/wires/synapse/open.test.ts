import assert from 'node:assert/strict'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import { claim } from '#dist/wires/synapse/claim.js'
import { open } from '#dist/wires/synapse/open.js'
import type { Profile } from '#dist/wires/synapse/printable.js'
import type { HashField } from '#dist/wires/wire.js'
import { head, message, signedHead, tree, vector } from '../fixture.ts'

const body = '{"roles":["user"],"messages":["hi"],"completion":""}'
const opened = (sent: string, hash: string, hashed: readonly HashField[] = ['messages']) =>
  open(claim(head(['computed_body_hash', hash])), Buffer.from(sent), [hashed])
const hash = (json: string, profile: Profile = '15.0', hashed: readonly HashField[] = ['messages']) =>
  bodyHash(tree(json), hashed, profile)
const MISMATCH = { code: 'HASH_MISMATCH', status: 400 }

describe('open of the synapse wire', () => {
  it('12.1-2, 12.1-4: opens the recorded request, and one with the required fields only', () => {
    const { rawHeaders, body } = message(vector('axon/request-10.2.http').toString())
    assert.deepEqual(open(claim(head(rawHeaders)), body, [['messages']]).get('roles'), ['system', 'user'])
    const least = '{"roles":["user"],"messages":["hi"]}'
    assert.deepEqual(open(claim(signedHead({ body: least })), Buffer.from(least), [['messages']]), tree(least))
  })

  it('opens what dendrites 6.1.0 and 6.9.3 sent; 12.1-8: also with tensor headers for empty lists', () => {
    const recorded = vector('axon/requests-6.x.txt')
      .toString()
      .split(/^(?=POST )/m)
      .slice(1)
    for (const text of recorded) {
      const { rawHeaders, body } = message(text)
      assert.ok(open(claim(head(rawHeaders)), body, [['messages']]).has('messages'))
    }
    assert.match(recorded.join(), /bt_header_list_tensor_messages: \[\]/)
  })

  it('12.1-28: refuses messages that were changed on the way', () => {
    assert.throws(() => opened(body.replace('hi', 'ho'), hash(body)), MISMATCH)
    assert.throws(() => opened(body, 'None'), MISMATCH)
    assert.throws(() => open(claim(head([])), Buffer.from(body), [['messages']]), MISMATCH)
  })

  it('12.1-30: opens quotes, escapes, white space and emoji as Python hashes them', () => {
    const json = JSON.stringify({ messages: ['it\'s "x"\n\u200b\u00a0😀'] })
    // python3.13: h(h(str(['it\\'s \"x\"\\n\\u200b\\u00a0😀']))) with h = sha3_256 in hex
    assert.ok(opened(json, 'b3d9fc0316dc134ed7631e3ac740ec8aeaf1dcadb5ba1eeeb2e8b111e7129f6c'))
  })

  it('12.1-31: opens a character that the two Pythons print differently', () => {
    const json = '{"messages":["\u{1FADC}"]}'
    assert.notEqual(hash(json, '15.1'), hash(json, '16.0'))
    for (const profile of ['15.1', '16.0'] as const) assert.ok(opened(json, hash(json, profile)))
    assert.throws(() => opened('{"messages":["\u{1FADD}"]}', hash(json)), MISMATCH)
  })

  it('12.1-32: does not let the body choose the hashed fields', () => {
    const json = '{"required_hash_fields":[],"messages":["hi"]}'
    assert.throws(() => opened(json, hash(json, '15.0', [])), MISMATCH)
  })

  it('12.1-33: opens a float field sent as an integer', () => {
    const json = '{"f":1}'
    assert.ok(opened(json, hash('{"f":1.0}', '15.0', ['f']), [{ name: 'f', as: 'float' }]))
  })

  it('12.1-36: refuses a body that is not a JSON object or lacks the hashed field', () => {
    for (const bad of ['{bad', '[1]', '', 'null', '"x"', '{"roles":["user"]}']) {
      assert.throws(() => opened(bad, hash(body)), { code: 'MALFORMED', status: 400 }, bad)
    }
    // A string where a list should be hashes as its text; what it should be is for the schema to say.
    assert.ok(opened('{"messages":"hi"}', hash('{"messages":"hi"}')))
  })

  it('12.1-49: opens a ping, which hashes nothing', () => {
    const nothing = 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a'
    assert.ok(opened('{"name":"Synapse"}', nothing, []))
  })
})
