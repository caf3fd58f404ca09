import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import * as oracle from '@scure/sr25519'
import { KeyError } from '#dist/keys/key-error.js'
import { keypairFromMiniSecret, keypairFromPrivateKey } from '#dist/keys/keypair.js'

const SEED = Buffer.from('fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e', 'hex')
// The privateKey that bittensor-wallet 4.1.1 writes for the same seed.
const PRIVATE = Buffer.from(
  '05d65584630d16cd4af6d0bec10f34bb504a5dcb62dba2122d49f5a663763d0afd190cce74df356432b410bd64682309d6dedb27c76845daf388557cbac3ca34',
  'hex',
)
const ADDRESS = '5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV'

describe('keypair', () => {
  it('is the same from the seed and from the private key', () => {
    assert.equal(keypairFromMiniSecret(SEED).address, ADDRESS)
    assert.equal(keypairFromPrivateKey(PRIVATE).address, ADDRESS)
  })

  it('signs what another library verifies, from either', () => {
    const text = Buffer.from('a text')
    for (const pair of [keypairFromMiniSecret(SEED), keypairFromPrivateKey(PRIVATE)]) {
      assert.equal(oracle.verify(text, pair.sign(text), pair.publicKey), true)
      assert.equal(oracle.verify(Buffer.from('another'), pair.sign(text), pair.publicKey), false)
    }
  })

  it('returns a public key in its own memory', () => {
    for (const pair of [keypairFromMiniSecret(SEED), keypairFromPrivateKey(PRIVATE)]) {
      assert.equal(pair.publicKey.buffer.byteLength, 32)
    }
  })

  it('signs differently each time', () => {
    const pair = keypairFromMiniSecret(SEED)
    assert.notDeepEqual(pair.sign(SEED), pair.sign(SEED))
  })

  it('refuses secrets of another length and scalars that are not below the order', () => {
    const tooBig = Buffer.from(PRIVATE).fill(255, 0, 32)
    for (const make of [
      () => keypairFromMiniSecret(SEED.subarray(1)),
      () => keypairFromPrivateKey(PRIVATE.subarray(1)),
      () => keypairFromPrivateKey(new Uint8Array(0)),
      () => keypairFromPrivateKey(tooBig),
    ]) {
      assert.throws(make, error => error instanceof KeyError && error.code === 'SECRET_MALFORMED')
    }
  })

  it('does not reveal the secret when printed', () => {
    const shown =
      inspect(keypairFromMiniSecret(SEED), { depth: 9, showHidden: true }) + JSON.stringify(keypairFromMiniSecret(SEED))
    assert.doesNotMatch(shown, /fac795|5da15515|secret/i)
  })
})
