import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAddress } from '#dist/wallet/read-address.js'
import type { WalletError } from '#dist/wallet/wallet-error.js'
import { oldWallets } from '../support/old-wallets.ts'

const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'
const CHARLIE = '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y'

describe('readAddress', () => {
  let path: string

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'miner-wallets-'))
    cpSync(new URL('../fixtures/wallets', import.meta.url), path, { recursive: true })
  })
  afterEach(() => rmSync(path, { recursive: true, force: true }))

  const file = (name: string) => join(path, name, 'hotkeys/default')
  const read = async (name: string) => {
    const { address, keypair } = await readAddress({ path, name, hotkey: 'default' })
    return [address, keypair?.address ?? null]
  }

  it('reads a keyfile without a password, with its keypair', async () => {
    assert.deepEqual(await read('plain'), [BOB, BOB])
  })

  it('reads the public half alone, in the keyfile or beside it', async () => {
    assert.deepEqual(await read('public'), [BOB, null])
    renameSync(file('public'), `${file('public')}pub.txt`)
    assert.deepEqual(await read('public'), [BOB, null])
  })

  it('reads the public half of an encrypted keyfile, if it is there and holds an address', async () => {
    assert.deepEqual(await read('locked'), [null, null])
    for (const bad of ['', '{}', 'null', '{"ss58Address": "5abc"}', '{"ss58Address": 7}']) {
      writeFileSync(`${file('locked')}pub.txt`, bad)
      assert.deepEqual(await read('locked'), [null, null])
    }
    writeFileSync(`${file('locked')}pub.txt`, JSON.stringify({ ss58Address: CHARLIE }))
    assert.deepEqual(await read('locked'), [CHARLIE, null])
  })

  it('reads the public half as text, which the first SDKs wrote, but shows no such text of the keyfile itself', async () => {
    const bare = readFileSync(`${oldWallets}/bare/hotkeys/default`)
    writeFileSync(`${file('locked')}pub.txt`, bare)
    assert.deepEqual(await read('locked'), [BOB, null])
    writeFileSync(file('plain'), bare)
    assert.deepEqual(await read('plain'), [null, null])
  })

  it('reads the public half of an old encrypted keyfile', async () => {
    for (const name of ['ansible', 'fernet']) {
      cpSync(`${oldWallets}/${name}`, join(path, name), { recursive: true })
      assert.deepEqual(await read(name), [null, null])
      writeFileSync(`${file(name)}pub.txt`, JSON.stringify({ ss58Address: CHARLIE }))
      assert.deepEqual(await read(name), [CHARLIE, null])
    }
  })

  it('throws when there is neither, or the keyfile is broken', async () => {
    const codeOf = (name: string) =>
      read(name).then(
        () => assert.fail(),
        (error: WalletError) => error.code,
      )
    assert.equal(await codeOf('nobody'), 'HOTKEY_NOT_FOUND')
    assert.equal(await codeOf('ed25519'), 'KEYFILE_CRYPTO_UNSUPPORTED')
    writeFileSync(file('plain'), '{')
    assert.equal(await codeOf('plain'), 'KEYFILE_MALFORMED')
  })
})
