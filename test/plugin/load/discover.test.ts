import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Declared, discover, type InstalledPlugin } from '#dist/plugin/load/discover.js'
import { linkedPlugins, type PluginFolder, shout } from '../../support/plugins.ts'

const module = 'throw new Error("it ran")'

describe('discover', () => {
  let plugins: PluginFolder
  before(() => {
    plugins = linkedPlugins({ shout, 'miner-out': { 'package.json': {}, 'index.js': module } })
    symlinkSync(join(plugins.root('shout'), 'index.js'), join(plugins.root('miner-out'), 'link.js'))
  })
  after(() => plugins[Symbol.dispose]())

  function installed(oclif: unknown, more: Partial<InstalledPlugin> = {}): InstalledPlugin {
    return {
      name: 'miner-out',
      version: '1.0.0',
      root: plugins.root('miner-out'),
      type: 'user',
      pjson: { oclif },
      ...more,
    }
  }
  function found(...all: InstalledPlugin[]): readonly Declared[] {
    return discover(all, { isTaken: (_, name) => name === 'taken', allow: null })
  }
  const messages = (...all: InstalledPlugin[]) => found(...all).map(({ trouble }) => trouble?.message)

  it('finds miners and dialects without running anything', () => {
    const all = found(
      installed({ contract: 1, miners: { a: './index.js', b: 'index.js' }, dialects: { c: './index.js' } }),
    )
    assert.deepEqual(
      all.map(({ kind, name, file, trouble }) => ({ kind, name, file, trouble })),
      [
        ['miner', 'a'],
        ['miner', 'b'],
        ['dialect', 'c'],
      ].map(([kind, name]) => ({ kind, name, file: join(plugins.root('miner-out'), 'index.js'), trouble: undefined })),
    )
  })

  it('finds nothing in what is no plugin of ours', () => {
    for (const oclif of [undefined, null, 'x', [], { commands: './dist' }])
      assert.deepEqual(found(installed(oclif)), [])
  })

  for (const [what, path, message] of [
    ['is not there', './gone.js', 'has no module: there is no file ./gone.js'],
    ['is elsewhere', '../shout/index.js', 'has its module outside of its package'],
    ['is a link to elsewhere', './link.js', 'has its module outside of its package'],
    ['is the package itself', '.', 'has its module outside of its package'],
    ['is no path', 5, 'is not declared as a name and the path of a file in its package.json'],
    ['has a zero in its path', 'a\0b', 'has no module: there is no file a\0b'],
  ] as const)
    it(`tells of a module that ${what}`, () => {
      assert.deepEqual(messages(installed({ contract: 1, miners: { a: path, good: './index.js' } })), [
        message,
        undefined,
      ])
    })

  it('tells who linked a package to build it, and all others to update it', () => {
    const hints = (type: string) =>
      found(installed({ contract: 1, miners: { a: './gone.js' } }, { type })).map(({ trouble }) => trouble?.hint)
    assert.deepEqual(hints('link'), [`npm run build in ${plugins.root('miner-out')}`])
    assert.deepEqual(hints('user'), ['miner plugins:update, or miner plugins:uninstall miner-out'])
  })

  for (const name of ['Shout', 'a_b', 'a--b', '-a', '9', '__proto__', 'a'.repeat(41), 'a\u001b[2J'])
    it(`tells of a name that cannot be: ${JSON.stringify(name)}`, () => {
      const miners = JSON.parse(`{${JSON.stringify(name)}: "./index.js"}`)
      assert.deepEqual(messages(installed({ contract: 1, miners })), [
        'has a name, in oclif.miners of its package.json, that is not in small letters, digits and single dashes',
      ])
    })

  it('tells of a name that is taken, and of a list in the place of a table', () => {
    assert.deepEqual(messages(installed({ contract: 1, dialects: { taken: './index.js' } })), [
      'has a name, in oclif.dialects of its package.json, that is taken by this program',
    ])
    assert.deepEqual(messages(installed({ contract: 1, miners: ['./index.js'] })), [
      'has no name in oclif.miners of its package.json',
    ])
    assert.deepEqual(messages(installed({ contract: 1, dialects: { '': './index.js' } })), [
      'has no name in oclif.dialects of its package.json',
    ])
  })

  it('prefers what came with the program, then links, then what is installed; and says so of the others', () => {
    const oclif = { contract: 1, miners: { a: './index.js' } }
    const all = found(
      installed(oclif, { name: 'z-user', type: 'user' }),
      installed(oclif, { name: 'a-user', type: 'user' }),
      installed(oclif, { name: 'a-link', type: 'link' }),
      installed(oclif, { name: 'z-core', type: 'core' }),
    )
    assert.deepEqual(
      all.map(({ from, trouble }) => [from.package, trouble?.message]),
      [
        ['z-core', undefined],
        ['a-link', 'has the name of one of z-core, which comes first'],
        ['a-user', 'has the name of one of z-core, which comes first'],
        ['z-user', 'has the name of one of z-core, which comes first'],
      ],
    )
  })

  it('lets one that cannot be used take no name from another', () => {
    const all = found(
      installed({ contract: 99, miners: { a: './index.js' } }, { name: 'future', type: 'link' }),
      installed({ contract: 1, miners: { a: './index.js' } }),
    )
    assert.deepEqual(
      all.map(({ trouble }) => trouble !== undefined),
      [true, false],
    )
  })

  it('assumes the first version of the contract, and says that it does', () => {
    const [one] = found(installed({ miners: { a: './index.js' } }))
    assert.equal(one?.noContract, true)
    assert.equal(one?.trouble, undefined)
  })

  for (const [version, words] of [
    [2, /^is written for version 2 of the plugin contract, and this program knows 1$/],
    [0, /^is written for version 0 .* no longer knows those before 1$/],
    ['1', /no whole number/],
    [1.5, /no whole number/],
    [null, /no whole number/],
  ] as const)
    it(`refuses contract ${JSON.stringify(version)}`, () => {
      const [one] = found(installed({ contract: version, miners: { a: './index.js' } }))
      assert.match(one?.trouble?.message ?? '', words)
      assert.ok(one?.trouble?.hint)
    })

  it('allows only the packages that the operator names', () => {
    const oclif = { contract: 1, miners: { a: './index.js' } }
    const all = discover([installed(oclif, { name: 'one' }), installed(oclif, { name: 'two' })], {
      isTaken: () => false,
      allow: ['two'],
    })
    assert.deepEqual(
      all.map(({ trouble }) => trouble?.code),
      ['PLUGIN_NOT_ALLOWED', undefined],
    )
    assert.equal(all[0]?.trouble?.hint, 'set plugins.allow to two,one')
  })
})
