import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageSpec } from '#dist/cli/plugins/install-args.js'

describe('packageSpec', () => {
  it('leaves what is no path to oclif and npm', () => {
    for (const word of ['miner-shout', '@me/miner-shout@1.0.0', 'somebody/miner-shout', 'https://host/x.tgz', ''])
      assert.equal(packageSpec(word), word)
    assert.equal(packageSpec('src'), 'src', 'a folder that has the name of a package')
  })

  it('gives whatever is there with its whole path', () => {
    for (const word of ['./package.json', 'file:package.json', 'file:./package.json'])
      assert.equal(packageSpec(word), `file:${join(process.cwd(), 'package.json')}`)
    assert.equal(packageSpec('src/cli'), `file:${join(process.cwd(), 'src/cli')}`)
    assert.equal(packageSpec('file:///anywhere/x.tgz'), 'file:///anywhere/x.tgz')
    assert.equal(packageSpec('~'), `file:${homedir()}`)
  })

  it('reads spaces and dollars in a path as they stand', () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner $& spec '))
    try {
      writeFileSync(join(folder, 'x.tgz'), '')
      assert.equal(packageSpec(join(folder, 'x.tgz')), `file:${folder}/x.tgz`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses a path where nothing is', () => {
    for (const word of ['./nope', '../nope', '/nope/x.tgz', '~/nope/x.tgz', '~nobody/x.tgz', 'file:nope.tgz'])
      assert.throws(() => packageSpec(word), { code: 'NO_SUCH_FILE' })
  })
})
