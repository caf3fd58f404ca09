import assert from 'node:assert/strict'
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPrivateFile, replaceFile } from '#dist/disk/replace-file.js'

describe('replaceFile', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-replace-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const modeOf = (path: string) => lstatSync(path).mode & 0o777

  it('keeps the mode of a file, or sets another; a new file is private', async () => {
    const path = join(folder, 'a')
    assert.equal(await replaceFile(path, 'one'), true)
    assert.equal(modeOf(path), 0o600)
    chmodSync(path, 0o644)
    await replaceFile(path, 'two')
    assert.equal(modeOf(path), 0o644)
    assert.equal(readFileSync(path, 'utf8'), 'two')
    await replaceFile(path, 'three', { mode: 0o600 })
    assert.equal(modeOf(path), 0o600)
  })

  it('replaces what a symbolic link names, and not the link', async () => {
    const path = join(folder, 'a')
    writeFileSync(path, 'one')
    symlinkSync('a', join(folder, 'link'))
    await replaceFile(join(folder, 'link'), 'two')
    assert.ok(lstatSync(join(folder, 'link')).isSymbolicLink())
    assert.equal(readFileSync(path, 'utf8'), 'two')
  })

  it('leaves a file that changed meanwhile, and one that cannot be replaced', async () => {
    const path = join(folder, 'a')
    writeFileSync(path, 'one')
    assert.equal(await replaceFile(path, 'two', { isUnchanged: async () => false }), false)
    const broken = { isUnchanged: () => Promise.reject(new Error('no')) }
    await assert.rejects(replaceFile(path, 'two', broken), /no/)
    await assert.rejects(replaceFile(join(path, 'b'), 'two'), { code: 'ENOTDIR' })
    assert.equal(readFileSync(path, 'utf8'), 'one')
    assert.deepEqual(readdirSync(folder), ['a'])
  })
})

describe('createPrivateFile', () => {
  it('takes no path that is taken, not even by a link to nowhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-create-'))
    try {
      assert.equal(await createPrivateFile(join(folder, 'a'), 'one'), true)
      assert.equal(await createPrivateFile(join(folder, 'a'), 'two'), false)
      assert.equal(readFileSync(join(folder, 'a'), 'utf8'), 'one')
      symlinkSync('nowhere', join(folder, 'link'))
      assert.equal(await createPrivateFile(join(folder, 'link'), 'two'), false)
      assert.deepEqual(readdirSync(folder).sort(), ['a', 'link'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
