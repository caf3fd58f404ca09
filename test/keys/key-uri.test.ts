import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { developmentKeys } from '#dist/keys/development-keys.js'
import { KeyError, type KeyErrorCode } from '#dist/keys/key-error.js'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import { createVerifier } from '#dist/keys/verifier.js'

type Vector = { uri: string; address: string | null; signature: string }
const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../fixtures/wallets/key-uris.json', import.meta.url), 'utf8'),
)
const { verify } = createVerifier({ onPanic: assert.ifError })
const PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk'

describe('keypairFromUri', () => {
  for (const { uri, address, signature } of vectors) {
    const name = JSON.stringify(uri.length > 80 ? `${uri.slice(0, 80)}…` : uri)
    if (address === null) {
      it(`refuses ${name}, as bittensor-wallet does`, () => assert.rejects(keypairFromUri(uri), KeyError))
    } else {
      it(`derives from ${name} what bittensor-wallet derives`, async () => {
        const pair = await keypairFromUri(uri)
        assert.equal(pair.address, address)
        const text = Buffer.from('miner')
        const { publicKey } = pair
        const signatures = [Buffer.from(signature.slice(2), 'hex'), pair.sign(text)]
        const signed = signatures.map(one => ({ publicKey, text, signature: one }))
        assert.deepEqual(verify(signed), [true, true])
      })
    }
  }

  it('knows the addresses of the development keys', async () => {
    for (const { uri, address } of developmentKeys) assert.equal((await keypairFromUri(uri)).address, address)
  })

  const wrong: [string, KeyErrorCode, RegExp][] = [
    ['', 'URI_MALFORMED', /malformed/],
    ['//Alice/', 'URI_MALFORMED', /malformed/],
    [`//${'a'.repeat(5000)}`, 'URI_MALFORMED', /malformed/],
    [`0x${'1'.repeat(63)}`, 'URI_MALFORMED', /64 hex digits/],
    [PHRASE.replace('walk', ''), 'PHRASE_LENGTH', /11 words/],
    [PHRASE.replace('curtain', 'kurtain'), 'PHRASE_WORD', /word 5 /],
    [PHRASE.replace('walk', 'wall'), 'PHRASE_CHECKSUM', /checksum/],
    [`${PHRASE}//${PHRASE}/`, 'URI_MALFORMED', /malformed/],
  ]
  for (const [uri, code, message] of wrong) {
    it(`throws ${code} for ${JSON.stringify(uri.slice(0, 40))} without repeating any of it`, async () => {
      await assert.rejects(keypairFromUri(uri), error => {
        assert.ok(error instanceof KeyError)
        assert.equal(error.code, code)
        assert.match(error.message, message)
        const said = `${error.message} ${error.stack}`
        for (const word of [...PHRASE.split(' '), 'kurtain', '1111']) assert.ok(!said.includes(` ${word} `))
        return true
      })
    })
  }
})
