import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Declared } from '#dist/plugin/load/discover.js'
import { guardMiner } from '#dist/plugin/load/guard-miner.js'
import { loadDialect, loadMiner } from '#dist/plugin/load/load-plugin.js'
import type { Miner, MinerDefinition } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import type { PluginKind } from '#dist/plugin/sdk.js'
import { haikuDialect, linkedPlugins, type PluginFolder, shoutMiner } from '../../support/plugins.ts'
import { sdk } from '../../support/sdk.ts'

const zod = join(import.meta.dirname, '../../../node_modules/zod')
const miner = (more: string, settings = 'z.object({})') =>
  `export default ({ z }) => ({ name: 'a', summary: 'one', settings: ${settings}, create: () => ({ prompt() {} }), ${more} })`
const dialect = (route: string, more = '') => `
export default ({ z }) => ({ name: 'a', summary: 'one', follows: 'x/y@1', ${more}
  synapses: { Asked: { body: z.object({ q: z.string() }), hashed: ['q'], example: { q: 'x' }, async answer() {}, ${route} } } })`

describe('a plugin’s module', () => {
  const broken: Record<string, [code: string, words: RegExp]> = {
    throws: ['throw new Error("no\\ndatabase")', /a of p@1\.0\.0 cannot be loaded: no database$/],
    'throws nothing': ['throw undefined', /cannot be loaded: undefined$/],
    'throws what cannot be shown': [
      'throw { toString() { throw 1 } }',
      /cannot be loaded: something that cannot be shown$/,
    ],
    'does not parse': ['export default (', /cannot be loaded: /],
    'imports what is not there': ['import "nowhere-at-all"', /cannot be loaded: Cannot find package/],
    'waits for ever': ['await new Promise(() => {})', /cannot be loaded: took longer than 200 ms$/],
    'has no default': ['export const a = 1', /the default export of its module is not a function$/],
    'has a default that is no function': ['export default {}', /the default export of its module is not a function$/],
    'throws when it is called': [
      'export default () => { throw new TypeError("x is null") }',
      /cannot be loaded: x is null$/,
    ],
    rejects: ['export default async () => { throw new Error("late") }', /cannot be loaded: late$/],
    'changes what all are handed': [
      'export default sdk => { sdk.objectIn = () => null }',
      /cannot be loaded: Cannot assign to read only property/,
    ],
    'gives nothing': ['export default () => {}', /is not a valid miner: /],
    'has another name': [miner("name: 'b'"), /is not a valid miner: name: must be a, as its package\.json says$/],
    'has a summary of two lines': [miner("summary: 'a\\nb'"), /is not a valid miner: summary: must be one line/],
    'has settings that are no zod object': [miner('', '{}'), /settings: must be an object of zod 4/],
    'has settings of zod that are no object': [miner('', 'z.string()'), /settings: must be an object of zod 4/],
    'has a field that there is not': [miner('rule: () => []'), /is not a valid miner: rule: unknown field, see docs/],
    'has no create': [miner('create: 5'), /create: must be a function$/],
    'has a getter that throws': [miner('get summary() { throw 1 }'), /is not a valid miner: it cannot be read$/],
  }
  const brokenDialects: Record<string, [code: string, words: RegExp]> = {
    'has no synapse': [
      "export default () => ({ name: 'a', summary: 'one', follows: 'x', synapses: {} })",
      /synapses: must have at least one$/,
    ],
    'takes the ping': [
      dialect('').replace('Asked', 'Synapse'),
      /synapses: Synapse: must be the name of a Python class other than Synapse, which is the ping$/,
    ],
    'has a body that is no schema': [dialect('body: {}'), /synapses: Asked: body: must be a schema of zod 4$/],
    'hashes what is no field': [dialect('hashed: [5]'), /synapses: Asked: hashed: must be/],
    'hashes what is no JSON in the place of a field': [
      dialect("hashed: ['q', { name: 'size', absent: 'auto' }]"),
      /synapses: Asked: hashed: absent must be JSON text/,
    ],
    'has an example that does not fit': [dialect('example: { q: 5 }'), /synapses: Asked: example: must fit the body$/],
    'has an example that is no JSON': [dialect('example: { q: "x", z: () => {} }'), /synapses: Asked: example: /],
    'has a setting that there is not': [dialect('timout: 5'), /synapses: Asked: timout: unknown field, see docs/],
    'holds a stream back': [
      dialect("frames: 'text', notBefore: 5"),
      /Asked: notBefore: is for answers without frames only/,
    ],
    'has no answer': [dialect('answer: null'), /synapses: Asked: answer: must be a function$/],
    'needs what nobody has': [dialect('', "needs: ['luck'],"), /needs: 0: /],
    'answers for the host': [
      dialect('', "routes: { 'GET /healthz': { async answer() {} } },"),
      /routes: GET \/healthz: must be GET or POST and a path other than \/healthz, which the host answers$/,
    ],
  }
  const good: Record<string, string> = {
    'in CommonJS': `module.exports = ({ z }) => ({ name: 'a', summary: 'one', settings: z.object({}), create() {} })`,
    'in CommonJS made of TypeScript': `exports.__esModule = true; exports.default = ({ z }) => ({ name: 'a', summary: 'one', settings: z.object({}), create() {} })`,
    'with an await at its top': `await null; ${miner('')}`,
    'with another copy of zod': `import { z } from 'zod'\nexport default () => ({ name: 'a', summary: 'one', settings: z.object({ b: z.string().default('c') }), create: () => ({ prompt() {} }) })`,
  }

  let plugins: PluginFolder
  const all = {
    ...Object.fromEntries(Object.entries({ ...broken, ...brokenDialects }).map(([k, [code]]) => [k, code])),
    ...good,
  }
  const fileOf = (what: string) => `${what.replaceAll(' ', '-')}.${what.startsWith('in CommonJS') ? 'cjs' : 'js'}`
  before(() => {
    const files = Object.fromEntries(Object.entries(all).map(([what, code]) => [fileOf(what), code]))
    const more = { 'shout.js': shoutMiner, 'haiku.js': haikuDialect, 'faulty.js': faulty }
    plugins = linkedPlugins({ p: { 'package.json': {}, ...files, ...more } })
    const filter = (path: string) => !/\.(ts|cts|cjs|md)$|\/(v3|src)$/.test(path)
    cpSync(zod, join(plugins.root('p'), 'node_modules/zod'), { recursive: true, dereference: true, filter })
  })
  after(() => plugins[Symbol.dispose]())

  function declared(kind: PluginKind, name: string, file: string): Declared {
    const from = { package: 'p', version: '1.0.0', root: plugins.root('p'), type: 'link' }
    return { kind, name, from, file: join(plugins.root('p'), file), noContract: false }
  }

  for (const [what, [, message]] of Object.entries(broken))
    it(`of a miner that ${what} is an error that names the plugin`, async () => {
      const loading = loadMiner(declared('miner', 'a', fileOf(what)), sdk, 200)
      await assert.rejects(loading, { code: 'PLUGIN_BROKEN', message, hint: /^fix it in .*uninstall p$/ })
    })

  for (const [what, [, message]] of Object.entries(brokenDialects))
    it(`of a dialect that ${what} is an error that names the plugin`, async () => {
      await assert.rejects(loadDialect(declared('dialect', 'a', fileOf(what)), sdk), { code: 'PLUGIN_BROKEN', message })
    })

  for (const what of Object.keys(good))
    it(`${what} is a miner`, async () => {
      assert.equal((await loadMiner(declared('miner', 'a', fileOf(what)), sdk)).name, 'a')
    })

  it('gives a miner and a dialect', async () => {
    assert.equal((await loadMiner(declared('miner', 'shout', 'shout.js'), sdk)).summary, 'answers in capital letters')
    assert.deepEqual(Object.keys((await loadDialect(declared('dialect', 'haiku', 'haiku.js'), sdk)).synapses), [
      'Haiku',
    ])
  })

  it('is not run when its declaration has a problem', async () => {
    const problem = { code: 'PLUGIN_NOT_ALLOWED', message: 'is not allowed', hint: 'allow it' } as const
    const loading = loadMiner({ ...declared('miner', 'throws', 'throws.js'), problem }, sdk)
    await assert.rejects(loading, {
      code: 'PLUGIN_NOT_ALLOWED',
      message: /of p@1\.0\.0 is not allowed$/,
      hint: 'allow it',
    })
    await assert.rejects(loadMiner({ ...declared('miner', '', 'throws.js'), problem }, sdk), {
      message: 'the miner of p@1.0.0 is not allowed',
    })
  })

  it('is named when the miner is never created, or never gets ready', async () => {
    const about = { name: 'a', summary: 'one', settings: z.object({}) }
    const context = {} as Parameters<MinerDefinition['create']>[0]
    const build = (create: MinerDefinition['create']) =>
      guardMiner({ ...about, create }, declared('miner', 'a', 'a.js'), 50).create(context)
    const code = 'PLUGIN_BROKEN'
    await assert.rejects(build(never) as Promise<Miner>, {
      code,
      message: /cannot be created: took longer than 50 ms$/,
    })
    const { ready } = await build(() => ({ prompt: never as never, ready: never }))
    await assert.rejects(ready!(), { code, message: /cannot get ready: took longer than 0\.05 s, with `create`$/ })
  })

  it('has one bound for being created and getting ready together', async () => {
    const about = { name: 'a', summary: 'one', settings: z.object({}) }
    const create = () => setTimeout(500, { prompt: never as never, ready: never })
    const context = {} as Parameters<MinerDefinition['create']>[0]
    const miner = await guardMiner({ ...about, create }, declared('miner', 'a', 'a.js'), 1_000).create(context)
    // Timers fire in the order of their times: with a bound of its own, `ready` would be the later one.
    const first = await Promise.race([miner.ready!().catch(({ message }) => message), setTimeout(900, 'timer')])
    assert.match(first as string, /took longer than 1 s, with `create`$/)
  })

  it('is prepared and closed once, and prepared again after a failure', async () => {
    const calls: string[] = []
    const miner = {
      prompt: never as never,
      ready() {
        calls.push('ready')
        if (calls.length === 1) throw new NoAnswer('loading', 'not yet')
        return Promise.resolve()
      },
      close: async () => void calls.push('close'),
    }
    const about = { name: 'a', summary: 'one', settings: z.object({}), create: () => miner }
    const context = {} as Parameters<MinerDefinition['create']>[0]
    const { ready, close } = await guardMiner(about, declared('miner', 'a', 'a.js')).create(context)
    await assert.rejects(ready!(), { reason: 'loading' })
    await Promise.all([ready!(), ready!()])
    await ready!()
    await Promise.all([close!(), close!()])
    assert.deepEqual(calls, ['ready', 'ready', 'close'])
  })

  it('passes on all methods of its miner, and adds none to those of questions', async () => {
    const about = { name: 'a', summary: 'one', settings: z.object({}) }
    const rest = {
      endpoint: 'main',
      breaker: 'closed',
      failures: 0,
      restMs: 0,
      keys: [{ restMs: 5, code: 'X' }],
    } as const
    const prompt = never
    const all = {
      prompt,
      ready: async () => {},
      check: async () => [],
      relay: async () => ({ body: (async function* () {})(), outcome: never() }),
      embed: async () => ({ model: 'm', vectors: [] }),
      capabilities: () => ({ tools: true }),
      health: () => [rest],
      blacklist: () => ({ allow: true }) as const,
      priority: () => 1,
      close: async () => {},
    } as unknown as Required<Miner>
    const guarded = await build(() => all)
    assert.deepEqual(Object.keys(guarded).sort(), Object.keys(all).sort())
    assert.deepEqual(guarded.health!(), [rest])
    const long = { ...rest, endpoint: 'x'.repeat(1_000), keys: Array.from({ length: 100 }, () => rest.keys[0]) }
    const many = await build(() => ({ ...all, health: () => Array.from({ length: 100 }, () => long) }))
    const reported = many.health!()
    assert.deepEqual([reported.length, reported[0]!.keys.length, reported[0]!.endpoint.length], [64, 64, 200])
    const bare = await build(() => ({ prompt: prompt as never }))
    assert.deepEqual(Object.keys(bare).sort(), ['capabilities', 'close', 'prompt', 'ready'])

    function build(create: MinerDefinition['create']): Promise<Miner> {
      const context = {} as Parameters<MinerDefinition['create']>[0]
      return guardMiner({ ...about, create }, declared('miner', 'a', 'a.js')).create(context) as Promise<Miner>
    }
  })

  it('is named when the miner fails later', async () => {
    const { create, rules } = await loadMiner(declared('miner', 'faulty', 'faulty.js'), sdk)
    const build = async (how: string) => create({ config: { how } } as unknown as Parameters<typeof create>[0])
    await assert.rejects(build('throw'), {
      code: 'PLUGIN_BROKEN',
      message: /faulty of p@1\.0\.0 cannot be created: no$/,
    })
    await assert.rejects(build('nothing'), { code: 'PLUGIN_BROKEN', message: /without a function `prompt`$/ })
    await assert.rejects(build('say'), (error: unknown) => error instanceof NoAnswer && error.message === 'no key')
    await assert.rejects(build('odd'), {
      code: 'PLUGIN_BROKEN',
      message: /created with an invalid function: relay: must be a function$/,
    })
    const { ready, capabilities, health, close } = await build('fail')
    await assert.rejects(ready!(), { code: 'PLUGIN_BROKEN', message: /faulty of p@1\.0\.0 cannot get ready: no$/ })
    assert.throws(() => capabilities!(), { code: 'PLUGIN_BROKEN', message: /cannot report its capabilities: / })
    assert.throws(() => health!(), { code: 'PLUGIN_BROKEN', message: /cannot report on its endpoints: / })
    await assert.rejects(close!(), { code: 'PLUGIN_BROKEN', message: /cannot be closed: no$/ })
    assert.throws(() => rules?.({ how: 'throw' }, 'faulty'), {
      code: 'PLUGIN_BROKEN',
      message: /cannot check its settings: no$/,
    })
    assert.throws(() => rules?.({ how: 'nothing' }, 'faulty'), { code: 'PLUGIN_BROKEN' })
    const broken = { setting: 'how', at: ['first', 0], beside: ['where'], message: 'must be else', hint: 'write else' }
    assert.deepEqual(rules?.({ how: 'say' }, 'faulty'), [broken])
  })
})

const never = () => new Promise<never>(() => {})

const faulty = `
const no = () => { throw new Error('no') }
const fail = {
  throw: no,
  nothing: () => 5,
  odd: () => ({ prompt() {}, relay: true }),
  fail: () => ({ prompt() {}, ready: no, capabilities: () => ({ tools: 'yes' }), health: () => [{ endpoint: 5 }], close: no }),
}
export default ({ z, NoAnswer }) => ({
  name: 'faulty',
  summary: 'fails',
  settings: z.object({ how: z.string() }),
  rules: ({ how }) => fail[how]?.() ?? [{ setting: 'how', at: ['first', 0], beside: ['where'], message: 'must be else', hint: 'write else' }],
  create: ({ config: { how } }) => {
    if (how === 'say') throw new NoAnswer('unsupported', 'no key', { misuse: true })
    return fail[how]()
  },
})
`
