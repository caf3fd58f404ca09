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
  it('12.1-2, 12.1-4: opens the recorded request, and one with the required fields only', async () => {
    const { rawHeaders, body } = message(vector('axon/request-10.2.http').toString())
    assert.deepEqual((await open(claim(head(rawHeaders)), body, [['messages']])).get('roles'), ['system', 'user'])
    const least = '{"roles":["user"],"messages":["hi"]}'
    assert.deepEqual(await open(claim(signedHead({ body: least })), Buffer.from(least), [['messages']]), tree(least))
  })

  it('opens what dendrites 6.1.0 and 6.9.3 sent; 12.1-8: also with tensor headers for empty lists', async () => {
    const recorded = vector('axon/requests-6.x.txt')
      .toString()
      .split(/^(?=POST )/m)
      .slice(1)
    for (const text of recorded) {
      const { rawHeaders, body } = message(text)
      assert.ok((await open(claim(head(rawHeaders)), body, [['messages']])).has('messages'))
    }
    assert.match(recorded.join(), /bt_header_list_tensor_messages: \[\]/)
  })

  it('12.1-28: refuses messages that were changed on the way', async () => {
    await assert.rejects(opened(body.replace('hi', 'ho'), hash(body)), MISMATCH)
    await assert.rejects(opened(body, 'None'), MISMATCH)
    await assert.rejects(open(claim(head([])), Buffer.from(body), [['messages']]), MISMATCH)
  })

  it('12.1-30: opens quotes, escapes, white space and emoji as Python hashes them', async () => {
    const json = JSON.stringify({ messages: ['it\'s "x"\n\u200b\u00a0😀'] })
    // python3.13: h(h(str(['it\\'s \"x\"\\n\\u200b\\u00a0😀']))) with h = sha3_256 in hex
    assert.ok(await opened(json, 'b3d9fc0316dc134ed7631e3ac740ec8aeaf1dcadb5ba1eeeb2e8b111e7129f6c'))
  })

  it('12.1-31: opens a character that the two Pythons print differently', async () => {
    const json = '{"messages":["\u{1FADC}"]}'
    assert.notEqual(hash(json, '15.1'), hash(json, '16.0'))
    for (const profile of ['15.1', '16.0'] as const) assert.ok(await opened(json, hash(json, profile)))
    await assert.rejects(opened('{"messages":["\u{1FADD}"]}', hash(json)), MISMATCH)
  })

  it('gives other requests a turn between the hashes of a large body', async () => {
    let turns = 0
    const count = () => {
      turns++
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    const fourVersions = '\u{1FAE8}\u{1FADC}\u{1FAD0}'.repeat(10_000)
    await assert.rejects(opened(JSON.stringify({ messages: [fourVersions] }), 'None'), MISMATCH)
    clearImmediate(next)
    assert.ok(turns >= 4, `${turns} turns`)
  })

  it('12.1-32: does not let the body choose the hashed fields', async () => {
    const json = '{"required_hash_fields":[],"messages":["hi"]}'
    await assert.rejects(opened(json, hash(json, '15.0', [])), MISMATCH)
  })

  it('12.1-33: opens a float field sent as an integer', async () => {
    const json = '{"f":1}'
    assert.ok(await opened(json, hash('{"f":1.0}', '15.0', ['f']), [{ name: 'f', as: 'float' }]))
  })

  it('12.1-36: refuses a body that is not a JSON object or lacks the hashed field', async () => {
    for (const bad of ['{bad', '[1]', '', 'null', '"x"', '{"roles":["user"]}']) {
      await assert.rejects(opened(bad, hash(body)), { code: 'MALFORMED', status: 400 }, bad)
    }
    // A string where a list should be hashes as its text; what it should be is for the schema to say.
    assert.ok(await opened('{"messages":"hi"}', hash('{"messages":"hi"}')))
  })

  it('12.1-49: opens a ping, which hashes nothing', async () => {
    const nothing = 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a'
    assert.ok(await opened('{"name":"Synapse"}', nothing, []))
  })
})
