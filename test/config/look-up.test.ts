import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostSections } from '#dist/app/settings.js'
import { createLookup, lookUpSetting } from '#dist/config/look-up.js'
import { fileAt } from './reading.ts'

describe('lookUpSetting', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-look-up-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const sections = [hostSections.plugins, hostSections.top, hostSections.subnet, hostSections.dialect]
  type Given = { argv?: string[]; env?: Record<string, string>; file?: string }
  async function found(path: 'use' | 'netuid' | 'plugins.allow' | 'dialectFile', { argv = [], env = {}, file }: Given) {
    const config = join(folder, 'config.toml')
    if (file !== undefined) writeFileSync(config, file)
    const lookup = createLookup(sections, { argv, env, file: file === undefined ? null : await fileAt(config) })
    const setting = await lookUpSetting(lookup, path)
    return setting && { value: setting.value, from: setting.origin.from }
  }

  it('finds nothing when no layer gives the setting', async () => {
    assert.equal(await found('use', {}), undefined)
    assert.equal(await found('use', { env: { MINER_USE: '' }, file: '[log]\nlevel = "info"\n' }), undefined)
  })

  it('prefers a flag to the environment, and the environment to the file', async () => {
    const file = 'use = "a"\nnetuid = 1\n[other]\nx = 1\n'
    assert.deepEqual(await found('use', { file }), { value: 'a', from: 'file' })
    assert.deepEqual(await found('use', { file, env: { MINER_USE: 'b' } }), { value: 'b', from: 'environment' })
    const argv = ['hi', '--use', 'c']
    assert.deepEqual(await found('use', { file, env: { MINER_USE: 'b' }, argv }), { value: 'c', from: 'flag' })
  })

  for (const argv of [['--netuid', '74'], ['--netuid=74'], ['x', '--netuid', '74', '--', '--netuid', '5']])
    it(`reads ${argv.join(' ')} as loadConfiguration does`, async () => {
      assert.deepEqual(await found('netuid', { argv }), { value: 74, from: 'flag' })
    })

  for (const flag of ['--dialect-file', '--dialect_file', '--dialectFile'])
    it(`reads ${flag} once, although the flag has several spellings`, async () => {
      assert.deepEqual(await found('dialectFile', { argv: [flag, 'x.toml'] }), { value: 'x.toml', from: 'flag' })
    })

  it('finds no value when the setting is invalid, or its file cannot be read', async () => {
    assert.deepEqual(await found('netuid', { argv: ['--netuid', 'x'] }), { value: undefined, from: 'flag' })
    assert.deepEqual(await found('netuid', { env: { MINER_NETUID: '-1' } }), { value: undefined, from: 'environment' })
    assert.deepEqual(await found('netuid', { file: 'netuid = "1"' }), { value: undefined, from: 'file' })
    assert.deepEqual(await found('netuid', { file: 'netuid = ' }), { value: undefined, from: 'file' })
  })

  for (const [argv, value] of [
    [
      ['--allow-plugins', 'a', 'b', '--use', 'c'],
      ['a', 'b'],
    ],
    [
      ['--allow-plugins=a', 'b'],
      ['a', 'b'],
    ],
    [
      ['--plugins-allow', 'a', '--plugins-allow', 'b'],
      ['a', 'b'],
    ],
    [['--allow-plugins', 'a', '--', 'b'], ['a']],
  ] as const)
    it(`reads a list as oclif does: ${argv.join(' ')}`, async () => {
      assert.deepEqual(await found('plugins.allow', { argv: [...argv] }), { value, from: 'flag' })
    })

  it('reads a list of the environment and of the file', async () => {
    assert.deepEqual(await found('plugins.allow', { env: { MINER_PLUGINS_ALLOW: 'a, b' } }), {
      value: ['a', 'b'],
      from: 'environment',
    })
    assert.deepEqual(await found('plugins.allow', { file: '[plugins]\nallow = []\n' }), { value: [], from: 'file' })
  })
})
