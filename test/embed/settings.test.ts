import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import { CHAIN, CLIENT_FOR, ConfigError, HOTKEY, NEURON, openMiner } from '#dist/embed/index.js'
import type { OpenMinerOptions } from '#dist/embed/options.js'
import type { MinerPlugin } from '#dist/index.js'
import { bob } from '../support/signed-request.ts'

describe('openMiner, on settings', () => {
  it('has no chain unless the program names a network', async () => {
    await using scope = await openMiner({ use: 'echo', hotkey: '//Bob' })
    assert.equal(await scope.resolve(NEURON), null)
    await assert.rejects(
      scope.resolve(CHAIN),
      ({ problems: [problem] }: ConfigError) =>
        problem?.message === 'subtensor.network is none, and this needs a chain',
    )
    const settings = { subtensor: { endpoints: ['ws://127.0.0.1:9944'] }, policy: { minStake: 10 } }
    const hint = 'leave it out, or name a chain with settings.subtensor.network'
    assert.deepEqual(await problemsOf({ settings }), [
      [
        'RULE_BROKEN',
        'policy.minStake has no effect, because subtensor.network is none (settings.policy.minStake)',
        hint,
      ],
      [
        'RULE_BROKEN',
        'subtensor.endpoints has no effect, because subtensor.network is none (settings.subtensor.endpoints)',
        hint,
      ],
    ])
  })

  it('tells all that is wrong at once, each with its place and what mends it', async () => {
    const settings = {
      axon: { prot: 1, port: '8091' },
      openai: {
        temperature: 3,
        apiKey: 'env:SOME_KEY',
        baseUrl: 'localhost:8000/v1',
        endpoints: { baseUrl: 'http://127.0.0.1/v1' },
        suffix: 'x',
      },
      opena: {},
      netuid: -1,
      wallet: 'default',
      log: { level: 'lout' },
    }
    assert.deepEqual(await problemsOf({ settings }), [
      ['UNKNOWN_KEY', 'axon.prot is not a setting (settings.axon.prot)', 'write axon.port'],
      ['UNKNOWN_KEY', 'opena is not a setting (settings.opena)', 'write openai'],
      ['INVALID_VALUE', 'wallet must be a table (settings.wallet)', 'pass an object: wallet: { … }'],
      ['INVALID_VALUE', 'netuid must be between 0 and 65535, not -1 (settings.netuid)', 'set settings.netuid'],
      [
        'INVALID_VALUE',
        'log.level must be one of trace, debug, info, warn, error, silent, not "lout" (settings.log.level)',
        'set settings.log.level',
      ],
      [
        'INVALID_VALUE',
        'axon.port must be a whole number, not "8091" (settings.axon.port)',
        'write a number, without quotes',
      ],
      [
        'INVALID_VALUE',
        'openai.temperature must be between 0 and 2, or none, not 3 (settings.openai.temperature)',
        'set settings.openai.temperature',
      ],
      [
        'INVALID_VALUE',
        'openai.baseUrl must be a URL, not "localhost:8000/v1" (settings.openai.baseUrl)',
        'write http://localhost:8000/v1',
      ],
      [
        'SECRET_UNREADABLE',
        'openai.apiKey refers to the variable SOME_KEY, which is not read here (settings.openai.apiKey)',
        'pass process.env.SOME_KEY',
      ],
      [
        'INVALID_VALUE',
        'openai.endpoints must be a list, not a table (settings.openai.endpoints)',
        'write it in brackets: [ … ]',
      ],
      [
        'RULE_BROKEN',
        'openai.suffix needs api to be completions (settings.openai.suffix)',
        'set api to completions, or remove suffix',
      ],
    ])
  })

  it('reads what a file may have: units, none, snake_case, tables of other miners', async () => {
    const settings = {
      use: 'echo',
      max_timeout: undefined,
      axon: { max_timeout: '12s', maxBody: '64KiB' },
      openai: { anything: 'is not read' },
      echo: undefined,
    }
    await using _scope = await openMiner({ settings })
    await using _other = await openMiner({ settings: { openai: { maxTokens: null, temperature: 'none' } } })
  })

  it('speaks of settings in the rules of a miner, too', async () => {
    const ruled: MinerPlugin = ({ defineMiner, z }) =>
      defineMiner({
        name: 'ruled-2',
        summary: 'has a rule',
        settings: z.object({ mark: z.string().default('?') }),
        rules: () => [{ setting: 'mark', message: 'needs --mark !', hint: 'set MINER_RULED_2_MARK' }],
        create: () => ({}) as never,
      })
    assert.deepEqual(await problemsOf({ use: ruled, settings: { 'ruled-2': { mark: '.' } } }), [
      [
        'RULE_BROKEN',
        'ruled-2.mark needs settings.ruled-2.mark ! (settings.ruled-2.mark)',
        'set settings.ruled-2.mark',
      ],
    ])
    const [problem] = await problemsOf({ settings: { openai: { topK: 3, extra: { top_k: 4 } } } })
    assert.match(problem![1], /^openai\.extra has the field top_k, and settings\.openai\.topK is set too/)
  })

  it('refuses what a file could not hold, and says where it is', async () => {
    const cyclic: Record<string, unknown> = { model: 'm' }
    cyclic.self = cyclic
    const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)
    const endless = 'contains itself, or is nested too deeply'
    const cases: [object, string][] = [
      [cyclic, `openai.self ${endless} (settings.openai.self)`],
      [{ extra: cyclic }, `openai.extra ${endless} (settings.openai.extra)`],
      [{ extra: { deep } }, `openai.extra ${endless} (settings.openai.extra)`],
      [{ unknown: deep }, `openai.unknown ${endless} (settings.openai.unknown)`],
      [{ model: () => 'm' }, 'openai.model must be plain data, not a function (settings.openai.model)'],
      [{ model: Symbol('m') }, 'openai.model must be plain data, not a symbol (settings.openai.model)'],
      [
        { baseUrl: new URL('http://127.0.0.1/v1') },
        'openai.baseUrl must be plain data, not an object of class URL (settings.openai.baseUrl)',
      ],
      [
        { extra: { table: new Map([[1, 2]]) } },
        'openai.extra.table must be plain data, not an object of class Map (settings.openai.extra.table)',
      ],
      [new Map([['model', 'm']]), 'openai must be plain data, not an object of class Map (settings.openai)'],
      [Promise.resolve({}), 'openai must be plain data, not an object of class Promise (settings.openai)'],
      [{ stop: [undefined] }, 'openai.stop[0] must be text, not undefined (settings.openai.stop)'],
    ]
    for (const [openai, message] of cases)
      assert.deepEqual(
        (await problemsOf({ settings: { openai } })).map(([, text]) => text),
        [message],
      )
  })

  it('takes objects of another realm, without a prototype, or of a class', async () => {
    class Settings {
      model = 'm'
    }
    for (const openai of [
      runInNewContext('({ model: "m", stop: ["x"] })'),
      Object.assign(Object.create(null), { model: 'm' }),
      new Settings(),
    ]) {
      await using _scope = await openMiner({ settings: { openai } })
    }
  })

  it('hints at the plugin of a module, a definition or a miner that is passed instead', async () => {
    const miner = { prompt() {} }
    const cases: [object, string | undefined][] = [
      [{ use: { default: () => miner } }, 'pass the default export of the module: use: (await import(…)).default'],
      [{ dialect: { default: () => {} } }, 'pass the default export of the module: dialect: (await import(…)).default'],
      [{ use: miner }, 'pass a miner as a service: provide: [[MINER, miner]]'],
      [{ use: { name: 'shout' } }, 'pass the function that returns the definition: use: () => definition'],
      [{ use: {} }, undefined],
    ]
    for (const [options, hint] of cases) {
      const [option = ''] = Object.keys(options)
      const type = option === 'use' ? 'a miner or a MinerPlugin' : 'a dialect or a DialectPlugin'
      assert.deepEqual(await problemsOf(options as OpenMinerOptions), [
        ['INVALID_VALUE', `${option} must be the name of ${type}`, hint],
      ])
    }
  })

  it('suggests a name for a miner and a dialect that are unknown', async () => {
    assert.deepEqual(await problemsOf({ use: 'opnai' }), [
      ['INVALID_VALUE', 'there is no miner "opnai"', 'use "openai"'],
    ])
    assert.deepEqual(await problemsOf({ use: 'echo', settings: { dialect: 'promting' } }), [
      ['INVALID_VALUE', 'there is no dialect "promting"', 'use "prompting"'],
    ])
    assert.deepEqual(await problemsOf({ use: 'a-miner-of-npm' }), [
      [
        'INVALID_VALUE',
        'there is no miner "a-miner-of-npm"',
        'use one of openai, echo, or pass a plugin instead of a name',
      ],
    ])
  })

  it('names the plugin whose definition or settings are wrong', async () => {
    await assert.rejects(
      openMiner({
        use: () => {
          throw new Error('boom')
        },
      }),
      { name: 'PluginError', code: 'PLUGIN_BROKEN', message: 'the miner cannot be loaded: boom' },
    )
    await assert.rejects(openMiner({ use: (() => ({ name: 'x' })) as never }), {
      message: /^the miner x is not a valid miner: summary: /,
      hint: 'fix the miner that the program passes',
    })
    await assert.rejects(openMiner({ use: (() => undefined) as never }), { code: 'PLUGIN_BROKEN' })
    await assert.rejects(
      openMiner({
        use: ({ defineMiner, z }) =>
          defineMiner({ name: 'axon', summary: 'x', settings: z.object({}), create: () => ({}) as never }),
      }),
      { message: 'the miner axon has a name that is taken by the host' },
    )
  })

  it('refuses what is no option, in JavaScript, too', async () => {
    const wrong = {
      usse: 'echo',
      use: 1,
      settings: [],
      provide: [
        [CLIENT_FOR, {}],
        ['MINER', {}],
        [HOTKEY, bob],
      ],
      hotkey: bob,
      log: {},
    }
    assert.deepEqual(
      (await problemsOf(wrong as unknown as OpenMinerOptions)).map(([code, text]) => [code, text]),
      [
        ['UNKNOWN_KEY', 'usse is not an option of openMiner'],
        ['INVALID_VALUE', 'use must be the name of a miner or a MinerPlugin'],
        ['INVALID_VALUE', 'settings must be an object'],
        ['INVALID_VALUE', 'provide[0] must be a function that returns a promise of a client'],
        ['INVALID_VALUE', 'provide[1] does not begin with a token'],
        ['GIVEN_TWICE', 'provide[2] is given more than once'],
        ['INVALID_VALUE', 'log must have the functions debug, info, warn, error'],
      ],
    )
    assert.deepEqual(await problemsOf({ use: 'echo', settings: { use: 'echo' } }), [
      ['GIVEN_TWICE', 'use is given more than once', 'keep only one of use and settings.use'],
    ])
    assert.deepEqual(await problemsOf({ hotkey: bob, settings: { wallet: { name: 'x' } } }), [
      ['GIVEN_TWICE', 'hotkey is given more than once', 'keep only one of hotkey and settings.wallet'],
    ])
    assert.deepEqual(await problemsOf('echo' as never), [['INVALID_VALUE', 'the options must be an object', undefined]])
  })

  it('refuses a hotkey that is none, without repeating it', async () => {
    await assert.rejects(openMiner({ hotkey: 'a secret phrase of words' }), (error: Error) => {
      assert.match((error as Error & { code: string }).code, /^(PHRASE|URI)_/)
      assert.equal(error.message.includes('secret'), false)
      return true
    })
    const wrong = { ...bob, address: '12bzRJfh7arnnfPPUZHeJUaE62QLEwhK48QnH9LXeK2m1iZU' }
    assert.deepEqual(await problemsOf({ hotkey: wrong }), [
      [
        'INVALID_VALUE',
        'hotkey.address must be the ss58 address of the public key, with prefix 42',
        `use ${bob.address}`,
      ],
    ])
  })
})

async function problemsOf(options: OpenMinerOptions): Promise<[string, string, string | undefined][]> {
  const thrown = await openMiner(options).then(
    () => assert.fail('it was opened'),
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof ConfigError, String(thrown))
  assert.equal(thrown.code, 'CONFIG_INVALID')
  const lines = thrown.message.split('\n')
  return thrown.problems.map(({ code, hint }, at) => [code, lines[at]!, hint])
}
