import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { base58 } from '@scure/base'
import { KeyError, type KeyErrorCode } from '#dist/keys/key-error.js'
import { decodeAddress, encodeAddress } from '#dist/keys/ss58.js'
import { threadMs } from '../support/thread-ms.ts'

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
const ALICE_KEY = 'd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d'

const refuses = (address: string, code: KeyErrorCode) =>
  assert.throws(
    () => decodeAddress(address),
    error => error instanceof KeyError && error.code === code,
  )

describe('ss58', () => {
  it('returns a fresh copy of the bytes to each caller', () => {
    decodeAddress(ALICE).fill(0)
    assert.equal(Buffer.from(decodeAddress(ALICE)).toString('hex'), ALICE_KEY)
  })

  it('decodes and encodes the address of //Alice', () => {
    assert.equal(Buffer.from(decodeAddress(ALICE)).toString('hex'), ALICE_KEY)
    assert.equal(encodeAddress(Buffer.from(ALICE_KEY, 'hex')), ALICE)
  })

  it('encodes each key as one address of 48 characters, which decodes to it', () => {
    for (const key of [
      new Uint8Array(32),
      new Uint8Array(32).fill(255),
      ...Array.from({ length: 50 }, () => randomBytes(32)),
    ]) {
      const address = encodeAddress(key)
      assert.equal(address.length, 48)
      assert.deepEqual(decodeAddress(address), new Uint8Array(key))
    }
  })

  it('refuses the same key under another network prefix', () => {
    refuses('15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5', 'SS58_PREFIX') // Polkadot, 0
    refuses('HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F', 'SS58_PREFIX') // Kusama, 2
    refuses('cEaNSpz4PxFcZ7nT1VEKrKewH67rfx6MfcM6yKojyyPz7qaqp', 'SS58_PREFIX') // Edgeware's two bytes
  })

  it('refuses every address with one character changed', () => {
    for (let i = 0; i < ALICE.length; i++) {
      const other = ALICE[i] === 'z' ? 'y' : 'z'
      assert.throws(() => decodeAddress(ALICE.slice(0, i) + other + ALICE.slice(i + 1)), KeyError)
    }
    refuses(`${ALICE.slice(0, -1)}Z`, 'SS58_CHECKSUM')
  })

  it('accepts only one spelling of an address', () => {
    for (const spelling of [` ${ALICE}`, `${ALICE}\n`, `1${ALICE}`, `0x${ALICE_KEY}`, '', ALICE.toLowerCase()]) {
      assert.throws(() => decodeAddress(spelling), KeyError)
    }
    refuses(`1${ALICE}`, 'SS58_CHECKSUM')
    refuses(`${ALICE.slice(0, -1)}0`, 'SS58_MALFORMED')
    refuses(`${ALICE.slice(0, -1)}é`, 'SS58_MALFORMED')
  })

  it('refuses a text that is too long before decoding it', async () => {
    const ms = await threadMs(() => refuses('5'.repeat(5_000_000), 'SS58_MALFORMED'))
    assert.ok(ms < 100, `${ms} ms`)
  })

  it('refuses prefix 42 with a key of another length', () => {
    const short = base58.encode(Uint8Array.of(42, ...new Uint8Array(31)))
    assert.throws(() => decodeAddress(short), KeyError)
  })

  it('does not repeat its input in errors', () => {
    assert.throws(
      () => decodeAddress('bottom drive obey lake curtain smoke basket hold'),
      error => error instanceof KeyError && !`${error.message} ${error.hint}`.includes('bottom'),
    )
  })
})
