import assert from 'node:assert/strict'
import { createCipheriv, createHmac } from 'node:crypto'
import { type FernetToken, openFernet, parseFernet } from '#dist/wallet/ciphers/fernet.js'
import { vectors } from '../../support/old-wallets.ts'

const parsed = (text: string) => parseFernet(Buffer.from(text)) as FernetToken

// That the password yields the right key, open-hotkey.test.ts shows: deriving it takes seconds.
describe('openFernet', () => {
  for (const { key, token, content } of vectors.tokens) {
    it(`opens what Python's cryptography encrypted: ${content.length / 2} bytes`, () => {
      assert.equal(Buffer.from(openFernet(parsed(token), Buffer.from(key, 'hex'))!).toString('hex'), content)
    })
  }

  it('refuses another key', () => {
    const { key, token } = vectors.tokens[0]!
    for (const at of [0, 15]) {
      const other = Buffer.from(key, 'hex').map((byte, i) => (i === at ? byte ^ 1 : byte))
      assert.equal(openFernet(parsed(token), other), null)
    }
  })

  it('refuses a token that was changed, in each of its bytes but the version', () => {
    const { key, token } = vectors.tokens[1]!
    const bytes = Buffer.from(token, 'base64url')
    for (let at = 1; at < bytes.length; at++) {
      const changed = Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)))
      assert.equal(openFernet(parsed(changed.toString('base64url')), Buffer.from(key, 'hex')), null, `byte ${at}`)
    }
  })

  it('throws when the padding is wrong, although the code is right', () => {
    const { key: hex, token } = vectors.tokens[0]!
    const key = Buffer.from(hex, 'hex')
    const { iv } = parsed(token)
    const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv).setAutoPadding(false)
    const ciphertext = Buffer.concat([cipher.update(Buffer.alloc(16)), cipher.final()])
    const signed = Buffer.concat([Buffer.of(0x80), Buffer.alloc(8), iv, ciphertext])
    const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest()
    assert.throws(() => openFernet({ ...parsed(token), signed, mac, ciphertext }, key))
  })
})

describe('parseFernet', () => {
  it('refuses another version, and a token that is too short or not in blocks', () => {
    const bytes = Buffer.from(vectors.tokens[0]!.token, 'base64url')
    const parse = (changed: Buffer) => parseFernet(Buffer.from(changed.toString('base64url')))
    assert.notEqual(parse(bytes), null)
    assert.equal(parse(Buffer.concat([Buffer.of(0x81), bytes.subarray(1)])), null)
    for (const length of [0, 1, 32, 57, bytes.length - 1]) assert.equal(parse(bytes.subarray(0, length)), null)
    assert.equal(parse(Buffer.concat([bytes, Buffer.of(0)])), null)
  })
})
