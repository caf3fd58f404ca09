import assert from 'node:assert/strict'
import { fieldsOf } from '#dist/wires/json/convert.js'
import { JsonNumber } from '#dist/wires/json/tree.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import { buildRequest } from '#dist/wires/synapse/build-request.js'
import { claim } from '#dist/wires/synapse/claim.js'
import { open } from '#dist/wires/synapse/open.js'
import { proof } from '#dist/wires/synapse/proof.js'
import { alice, bob, head, isSignedBy, message, vector } from '../fixture.ts'

const fields = fieldsOf({
  required_hash_fields: ['messages'],
  roles: ['system', 'user'],
  messages: ['You are a helpful assistant.', 'hi'],
  completion: '',
})
const prompting = { name: 'Prompting', fields, required: ['roles', 'messages'] }
const envelope = {
  signer: alice,
  callerIp: '203.0.113.7',
  receiver: { hotkey: bob.address, ip: '198.51.100.9', port: 8091 },
  nonce: 1_700_000_000_000_000_000n,
  uuid: 'f3c1b0de-8a52-11ee-8c99-0242ac120002',
  timeoutSeconds: 10,
  bodyHash: bodyHash(fields, ['messages'], '15.1'),
}

describe('buildRequest', () => {
  const recorded = message(vector('axon/request-10.2.http').toString())
  const ask = buildRequest(prompting, envelope)
  const signature = Object.fromEntries(ask.headers).bt_header_dendrite_signature!
  // Signatures differ each time, sizes are those of Python's objects.
  const alike = (text: string) =>
    text.replaceAll(/0x[0-9a-f]{128}/g, '0x').replace(/"total_size": \d+/, '"total_size": 0')

  it('12.2-1: sends the body that a 10.2 dendrite sends, to the byte', () => {
    assert.equal(alike(Buffer.from(ask.body).toString()), alike(recorded.body.toString()))
  })

  it('12.2-1: sends its headers, in lower case, with its values and in its order', () => {
    const theirs: [string, string][] = []
    for (let at = 0; at < recorded.rawHeaders.length; at += 2)
      theirs.push([recorded.rawHeaders[at]!, recorded.rawHeaders[at + 1]!])
    const own = (headers: readonly (readonly [string, string])[]) =>
      headers
        .filter(([name]) => name.includes('_') || name === 'name' || name === 'timeout')
        .map(([name, value]) => [name, name === 'total_size' ? '0' : alike(value)])
    assert.deepEqual(own(ask.headers), own(theirs))
    assert.equal(`${ask.method} ${ask.path} HTTP/1.1`, recorded.start)
    assert.match(signature, /^0x[0-9a-f]{128}$/)
  })

  it('12.2-1: builds a request that the axon verifies and opens', async () => {
    const claimed = claim(head(ask.headers.flat(), ask.path))
    const { text, signature } = proof(claimed, bob.address)
    assert.ok(isSignedBy(alice.publicKey, text, signature))
    const opened = await open(claimed, ask.body, [['messages']])
    assert.deepEqual(opened.get('messages'), fields.get('messages'))
  })

  it('announces each required field with an empty value of its type', () => {
    const values = fieldsOf({ a: ['x'], b: 'x', c: 5, d: new JsonNumber('5.0'), e: true, f: { x: 1 }, g: null })
    const { headers } = buildRequest({ name: 'X', fields: values, required: ['a', 'b', 'c', 'd', 'e', 'f'] }, envelope)
    const dummies = headers.filter(([name]) => name.startsWith('bt_header_input_obj_')).map(([, value]) => value)
    assert.deepEqual(dummies, ['W10=', 'IiI=', 'MA==', 'MC4w', 'ZmFsc2U=', 'e30='])
  })

  it('writes the timeout as a Python float', () => {
    const timeout = (timeoutSeconds: number) => buildRequest(prompting, { ...envelope, timeoutSeconds }).headers[1]
    assert.deepEqual(timeout(12), ['timeout', '12.0'])
    assert.deepEqual(timeout(0.25), ['timeout', '0.25'])
  })
})
