import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { ristretto255 } from '@noble/curves/ed25519.js'
import * as oracle from '@scure/sr25519'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import { type Keypair, keypairFromMiniSecret } from '#dist/keys/keypair.js'
import { loadSignatureLibrary } from '#dist/keys/signature-library.js'
import { decodeAddress } from '#dist/keys/ss58.js'
import { createVerifier, type Signed } from '#dist/keys/verifier.js'
import { attacks, BAD_KEYS, ORDER, withS } from './attacks.ts'

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'
const text = Buffer.from('some text')
const verifier = createVerifier({ onPanic: assert.ifError })

function verify(signed: Signed, { verify } = verifier): boolean {
  return verify([signed])[0]!
}

function sOf(signature: Uint8Array): bigint {
  const bytes = Buffer.from(signature.subarray(32)).reverse()
  bytes[0]! &= 0x7f
  return BigInt(`0x${bytes.toString('hex')}`)
}

/** A text for which there is no memory. */
const BROKEN = { length: 2 ** 31 } as Uint8Array

describe('verifier', () => {
  let alice: Keypair
  before(async () => {
    alice = await keypairFromUri('//Alice')
  })

  it('accepts the signed request of the wire specification, made by bittensor 10.2', () => {
    const signed = `1700000000000000000.${ALICE}.${BOB}.f3c1b0de-8a52-11ee-8c99-0242ac120002.3e901051661454a2aec8520d1463e9a0be733dffc0a009e2fa598dc2ec8c4b2d`
    const signature = Buffer.from(
      '30987c08251c379966ba531c5f396954852b633761e93a376dd0c3c18342271e7d9c88732e342f34fd96c709b1f413263db2abd712d083d029508e27028b418c',
      'hex',
    )
    const publicKey = decodeAddress(ALICE)
    assert.equal(verify({ publicKey, text: Buffer.from(signed), signature }), true)
    assert.equal(verify({ publicKey, text: Buffer.from(signed.replace('1', '2')), signature }), false)
    assert.equal(verify({ publicKey: decodeAddress(BOB), text: Buffer.from(signed), signature }), false)
  })

  it('agrees with another library on keys, texts and signatures at random', () => {
    for (let i = 0; i < 20; i++) {
      const secret = oracle.secretFromSeed(randomBytes(32))
      const publicKey = oracle.getPublicKey(secret)
      const message = randomBytes(i * 7)
      const signature = oracle.sign(secret, message)
      assert.equal(verify({ publicKey, text: message, signature }), true)
      const changed = signature.with(i * 3, signature[i * 3]! ^ 1)
      assert.equal(verify({ publicKey, text: message, signature: changed }), false)
    }
  })

  it('accepts a signature over the text in <Bytes>, and no other wrapping', () => {
    const over = (wrapped: string) =>
      verify({ publicKey: alice.publicKey, text, signature: alice.sign(Buffer.from(wrapped)) })
    assert.equal(over('<Bytes>some text</Bytes>'), true)
    assert.equal(over('<Bytes>some text'), false)
    assert.equal(over('<Bytes><Bytes>some text</Bytes></Bytes>'), false)
  })

  it('does not modify its arguments', () => {
    const given = [alice.publicKey, text, Buffer.from(alice.sign(text))] as const
    const before = given.map(bytes => Buffer.from(bytes).toString('hex'))
    const [publicKey, , signature] = given
    assert.equal(verify({ publicKey, text, signature }), true)
    assert.deepEqual(
      given.map(bytes => Buffer.from(bytes).toString('hex')),
      before,
    )
  })

  it('refuses signatures and keys of any other length', () => {
    const signature = alice.sign(text)
    for (const length of [0, 1, 31, 32, 63, 65, 128]) {
      const bytes = new Uint8Array(length).fill(0x80)
      assert.equal(verify({ publicKey: alice.publicKey, text, signature: bytes }), false)
      assert.equal(verify({ publicKey: bytes, text, signature }), false)
    }
  })

  it('refuses a second form of a good signature, s plus the order', () => {
    const signature = alice.sign(text)
    const s = sOf(signature)
    assert.equal(verify({ publicKey: alice.publicKey, text, signature: withS(signature, s) }), true)
    assert.equal(verify({ publicKey: alice.publicKey, text, signature: withS(signature, s + ORDER) }), false)
    for (const edge of [0n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 255n - 1n]) {
      assert.equal(verify({ publicKey: alice.publicKey, text, signature: withS(signature, edge) }), false)
    }
  })

  it('refuses an R that does not decode, without a panic of the library', () => {
    const signature = alice.sign(text)
    for (const fill of [0xff, 0x01, 0x00]) {
      assert.equal(verify({ publicKey: alice.publicKey, text, signature: signature.slice().fill(fill, 0, 32) }), false)
    }
  })

  it('refuses the identity as a key, because anyone can sign for it', () => {
    const s = 12345n
    const signature = withS(ristretto255.Point.BASE.multiply(s).toBytes(), s)
    const nobody = { publicKey: new Uint8Array(32), text, signature }
    const { sr25519_verify } = createRequire(import.meta.url)('@polkadot-labs/schnorrkel-wasm')
    assert.equal(sr25519_verify(nobody.publicKey, text, signature), true)
    assert.equal(verify(nobody), false)
  })

  for (const encoding of BAD_KEYS) {
    it(`refuses the key ${encoding}`, () => {
      assert.equal(verify({ publicKey: Buffer.from(encoding, 'hex'), text, signature: alice.sign(text) }), false)
    })
  }

  it('has the same verdicts after tables were made, and made again for other keys in their place', () => {
    const signed = Array.from({ length: 300 }, (_, at) => {
      const seed = Buffer.alloc(32)
      seed.writeUInt32LE(at)
      const { publicKey, sign } = keypairFromMiniSecret(seed)
      return { publicKey, text, signature: sign(text) }
    })
    let made: number[] = []
    const load = () => {
      const library = loadSignatureLibrary()
      const makeTable = (place: number, key: Uint8Array) => {
        made.push(place)
        library.makeTable(place, key)
      }
      return { ...library, makeTable }
    }
    const tabled = createVerifier({ onPanic: assert.ifError, load })
    for (let round = 0; round < 2; round++) {
      made = []
      for (const one of signed) assert.ok(tabled.verify(Array.from({ length: 16 }, () => one)).every(holds => holds))
      assert.ok(made.length > 256, `${made.length} tables were made`)
      assert.ok(made.every(place => place < 256))
      for (const one of signed) {
        const forged = { ...one, text: Buffer.from('another text') }
        assert.deepEqual(tabled.verify([one, forged]), [true, false])
      }
    }
  })

  it('refuses a text that is longer than any header', () => {
    const sign = (length: number) => {
      const long = Buffer.alloc(length, 'x')
      return { publicKey: alice.publicKey, text: long, signature: alice.sign(long) }
    }
    assert.deepEqual(verifier.verify([sign(64 * 1024), sign(64 * 1024 + 1), sign(0)]), [true, false, true])
  })

  describe('under attack', () => {
    for (const [what, attack] of Object.entries(attacks)) {
      it(`still verifies after 1,500 ${what}`, () => {
        const attacked = createVerifier({ onPanic: assert.ifError })
        const good = { publicKey: alice.publicKey, text, signature: alice.sign(text) }
        for (let i = 1; i <= 1_500; i++) {
          assert.equal(verify(attack(good), attacked), false)
          if (i % 300 === 0) assert.equal(verify(good, attacked), true)
        }
      })
    }
  })

  it('refuses the batch in which the library panics, reports that, and loads it anew', () => {
    const panics: unknown[] = []
    let loads = 0
    // The real library, made to panic really: by the length of a text for which it finds no memory.
    const load = () => {
      const library = loadSignatureLibrary()
      loads++
      return {
        ...library,
        check: (batch: Parameters<typeof library.check>[0]) =>
          library.check(batch.map(signed => ({ ...signed, text: signed.text.length === 3 ? BROKEN : signed.text }))),
      }
    }
    const broken = createVerifier({ onPanic: cause => panics.push(cause), load })
    const good = (said: string) => {
      const words = Buffer.from(said)
      return { publicKey: alice.publicKey, text: words, signature: alice.sign(words) }
    }
    for (let at = 1; at <= 20; at++) {
      assert.deepEqual(broken.verify([good('four'), good('one')]), [false, false])
      assert.deepEqual(broken.verify([good('four'), good('fiver')]), [true, true])
      assert.equal(panics.length, at)
      assert.equal(loads, at + 1)
    }
  })
})
