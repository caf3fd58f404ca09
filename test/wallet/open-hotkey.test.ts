import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createVerifier } from '#dist/keys/verifier.js'
import { type OpenHotkey, openHotkey } from '#dist/wallet/open-hotkey.js'
import { WalletError, type WalletErrorCode } from '#dist/wallet/wallet-error.js'
import { oldWallets, vectors } from '../support/old-wallets.ts'

const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'
const CHARLIE = '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y'
const DEVELOPMENT_ROOT = '5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV'
// Of the seed that SDK 6 cannot read; bittensor-wallet wrote this address beside it.
const RAW_SEED = '5GF3SAtakxdT16nVzXXiNHXbw95ZGgeMEHihmYtEmsYEj2rL'

describe('openHotkey', () => {
  let path: string
  let warnings: string[]

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'miner-wallets-'))
    cpSync(new URL('../fixtures/wallets', import.meta.url), path, { recursive: true })
    for (const name of ['plain', 'phrase', 'locked', 'ed25519', 'public']) chmodSync(file(name), 0o600)
    warnings = []
  })
  afterEach(() => rmSync(path, { recursive: true, force: true }))

  const file = (name: string, hotkey = 'default') => join(path, name, 'hotkeys', hotkey)
  const open = (name: string, more: Partial<OpenHotkey> = {}) =>
    openHotkey({ path, name, hotkey: 'default', env: {}, warn: message => warnings.push(message), ...more })

  /** Puts a hotkey of that content into a wallet of its own, and opens it. */
  const openContent = (content: string, more: Partial<OpenHotkey> = {}) => {
    mkdirSync(join(path, 'own/hotkeys'), { recursive: true })
    writeFileSync(file('own'), content, { mode: 0o600 })
    return open('own', more)
  }
  const refuses = async (opening: Promise<unknown>, code: WalletErrorCode, said = /./) => {
    await assert.rejects(opening, error => {
      assert.ok(error instanceof WalletError, String(error))
      assert.equal(error.code, code)
      assert.match(`${error.message}\n${error.hint}`, said)
      return true
    })
  }

  describe('opens what bittensor-wallet wrote:', () => {
    it('a keyfile with only a private key', async () => {
      const pair = await open('plain')
      assert.equal(pair.address, BOB)
      const text = Buffer.from('a text')
      const signed = { publicKey: pair.publicKey, text, signature: pair.sign(text) }
      assert.deepEqual(createVerifier({ onPanic: assert.ifError }).verify([signed]), [true])
      assert.deepEqual(warnings, [])
    })

    it('a key from a phrase', async () => {
      assert.equal((await open('phrase')).address, DEVELOPMENT_ROOT)
    })

    it('an encrypted key, with the password that btwallet left in the environment', async () => {
      // The path must be `w`, because the variable is named after it and the password scrambled with that name.
      const cwd = process.cwd()
      cpSync(join(path, 'locked'), join(path, 'w/locked'), { recursive: true })
      try {
        process.chdir(path)
        const env = { BT_PW_W_LOCKED_HOTKEYS_DEFAULT: 'ITstIjI8I38kIDE4IGQ9KTsgLjcg' }
        assert.equal((await open('locked', { path: 'w', env })).address, CHARLIE)
      } finally {
        process.chdir(cwd)
      }
    })
  })

  describe('opens what older tools wrote:', () => {
    for (const [name, address] of Object.entries(vectors.asSdk6Reads)) {
      if (name === 'bare') continue // only a public key
      it(name, async () => {
        cpSync(`${oldWallets}/${name}`, join(path, name), { recursive: true })
        chmodSync(file(name), 0o600)
        const pair = await open(name, { password: vectors.password })
        assert.equal(pair.address, address ?? RAW_SEED)
        const text = Buffer.from('a text')
        const signed = { publicKey: pair.publicKey, text, signature: pair.sign(text) }
        assert.deepEqual(createVerifier({ onPanic: assert.ifError }).verify([signed]), [true])
      })
    }
  })

  it('finds the wallets of the home directory', async () => {
    assert.equal((await open('plain', { path: `~/${relative(homedir(), path)}` })).address, BOB)
  })

  it('refuses an ed25519 key and names it', async () => {
    await refuses(open('ed25519'), 'KEYFILE_CRYPTO_UNSUPPORTED', /ed25519/)
  })

  it('refuses the public half of a hotkey', async () => {
    await refuses(open('public'), 'KEYFILE_PUBLIC_ONLY', /cannot sign/)
  })

  it('refuses a file above 64 KiB, and one of endless length', async () => {
    await refuses(openContent(' '.repeat(64 * 1024 + 1)), 'KEYFILE_TOO_LARGE')
    rmSync(file('own'))
    symlinkSync('/dev/zero', file('own'))
    await refuses(open('own'), 'KEYFILE_NOT_A_FILE')
  })

  it('refuses a folder and a pipe without waiting', async () => {
    mkdirSync(file('plain', 'folder'))
    await refuses(open('plain', { hotkey: 'folder' }), 'KEYFILE_NOT_A_FILE')
    execFileSync('mkfifo', [file('plain', 'pipe')])
    await refuses(open('plain', { hotkey: 'pipe' }), 'KEYFILE_NOT_A_FILE')
  })

  it('reports a file that cannot be read', async () => {
    symlinkSync('loop', file('plain', 'loop')) // not chmod 000, which stops nobody who runs this as root
    await refuses(open('plain', { hotkey: 'loop' }), 'KEYFILE_UNREADABLE', /user who owns/)
  })

  it('warns of a file that others can read', async () => {
    chmodSync(file('plain'), 0o640)
    await open('plain')
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, /mode 640.*chmod 600/)
  })

  it('refuses names that lead elsewhere', async () => {
    for (const bad of ['', '.', '..', '../plain', 'a/b', 'a\\b', 'a\0b']) {
      await refuses(open(bad), 'WALLET_NAME_INVALID')
      await refuses(open('plain', { hotkey: bad }), 'WALLET_NAME_INVALID')
    }
  })

  describe('when there is no such hotkey', () => {
    it('names the path and lists the hotkeys there, without public halves', async () => {
      writeFileSync(file('plain', 'defaultpub.txt'), '{}')
      await refuses(
        open('mine'),
        'HOTKEY_NOT_FOUND',
        /mine\/hotkeys\/default\n.*: ed25519\/default, locked\/default, phrase\/default, plain\/default, public\/default$/,
      )
      await refuses(open('plain', { hotkey: 'other' }), 'HOTKEY_NOT_FOUND', /plain\/hotkeys\/other/)
    })

    it('lists no more than 20', async () => {
      for (let i = 0; i < 50; i++) writeFileSync(file('plain', `h${i}`), '')
      await refuses(open('mine'), 'HOTKEY_NOT_FOUND', /: ([^,]+, ){19}[^,]+$/)
    })

    it('reports that the folder has no hotkeys', async () => {
      await refuses(
        open('mine', { path: join(path, 'nowhere') }),
        'HOTKEY_NOT_FOUND',
        /no hotkey file .*nowhere.*\n.*btcli/,
      )
    })
  })

  it('says that the folder of the wallets is a file', async () => {
    writeFileSync(join(path, 'notes.txt'), '')
    for (const end of ['', '/'])
      await refuses(
        open('mine', { path: join(path, `notes.txt${end}`) }),
        'HOTKEY_NOT_FOUND',
        /notes.txt\/? is not a folder/,
      )
  })

  describe('when the file is encrypted', () => {
    it('names the variables that open it', async () => {
      const variable = `BT_PW_${file('locked').replace(/[/.]/g, '_').toUpperCase()}`
      await refuses(open('locked'), 'KEYFILE_LOCKED', /MINER_WALLET_PASSWORD/)
      await refuses(open('locked'), 'KEYFILE_LOCKED', new RegExp(variable))
    })

    it('asks for a wrong password again, and gives up after three', async function () {
      this.timeout(300_000)
      const prompts: string[] = []
      const askPassword = async (prompt: string) => {
        prompts.push(prompt)
        return 'wrong'
      }
      await refuses(open('locked', { askPassword }), 'KEYFILE_PASSWORD_WRONG')
      assert.deepEqual(
        prompts.map(prompt => prompt.startsWith('Wrong password, try again. Password of')),
        [false, true, true],
      )
    })

    it('passes on the error when the user cancels the prompt', async () => {
      const askPassword = () => Promise.reject(new RangeError('nobody'))
      await assert.rejects(open('locked', { askPassword }), RangeError)
    })

    it('refuses a damaged file, and an Ansible Vault that it does not know, before it asks', async () => {
      const askPassword = () => assert.fail('asked')
      for (const [content, code] of [
        ['$NACL', 'KEYFILE_MALFORMED'],
        ['gAAAAABh', 'KEYFILE_MALFORMED'],
        ['$ANSIBLE_VAULT;1.1;AES256\n61', 'KEYFILE_MALFORMED'],
        ['$ANSIBLE_VAULT;1.0;AES\n61', 'KEYFILE_ENCRYPTION_UNSUPPORTED'],
      ] as const) {
        await refuses(openContent(content, { askPassword }), code, /btcli wallet regen-hotkey/)
      }
    })
  })
})
