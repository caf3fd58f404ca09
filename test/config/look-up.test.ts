import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostSections } from '#dist/app/settings.js'
import { lookUpSetting } from '#dist/config/look-up.js'
import { fileAt } from './reading.ts'

describe('peek', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-peek-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  type Said = { argv?: string[]; env?: Record<string, string>; file?: string }
  async function said(key: 'use' | 'netuid' | 'allow', { argv = [], env = {}, file }: Said) {
    const section = { use: hostSections.top, netuid: hostSections.subnet, allow: hostSections.plugins }[key]
    const path = join(folder, 'config.toml')
    if (file !== undefined) writeFileSync(path, file)
    const found = await lookUpSetting(section, key, { argv, env, file: file === undefined ? null : await fileAt(path) })
    return found && { value: found.value, from: found.origin.from }
  }

  it('tells nothing of what is not said', async () => {
    assert.equal(await said('use', {}), undefined)
    assert.equal(await said('use', { env: { MINER_USE: '' }, file: '[log]\nlevel = "info"\n' }), undefined)
  })

  it('heeds the file, before it the environment, before that the flag', async () => {
    const file = 'use = "a"\nnetuid = 1\n[other]\nx = 1\n'
    assert.deepEqual(await said('use', { file }), { value: 'a', from: 'file' })
    assert.deepEqual(await said('use', { file, env: { MINER_USE: 'b' } }), { value: 'b', from: 'environment' })
    const argv = ['hi', '--use', 'c']
    assert.deepEqual(await said('use', { file, env: { MINER_USE: 'b' }, argv }), { value: 'c', from: 'flag' })
  })

  for (const argv of [['--netuid', '74'], ['--netuid=74'], ['x', '--netuid', '74', '--', '--netuid', '5']])
    it(`reads ${argv.join(' ')} as the settings are read`, async () => {
      assert.deepEqual(await said('netuid', { argv }), { value: 74, from: 'flag' })
    })

  it('gives no value for what is not valid, or stands in a file that cannot be read', async () => {
    assert.deepEqual(await said('netuid', { argv: ['--netuid', 'x'] }), { value: undefined, from: 'flag' })
    assert.deepEqual(await said('netuid', { env: { MINER_NETUID: '-1' } }), { value: undefined, from: 'environment' })
    assert.deepEqual(await said('netuid', { file: 'netuid = "1"' }), { value: undefined, from: 'file' })
    assert.deepEqual(await said('netuid', { file: 'netuid = ' }), { value: undefined, from: 'file' })
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
      assert.deepEqual(await said('allow', { argv: [...argv] }), { value, from: 'flag' })
    })

  it('reads a list of the environment and of the file', async () => {
    assert.deepEqual(await said('allow', { env: { MINER_PLUGINS_ALLOW: 'a, b' } }), {
      value: ['a', 'b'],
      from: 'environment',
    })
    assert.deepEqual(await said('allow', { file: '[plugins]\nallow = []\n' }), { value: [], from: 'file' })
  })
})
