import assert from 'node:assert/strict'
import { claim } from '#dist/wires/synapse/claim.js'
import { proof } from '#dist/wires/synapse/proof.js'
import { alice, bob, head, isSignedBy, message, signedHead, vector } from '../fixture.ts'

const body = '{"roles":["user"],"messages":["hi"]}'
type Change = Readonly<Record<string, string | null>>
const proofOf = (change: Change = {}) => proof(claim(signedHead({ body, change })), bob.address)
const holds = (change: Change = {}) => {
  const { text, signature } = proofOf(change)
  return isSignedBy(alice.publicKey, text, signature)
}

describe('proof of the synapse wire', () => {
  it('12.1-2: verifies the signature of the recorded request', () => {
    const { rawHeaders } = message(vector('axon/request-10.2.http').toString())
    const { text, signature, hotkey, signedAtNs } = proof(claim(head(rawHeaders)), bob.address)
    assert.equal(
      Buffer.from(text).toString(),
      `1700000000000000000.${alice.address}.${bob.address}.f3c1b0de-8a52-11ee-8c99-0242ac120002.3e901051661454a2aec8520d1463e9a0be733dffc0a009e2fa598dc2ec8c4b2d`,
    )
    assert.equal(hotkey, alice.address)
    assert.equal(signedAtNs, 1_700_000_000_000_000_000n)
    assert.ok(isSignedBy(alice.publicKey, text, signature))
  })

  it('verifies what dendrites 6.1.0 and 6.9.3 signed', () => {
    const recorded = vector('axon/requests-6.x.txt')
      .toString()
      .split(/^(?=POST )/m)
      .slice(1)
    assert.ok(recorded.length >= 4)
    for (const text of recorded) {
      const signed = proof(claim(head(message(text).rawHeaders)), bob.address)
      assert.ok(isSignedBy(alice.publicKey, signed.text, signed.signature))
    }
  })

  it('12.1-4: needs only nonce, uuid, hotkey, signature and body hash', () => {
    assert.ok(holds({ timeout: null, bt_header_dendrite_version: null, bt_header_input_obj_messages: null }))
  })

  it('signs a missing uuid and a missing body hash as None, and the nonce as the parsed number', () => {
    assert.ok(holds({ bt_header_dendrite_uuid: null }))
    assert.ok(holds({ computed_body_hash: null }))
    const { text } = proofOf({ bt_header_dendrite_nonce: ' +0017_00 ' })
    assert.match(Buffer.from(text).toString(), /^1700\.5Grwva/)
  })

  it('covers the receiver, whatever axon the head names', () => {
    assert.ok(holds({ bt_header_axon_hotkey: alice.address }))
    const other = proof(claim(signedHead({ body })), alice.address)
    assert.equal(isSignedBy(alice.publicKey, other.text, other.signature), false)
  })

  const refusals: Record<string, [Change, string]> = {
    '12.1-13: no signature': [{ bt_header_dendrite_signature: null }, 'Missing Signature'],
    '12.1-13: an empty signature': [{ bt_header_dendrite_signature: '' }, 'Missing Signature'],
    '12.1-14: a signature without 0x': [
      { bt_header_dendrite_signature: 'ab'.repeat(64) },
      'Invalid signature format. Expected hex string.',
    ],
    '12.1-14: odd hex': [{ bt_header_dendrite_signature: '0xabc' }, 'Invalid hex string: OddLength'],
    '12.1-14: no hex': [{ bt_header_dendrite_signature: '0xzz' }, 'Invalid hex string: InvalidHexCharacter'],
    '12.1-14: 10 bytes': [{ bt_header_dendrite_signature: `0x${'ab'.repeat(10)}` }, 'Invalid signature'],
    '12.1-15: no hotkey': [{ bt_header_dendrite_hotkey: null }, 'No SS58 formatted address or public key provided.'],
    '12.1-15: a hotkey that is none': [
      { bt_header_dendrite_hotkey: '5Abc' },
      'Invalid SS58 address: not an address of network prefix 42',
    ],
    '12.1-16: no nonce': [{ bt_header_dendrite_nonce: null }, 'Missing Nonce'],
  }
  for (const [title, [change, why]] of Object.entries(refusals)) {
    it(`${title} is refused in the SDK's words`, () => {
      assert.throws(() => proofOf(change), { status: 401, message: `Not Verified with error: ${why}` })
    })
  }

  it('allows an age of 4 s plus the timeout, capped at 60 s, and keeps the nonce for that long', () => {
    const window = (timeout: string | null) => {
      const { maxAgeMs, maxAheadMs, keepMs } = proofOf({ timeout })
      return [maxAgeMs, maxAheadMs, keepMs]
    }
    assert.deepEqual(window('12.0'), [16_000, 4_000, 64_000])
    assert.deepEqual(window('1e9'), [64_000, 4_000, 64_000])
    for (const none of [null, '0', 'inf', 'nan', '-100']) assert.deepEqual(window(none), [4_000, 4_000, 64_000])
  })

  it('has one replay key for each hotkey, uuid and nonce, however they are spelled', () => {
    const key = (change: Change) => proofOf(change).replayKey
    const nonce = '1795354700061001290'
    assert.equal(key({ bt_header_dendrite_nonce: ` 0${nonce}` }), key({}))
    assert.equal(key({ bt_header_dendrite_uuid: null }), key({ bt_header_dendrite_uuid: 'None' }))
    assert.equal(key({ timeout: '1', bt_header_dendrite_version: '610' }), key({}))
    assert.notEqual(key({ bt_header_dendrite_nonce: `${nonce}0` }), key({}))
    assert.notEqual(key({ bt_header_dendrite_uuid: 'another' }), key({}))
  })

  it('treats a nonce that counts from the caller’s boot as very old', () => {
    const { signedAtNs } = proofOf({ bt_header_dendrite_nonce: '1756870404140', bt_header_dendrite_version: '610' })
    assert.equal(signedAtNs, 1_756_870_404_140n)
  })
})
