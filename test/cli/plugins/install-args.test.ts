import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageSpec, parseSpec } from '#dist/cli/plugins/install-args.js'

describe('packageSpec', () => {
  it('leaves what is no path to npm', () => {
    for (const word of ['miner-shout', '@me/miner-shout@1.0.0', 'https://host/x.tgz', ''])
      assert.equal(packageSpec(word), word)
    assert.equal(packageSpec('src'), 'src', 'a folder that has the name of a package')
    assert.equal(packageSpec('somebody/miner-shout'), 'https://github.com/somebody/miner-shout')
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

describe('parseSpec', () => {
  it('tells a package of the registry, with its tag, from an address', () => {
    assert.deepEqual(parseSpec('miner-shout'), { name: 'miner-shout', tag: 'latest' })
    assert.deepEqual(parseSpec('miner-shout@^1.2'), { name: 'miner-shout', tag: '^1.2' })
    assert.deepEqual(parseSpec('@me/miner-shout@next'), { name: '@me/miner-shout', tag: 'next' })
    for (const url of ['file:/x.tgz', 'https://host/x.tgz', 'git+ssh://git@host/x.git', 'alias@npm:other@1'])
      assert.deepEqual(parseSpec(url), { url })
  })
})
