import assert from 'node:assert/strict'
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkKeyfile } from '#dist/doctor/wallet/keyfile.js'
import { bob } from '../../support/signed-request.ts'

const { signal } = new AbortController()

describe('the check of the wallet', () => {
  let path: string
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'doctor-wallet-'))
    cpSync(fileURLToPath(new URL('../../fixtures/wallets', import.meta.url)), path, { recursive: true })
    for (const name of ['plain', 'locked']) chmodSync(file(name), 0o600)
  })
  afterEach(() => rmSync(path, { recursive: true, force: true }))

  const file = (name: string) => join(path, name, 'hotkeys/default')
  const check = (name: string, more: { password?: string; env?: Record<string, string> } = {}) =>
    checkKeyfile({ path, name, hotkey: 'default', signal, ...more })
  const brief = async (name: string, more = {}) =>
    (await check(name, more)).map(({ verdict, code }) => (code === undefined ? verdict : `${verdict} ${code}`))

  it('opens a hotkey that only its owner reads', async () => {
    const [found, ...more] = await check('plain')
    assert.deepEqual([found!.message, more], [`hotkey ${bob.address}, not encrypted`, []])
  })

  it('warns of a hotkey that others may read, and says what closes it', async () => {
    chmodSync(file('plain'), 0o644)
    const [, found] = await check('plain')
    assert.deepEqual(
      [found!.verdict, found!.code, found!.hint],
      ['warning', 'KEYFILE_SHARED', `chmod 600 ${file('plain')}`],
    )
  })

  it('warns of a hotkey of another user', async function () {
    if (process.getuid?.() !== 0) this.skip() // only root may give a file away
    chownSync(file('plain'), 65_534, 65_534)
    assert.deepEqual(await brief('plain'), ['ok', 'warning KEYFILE_FOREIGN'])
  })

  it('finds a hotkey that this user may not read', async function () {
    if (process.getuid?.() === 0) this.skip() // root may read any
    chmodSync(file('plain'), 0o000)
    assert.deepEqual(await brief('plain'), ['fault KEYFILE_UNREADABLE'])
  })

  it('finds a hotkey that is missing, and names those that there are', async () => {
    const [found] = await check('nowhere')
    assert.deepEqual([found!.verdict, found!.code], ['fault', 'HOTKEY_NOT_FOUND'])
    assert.match(found!.hint!, /plain\/default/)
  })

  it('finds a file that is damaged, or holds the public half alone', async () => {
    writeFileSync(file('plain'), '{"secretPhrase": ', { mode: 0o600 })
    assert.deepEqual(await brief('plain'), ['fault KEYFILE_MALFORMED'])
    assert.deepEqual(await brief('public'), ['fault KEYFILE_PUBLIC_ONLY'])
    assert.deepEqual(await brief('ed25519'), ['fault KEYFILE_CRYPTO_UNSUPPORTED'])
  })

  it('warns of an encrypted hotkey without a password, and asks for none', async () => {
    const [found] = await check('locked')
    assert.deepEqual([found!.verdict, found!.code], ['warning', 'PASSWORD_MISSING'])
    assert.match(found!.hint!, /^MINER_WALLET_PASSWORD=file:PATH/)
  })

  it('opens an encrypted hotkey with its password, and finds a wrong one', async function () {
    this.timeout(120_000) // decrypting is slow by design
    const [found] = await check('locked', { password: 'correct horse battery' })
    assert.match(found!.message, /^hotkey 5\w+, which the password opens$/)
    assert.deepEqual(await brief('locked', { password: 'wrong' }), ['fault KEYFILE_PASSWORD_WRONG'])
  })
})
