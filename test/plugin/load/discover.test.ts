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
  const messages = (...all: InstalledPlugin[]) => found(...all).map(({ problem }) => problem?.message)

  it('finds miners and dialects without running their code', () => {
    const all = found(
      installed({ contract: 1, miners: { a: './index.js', b: 'index.js' }, dialects: { c: './index.js' } }),
    )
    assert.deepEqual(
      all.map(({ kind, name, file, problem }) => ({ kind, name, file, problem })),
      [
        ['miner', 'a'],
        ['miner', 'b'],
        ['dialect', 'c'],
      ].map(([kind, name]) => ({ kind, name, file: join(plugins.root('miner-out'), 'index.js'), problem: undefined })),
    )
  })

  it('finds nothing in packages that declare neither', () => {
    for (const oclif of [undefined, null, 'x', [], { commands: './dist' }])
      assert.deepEqual(found(installed(oclif)), [])
  })

  for (const [what, path, message] of [
    ['is not there', './gone.js', 'has no module: the file ./gone.js does not exist'],
    ['is elsewhere', '../shout/index.js', 'has its module outside of its package'],
    ['is a link to elsewhere', './link.js', 'has its module outside of its package'],
    ['is the package itself', '.', 'has its module outside of its package'],
    ['is no path', 5, 'is not declared as a name and the path of a file in its package.json'],
    ['has a zero in its path', 'a\0b', 'has no module: the file a\0b does not exist'],
  ] as const)
    it(`reports a module that ${what}`, () => {
      assert.deepEqual(messages(installed({ contract: 1, miners: { a: path, good: './index.js' } })), [
        message,
        undefined,
      ])
    })

  it('hints to build a linked package, and to update any other', () => {
    const hints = (type: string) =>
      found(installed({ contract: 1, miners: { a: './gone.js' } }, { type })).map(({ problem }) => problem?.hint)
    assert.deepEqual(hints('link'), [`npm run build in ${plugins.root('miner-out')}`])
    assert.deepEqual(hints('user'), ['miner plugins:update, or miner plugins:uninstall miner-out'])
  })

  for (const name of ['Shout', 'a_b', 'a--b', '-a', '9', '__proto__', 'a'.repeat(41), 'a\u001b[2J'])
    it(`reports an invalid name: ${JSON.stringify(name)}`, () => {
      const miners = JSON.parse(`{${JSON.stringify(name)}: "./index.js"}`)
      assert.deepEqual(messages(installed({ contract: 1, miners })), [
        'has a name, in oclif.miners of its package.json, that is not made of lower-case letters, digits and single dashes',
      ])
    })

  it('reports a name that is taken, and a list instead of a table', () => {
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

  it('prefers packages that came with the program, then linked, then installed ones, and reports the others', () => {
    const oclif = { contract: 1, miners: { a: './index.js' } }
    const all = found(
      installed(oclif, { name: 'z-user', type: 'user' }),
      installed(oclif, { name: 'a-user', type: 'user' }),
      installed(oclif, { name: 'a-link', type: 'link' }),
      installed(oclif, { name: 'z-core', type: 'core' }),
    )
    assert.deepEqual(
      all.map(({ from, problem }) => [from.package, problem?.message]),
      [
        ['z-core', undefined],
        ['a-link', 'has the same name as one of z-core, which comes first'],
        ['a-user', 'has the same name as one of z-core, which comes first'],
        ['z-user', 'has the same name as one of z-core, which comes first'],
      ],
    )
  })

  it('does not reserve a name for a plugin that cannot be used', () => {
    const all = found(
      installed({ contract: 99, miners: { a: './index.js' } }, { name: 'future', type: 'link' }),
      installed({ contract: 1, miners: { a: './index.js' } }),
    )
    assert.deepEqual(
      all.map(({ problem }) => problem !== undefined),
      [true, false],
    )
  })

  it('assumes the first version of the contract, and reports that it is not declared', () => {
    const [one] = found(installed({ miners: { a: './index.js' } }))
    assert.equal(one?.noContract, true)
    assert.equal(one?.problem, undefined)
  })

  for (const version of [1, 2])
    it(`accepts contract ${version}`, () => {
      const [one] = found(installed({ contract: version, miners: { a: './index.js' } }))
      assert.equal(one?.problem, undefined)
    })

  for (const [version, words] of [
    [3, /^is written for version 3 of the plugin contract, and this program supports versions up to 2$/],
    [0, /^is written for version 0 .* no longer supports versions before 1$/],
    ['1', /not a whole number/],
    [1.5, /not a whole number/],
    [null, /not a whole number/],
  ] as const)
    it(`refuses contract ${JSON.stringify(version)}`, () => {
      const [one] = found(installed({ contract: version, miners: { a: './index.js' } }))
      assert.match(one?.problem?.message ?? '', words)
      assert.ok(one?.problem?.hint)
    })

  it('allows only the packages that the operator lists', () => {
    const oclif = { contract: 1, miners: { a: './index.js' } }
    const all = discover([installed(oclif, { name: 'one' }), installed(oclif, { name: 'two' })], {
      isTaken: () => false,
      allow: ['two'],
    })
    assert.deepEqual(
      all.map(({ problem }) => problem?.code),
      ['PLUGIN_NOT_ALLOWED', undefined],
    )
    assert.equal(all[0]?.problem?.hint, 'set plugins.allow to two,one')
  })
})
