import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AdminError } from '#dist/admin/admin-error.js'
import { readOrMakeToken, tokenPath } from '#dist/admin/token-file.js'

const unusable = (why: RegExp) => (error: unknown) =>
  error instanceof AdminError && error.code === 'ADMIN_TOKEN_UNUSABLE' && why.test(error.message)

describe('the token of the admin port', () => {
  let folder: string
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'miner-token-')), 'admin')
  })
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

  it('is 32 random bytes, made once, in a file that only this user may read', async () => {
    const token = await readOrMakeToken(folder)
    assert.equal(Buffer.from(token, 'base64url').length, 32)
    assert.equal(statSync(tokenPath(folder)).mode & 0o777, 0o600)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.equal(await readOrMakeToken(folder), token)
    assert.notEqual(await readOrMakeToken(join(folder, 'other')), token)
  })

  it('is the same for miners that start at one moment', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => readOrMakeToken(folder)))
    assert.equal(new Set(tokens).size, 1)
    assert.equal(readFileSync(tokenPath(folder), 'utf8'), `${tokens[0]}\n`)
  })

  it('is refused from a file that others may read or have written', async () => {
    await readOrMakeToken(folder)
    chmodSync(tokenPath(folder), 0o640)
    await assert.rejects(readOrMakeToken(folder), unusable(/may be read by others \(mode 640\)/))
    chmodSync(tokenPath(folder), 0o600)
    chmodSync(folder, 0o777)
    await assert.rejects(readOrMakeToken(folder), unusable(/is in a folder that may be written by others/))
  })

  it('is refused from a link, and a link is not followed to write one', async () => {
    mkdirSync(folder, { mode: 0o700 })
    const elsewhere = join(folder, 'elsewhere')
    symlinkSync(elsewhere, tokenPath(folder))
    await assert.rejects(readOrMakeToken(folder), unusable(/is a symbolic link/))
    assert.equal(existsSync(elsewhere), false)
  })

  it('is refused from a file of another user', async function () {
    if (process.getuid?.() !== 0) this.skip() // only root can give a file away
    await readOrMakeToken(folder)
    const { chownSync } = await import('node:fs')
    chownSync(tokenPath(folder), 65_534, 65_534)
    await assert.rejects(readOrMakeToken(folder), unusable(/belongs to the user with id 65534/))
  })

  it('is refused from a file that holds something else', async () => {
    mkdirSync(folder, { mode: 0o700 })
    for (const text of ['', 'short', 'x'.repeat(44)]) {
      writeFileSync(tokenPath(folder), text, { mode: 0o600 })
      await assert.rejects(readOrMakeToken(folder), unusable(/does not hold a token/))
    }
  })
})
