import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parseKeyfile } from '#dist/wallet/parse-keyfile.js'
import { WalletError, type WalletErrorCode } from '#dist/wallet/wallet-error.js'
import { oldWallets } from '../support/old-wallets.ts'

const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'
const DEVELOPMENT_ROOT = '5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV'
const PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk'
const SEED = '0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e'
const OTHER_PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

const parse = (content: string | Uint8Array | object) => {
  const isBytes = typeof content === 'string' || content instanceof Uint8Array
  return parseKeyfile(Buffer.from(isBytes ? content : JSON.stringify(content)), 'f')
}
const refuses = (parsing: Promise<unknown>, code: WalletErrorCode, said = /./) =>
  assert.rejects(parsing, error => {
    assert.ok(error instanceof WalletError, String(error))
    assert.equal(error.code, code)
    assert.match(`${error.message}\n${error.hint}`, said)
    return true
  })

describe('parseKeyfile', () => {
  it('opens a keyfile of an older tool, without private key and crypto type', async () => {
    assert.equal(
      (await parse({ secretSeed: SEED, secretPhrase: null, cryptoType: null, ss58Address: DEVELOPMENT_ROOT })).address,
      DEVELOPMENT_ROOT,
    )
    assert.equal((await parse({ secretSeed: SEED.slice(2) })).address, DEVELOPMENT_ROOT)
  })

  describe('reads the secrets', () => {
    const other = `0x${'11'.repeat(32)}`
    const stated = { ss58Address: DEVELOPMENT_ROOT }

    it('in the order of btwallet: the phrase, the seed, the private key', async () => {
      const files = [
        { secretPhrase: PHRASE, secretSeed: other },
        { secretSeed: SEED, privateKey: `0x${'11'.repeat(64)}` },
      ]
      for (const content of files) assert.equal((await parse(content)).address, DEVELOPMENT_ROOT)
    })

    it('in any order, if the file says whose they are, as SDK 6 prefers the seed', async () => {
      const files = [
        { secretPhrase: PHRASE, secretSeed: other, ...stated },
        { secretPhrase: OTHER_PHRASE, secretSeed: SEED, ...stated },
        { secretPhrase: 'no phrase', secretSeed: SEED, ...stated },
        { secretPhrase: PHRASE, secretSeed: 'no seed', privateKey: 'no key', ...stated },
      ]
      for (const content of files) assert.equal((await parse(content)).address, DEVELOPMENT_ROOT)
    })

    it('refuses a file that says whose they are, if none fits', async () => {
      await refuses(parse({ secretPhrase: OTHER_PHRASE, secretSeed: other, ...stated }), 'KEYFILE_MISMATCH')
      await refuses(parse({ secretPhrase: 'no phrase', secretSeed: other, ...stated }), 'KEYFILE_MISMATCH')
      await refuses(parse({ secretPhrase: 'no phrase', secretSeed: '0x', ...stated }), 'KEYFILE_MALFORMED')
    })

    it('with `0x` twice, as SDKs wrote a seed that they were given with it', async () => {
      assert.equal((await parse({ secretSeed: `0x${SEED}` })).address, DEVELOPMENT_ROOT)
    })

    it('of a seed that btwallet wrote as text, if the file says whose it is', async () => {
      const { privateKey: _, ...raw } = JSON.parse(readFileSync(`${oldWallets}/raw-seed/hotkeys/default`, 'utf8'))
      assert.equal((await parse(raw)).address, raw.ss58Address)
      await refuses(parse({ secretSeed: raw.secretSeed }), 'KEYFILE_MALFORMED')
      await refuses(parse({ ...raw, publicKey: null, ss58Address: BOB }), 'KEYFILE_MISMATCH')
    })
  })

  it('takes 64 bare hex digits for a public key, as SDK 6 does, and shows none of them', async () => {
    for (const content of [SEED, `${SEED}\n`]) {
      await refuses(parse(content), 'KEYFILE_PUBLIC_ONLY', /public key\n.*regen-hotkey --seed/)
      await assert.rejects(parse(content), error => !/fac795|5[A-Za-z0-9]{47}/.test(String(error)))
    }
  })

  it('refuses a file whose secret does not match its public key', async () => {
    await refuses(parse({ secretSeed: SEED, ss58Address: BOB }), 'KEYFILE_MISMATCH', /regen-hotkey/)
    await refuses(parse({ secretSeed: SEED, publicKey: `0x${'11'.repeat(32)}` }), 'KEYFILE_MISMATCH')
  })

  it('refuses a key that is not sr25519', async () => {
    await refuses(parse({ secretSeed: SEED, cryptoType: 0 }), 'KEYFILE_CRYPTO_UNSUPPORTED', /ed25519/)
    await refuses(parse({ secretSeed: SEED, cryptoType: '1' }), 'KEYFILE_CRYPTO_UNSUPPORTED')
  })

  it('refuses a keyfile without a secret', async () => {
    await refuses(parse({}), 'KEYFILE_PUBLIC_ONLY', /cannot sign/)
    await refuses(parse({ ss58Address: BOB, secretSeed: null }), 'KEYFILE_PUBLIC_ONLY')
  })

  it('refuses a malformed keyfile without repeating any of it', async () => {
    const contents = [
      '',
      PHRASE,
      SEED.slice(2),
      `${SEED}00`,
      `{"secretPhrase": "${PHRASE}"`,
      '[]',
      'null',
      Buffer.concat([Buffer.from(`{"secretPhrase":"${PHRASE}`), Buffer.of(0xff), Buffer.from('"}')]),
      { secretPhrase: PHRASE.replace('curtain', 'kurtain') },
      { secretPhrase: [PHRASE] },
      { secretPhrase: '' },
      { secretSeed: SEED.slice(0, -1) },
      { secretSeed: `${SEED}zz` },
      { secretSeed: 5 },
      { privateKey: SEED },
      { privateKey: `0x${'ff'.repeat(64)}` },
    ]
    for (const content of contents) {
      await assert.rejects(parse(content), error => {
        assert.ok(error instanceof WalletError, String(error))
        assert.equal(error.code, 'KEYFILE_MALFORMED', JSON.stringify(content))
        const cause = error.cause instanceof Error ? `${error.cause.message} ${error.cause.stack}` : String(error.cause)
        assert.doesNotMatch(`${error.message} ${error.hint} ${error.stack} ${cause}`, /bottom|kurtain|fac795|ffff/)
        return true
      })
    }
  })
})
