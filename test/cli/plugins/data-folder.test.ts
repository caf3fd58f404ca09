import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataFolder, diskFull } from '#dist/cli/plugins/data-folder.js'

describe('DataFolder', () => {
  let path: string
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'miner-data-'))
    for (const name of ['miner-a', 'miner-b', '@scope/miner-c']) add(name)
    writeFileSync(join(path, 'package.json'), '{"dependencies":{"miner-a":"1.0.0"}}')
    writeFileSync(join(path, 'node_modules/.package-lock.json'), '{}')
  })
  afterEach(() => rmSync(path, { recursive: true, force: true }))

  const modules = (name: string) => join(path, 'node_modules', name)
  const add = (name: string) => {
    mkdirSync(modules(name), { recursive: true })
    writeFileSync(join(modules(name), 'package.json'), '{}')
  }
  const fail = (error: Error) => async () => {
    for (const name of ['miner-new', '@scope/miner-new', '.miner-a-Xy1']) add(name)
    rmSync(modules('miner-b'), { recursive: true })
    // Takes the inode that is free now, so that the new folder gets another one.
    mkdirSync(modules('other'))
    add('miner-b')
    writeFileSync(join(path, 'package.json'), '')
    writeFileSync(join(path, 'package-lock.json'), '')
    throw error
  }
  const left = () =>
    [
      'miner-a',
      'miner-b',
      '@scope/miner-c',
      'miner-new',
      '@scope/miner-new',
      '.miner-a-Xy1',
      '.package-lock.json',
    ].filter(name => existsSync(modules(name)))

  it('undoes what a failed npm left: new folders, emptied files', async () => {
    await assert.rejects(new DataFolder(path).undoFailed(fail(new Error('no network'))), { message: 'no network' })
    assert.deepEqual(left(), ['miner-a', 'miner-b', '@scope/miner-c'])
    assert.equal(readFileSync(join(path, 'package.json'), 'utf8'), '{"dependencies":{"miner-a":"1.0.0"}}')
    assert.ok(!existsSync(join(path, 'package-lock.json')))
  })

  it('removes what was replaced on a full disk, because files of it may be missing', async () => {
    await assert.rejects(new DataFolder(path).undoFailed(fail(diskFull(path))), { code: 'DISK_FULL' })
    assert.deepEqual(left(), ['miner-a', '@scope/miner-c'])
  })

  it('keeps what npm did when it succeeds', async () => {
    await new DataFolder(path).undoFailed(async () => add('miner-new'))
    assert.deepEqual(left(), ['miner-a', 'miner-b', '@scope/miner-c', 'miner-new', '.package-lock.json'])
  })

  it('leaves no file behind that it could not finish', async () => {
    rmSync(join(path, 'package.json'))
    mkdirSync(join(path, 'package.json'))
    await assert.rejects(new DataFolder(path).write({ oclif: { plugins: [] } }), { code: 'DATA_FOLDER_UNWRITABLE' })
    assert.ok(!existsSync(join(path, 'package.json.new')))
  })
})
