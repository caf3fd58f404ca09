import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mock } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { OpenAI } from 'openai'
import { AXON, CLIENT_FOR, CONTRACT_VERSION, DENDRITE, HOTKEY, MINER, NoAnswer, openMiner } from '#dist/embed/index.js'
import type { OpenMinerOptions } from '#dist/embed/options.js'
import type { DialectPlugin, MinerPlugin } from '#dist/index.js'
import { contract } from '#dist/plugin/load/manifest.js'
import type { Miner } from '#dist/plugin/miner.js'
import { NoAnswer as HostNoAnswer } from '#dist/plugin/no-answer.js'
import { answered, startModelServer, whole } from '../support/model-server.ts'
import { alice, bob, charlie, send, signedRequest } from '../support/signed-request.ts'
import { keptLog } from './records.ts'

const loopback = { host: '127.0.0.1', port: 0 }
const admitsAlice = { axon: loopback, policy: { allow: [alice.address] } }
const wallets = new URL('../fixtures/wallets', import.meta.url).pathname

const shout: MinerPlugin = ({ defineMiner, z }) =>
  defineMiner({
    name: 'shout',
    summary: 'answers in capital letters',
    settings: z.object({ mark: z.string().default('!').describe('printed after each answer') }),
    create: ({ config }) => ({
      async *prompt({ messages }) {
        yield messages.at(-1)!.content.toUpperCase() + config.mark
        return { model: 'shout', finishReason: 'stop' }
      },
    }),
  })

const haiku: DialectPlugin = ({ defineDialect, defineRoute, z }) =>
  defineDialect({
    name: 'haiku',
    summary: 'asks for haiku',
    follows: 'somebody/haiku@1234567',
    synapses: {
      Haiku: defineRoute({
        body: z.object({ topic: z.string() }),
        hashed: ['topic'],
        example: { topic: 'TAO', poem: '' },
        async answer({ body, ask }) {
          return { poem: (await ask({ messages: [{ role: 'user', content: body.topic }] })).text }
        },
      }),
    },
  })

const haikuFile = `
name = "haiku"
summary = "a haiku for a topic"
follows = "you/haiku-subnet@1a2b3c4"
[synapses.Haiku]
hashed = ["topic"]
prompt = "{topic}"
answer = "haiku"
[synapses.Haiku.fields]
topic = "str"
haiku = "str = ''"
`

describe('openMiner', () => {
  it('answers with a client of the program', async () => {
    await using model = await startModelServer(whole('from its client'))
    const asked: unknown[] = []
    await using scope = await openMiner({
      use: 'openai',
      settings: { openai: { model: 'm', idleTimeout: '12s', n: 2, project: 'p' }, axon: { port: 0 } },
      provide: [
        [
          CLIENT_FOR,
          async at => {
            asked.push(at)
            return new OpenAI({ baseURL: model.url, apiKey: 'its own' })
          },
        ],
      ],
    })
    assert.equal(await ask(await scope.resolve(MINER)), 'from its client')
    assert.deepEqual(asked, [{ baseUrl: null, apiKey: null, organization: null, project: 'p' }])
    const { headers, body } = await model.arrived(0)
    assert.deepEqual([headers.authorization, body.model], ['Bearer its own', 'm'])
  })

  it('takes a client without a promise, and says what is wrong with something else', async () => {
    await using model = await startModelServer(whole('at once'))
    const given: [() => unknown, string | RegExp][] = [
      [() => new OpenAI({ baseURL: model.url, apiKey: 'k' }), 'at once'],
      [async () => ({}), /^CLIENT_FOR must return a promise of a client/],
      [() => undefined, /^CLIENT_FOR must return a promise of a client/],
    ]
    for (const [clientFor, expected] of given) {
      await using scope = await openMiner({ provide: [[CLIENT_FOR, clientFor as never]] })
      const text = await ask(await scope.resolve(MINER)).catch((error: TypeError) => error.message)
      if (typeof expected === 'string') assert.equal(text, expected)
      else assert.match(text, expected)
    }
  })

  it('tells of a missing key before it serves, in words of the settings', async () => {
    await using scope = await openMiner({ settings: admitsAlice, hotkey: bob })
    await assert.rejects(scope.resolve(AXON), {
      name: 'NoAnswer',
      code: 'MODEL_KEY_MISSING',
      hint: /^set settings\.openai\.apiKey, choose another endpoint with settings\.openai\.baseUrl, /,
    })
  })

  it('serves two miners at once, which do not meet', async () => {
    await using one = await startModelServer(whole('one'))
    await using other = await startModelServer(whole('other'))
    const logs = [keptLog(), keptLog()]
    const open = (model: { url: string }, at: number, hotkey: typeof bob) =>
      openMiner({
        settings: admitsAlice,
        provide: [[CLIENT_FOR, async () => new OpenAI({ baseURL: model.url, apiKey: 'k' })]],
        hotkey,
        log: logs[at]!.log,
      })
    await using first = await open(one, 0, bob)
    await using second = await open(other, 1, charlie)
    const axons = await Promise.all([first.resolve(AXON), second.resolve(AXON)])
    const replies = await Promise.all(axons.map(({ url, hotkey }) => send(url, signedRequest({ receiver: hotkey }))))
    assert.deepEqual(
      replies.map(({ json }) => json.completion),
      ['one', 'other'],
    )
    await first.close()
    assert.equal((await send(axons[1].url, signedRequest({ receiver: charlie.address }))).json.completion, 'other')
    const answers = logs.map(({ records }) => records.filter(({ event }) => event === 'answered').length)
    assert.deepEqual(answers, [1, 2])
  })

  it('warns only the miner whose plugin runs on without need', async () => {
    const logs = [keptLog(), keptLog()]
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const deaf: MinerPlugin = ({ defineMiner, z }) =>
      defineMiner({
        name: 'deaf',
        summary: 'ignores its signal',
        settings: z.object({}),
        create: () => ({
          async *prompt() {
            await released
            yield 'late'
            return { model: 'deaf', finishReason: 'stop' }
          },
        }),
      })
    await using scope = await openMiner({ use: deaf, settings: admitsAlice, hotkey: bob, log: logs[0]!.log })
    await using bystander = await openMiner({ use: shout, settings: admitsAlice, hotkey: bob, log: logs[1]!.log })
    const [{ url }] = await Promise.all([scope.resolve(AXON), bystander.resolve(AXON)])
    await send(url, signedRequest({ timeout: '0.2' }))
    const overdue = () => logs.map(({ records }) => records.filter(({ event }) => event === 'pluginOverdue').length)
    while (overdue()[0] === 0) await setTimeout(20)
    release()
    assert.deepEqual(overdue(), [1, 0])
  })

  it('takes a plugin, a promise of its definition, and its settings', async () => {
    const later = async (sdk: Parameters<MinerPlugin>[0]) => shout(sdk)
    for (const use of [shout, later as unknown as MinerPlugin]) {
      await using scope = await openMiner({ use, settings: { shout: { mark: '?' } } })
      assert.equal(await ask(await scope.resolve(MINER)), 'HI?')
    }
  })

  it('serves a dialect of the program, and asks it with a dendrite', async () => {
    await using scope = await openMiner({
      use: shout,
      dialect: haiku,
      settings: { axon: loopback, policy: { allow: [bob.address] } },
      hotkey: '//Bob',
    })
    const { url, hotkey } = await scope.resolve(AXON)
    const dendrite = await scope.resolve(DENDRITE)
    const reply = await dendrite.ask({
      url: new URL(url),
      receiver: hotkey,
      synapse: 'Haiku',
      fields: { topic: 'autumn', poem: '' },
      required: ['topic'],
      hashed: ['topic'],
      timeoutMs: 10_000,
    })
    assert.equal(reply.status, 200)
    assert.equal(reply.fields.get('poem'), 'AUTUMN!')
  })

  it('chooses a dialect by name, by subnet and by file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-embed-'))
    const dialectFile = join(folder, 'haiku.toml')
    writeFileSync(dialectFile, haikuFile)
    const cases: [OpenMinerOptions, string][] = [
      [{ dialect: 'readyai' }, 'CgSynapse'],
      [{ settings: { netuid: 33 } }, 'CgSynapse'],
      [{ settings: { dialect: 'readyai' } }, 'CgSynapse'],
      [{ settings: { dialectFile } }, 'Haiku'],
      [{}, 'Prompting'],
    ]
    for (const [options, known] of cases) {
      const settings = { ...options.settings, ...admitsAlice }
      await using scope = await openMiner({ use: 'echo', hotkey: bob, ...options, settings })
      const { url } = await scope.resolve(AXON)
      for (const synapse of ['CgSynapse', 'Haiku', 'Prompting']) {
        const { status } = await send(url, signedRequest({ synapse }))
        assert.equal(status === 404, synapse !== known, `${JSON.stringify(options)}: ${synapse} ${status}`)
      }
    }
    rmSync(folder, { recursive: true })
  })

  it('uses a miner that it is given, and leaves it open', async () => {
    let closed = 0
    const miner: Miner = {
      async *prompt() {
        yield 'given'
        return { model: 'given', finishReason: 'stop' }
      },
      close: async () => void closed++,
    }
    for (const given of [miner, Promise.resolve(miner)]) {
      await using scope = await openMiner({ settings: admitsAlice, hotkey: bob, provide: [[MINER, given]] })
      assert.equal(await scope.resolve(MINER), miner)
      const { url } = await scope.resolve(AXON)
      assert.equal((await send(url, signedRequest())).json.completion, 'given')
    }
    assert.equal(closed, 0)
  })

  it('resolves each service once', async () => {
    await using scope = await openMiner({ use: 'echo', hotkey: bob })
    assert.equal(scope.resolve(MINER), scope.resolve(MINER))
    assert.equal(await scope.resolve(HOTKEY), bob)
  })

  it('has values for a program that catches errors and writes plugins', () => {
    assert.equal(NoAnswer, HostNoAnswer)
    assert.equal(CONTRACT_VERSION, contract.version)
  })
})

describe('openMiner, on a hotkey', () => {
  it('opens that of a wallet', async () => {
    for (const [wallet, address] of [
      [{ path: wallets, name: 'plain' }, bob.address],
      [{ path: wallets, name: 'locked', password: 'correct horse battery' }, charlie.address],
    ] as const) {
      await using scope = await openMiner({ use: 'echo', settings: { wallet } })
      assert.equal((await scope.resolve(HOTKEY)).address, address)
    }
  })

  it('wants a password that is given: it asks no terminal, and reads no variable', async () => {
    await using scope = await openMiner({ use: 'echo', settings: { wallet: { path: wallets, name: 'locked' } } })
    await assert.rejects(scope.resolve(AXON), {
      code: 'KEYFILE_LOCKED',
      hint: 'set wallet.password, or make the hotkey without a password',
    })
  })

  it('says what is missing when an axon has neither', async () => {
    await using scope = await openMiner({ use: 'echo', settings: { axon: loopback } })
    assert.equal(await ask(await scope.resolve(MINER)), 'hi')
    for (const token of [AXON, DENDRITE] as const)
      await assert.rejects(Promise.resolve<unknown>(scope.resolve(token as typeof AXON)), {
        name: 'ConfigError',
        code: 'CONFIG_INVALID',
        message: 'hotkey is missing: an axon answers with it, and a dendrite signs with it',
        hint: 'pass hotkey to openMiner, or settings.wallet with its name, hotkey and password',
      })
  })

  it('says which of the wallets there are, in words of the settings', async () => {
    await using scope = await openMiner({ use: 'echo', settings: { wallet: { path: wallets, name: 'nope' } } })
    await assert.rejects(scope.resolve(HOTKEY), ({ code, hint }: { code: string; hint: string }) => {
      assert.equal(code, 'HOTKEY_NOT_FOUND')
      assert.match(hint, /^choose one of these with settings\.wallet\.name and settings\.wallet\.hotkey: .*plain/)
      return true
    })
  })
})

describe('openMiner, at its end', () => {
  it('closes axon and miner, resolves nothing more, and closes once', async () => {
    const closed: string[] = []
    const closing: MinerPlugin = async sdk => {
      const definition = await shout(sdk)
      return {
        ...definition,
        create: async context => ({
          ...(await definition.create(context)),
          close: async () => void closed.push(context.signal.aborted ? 'after its signal' : 'early'),
        }),
      }
    }
    const scope = await openMiner({ use: closing, settings: admitsAlice, hotkey: bob })
    const { url } = await scope.resolve(AXON)
    await Promise.all([scope.close(), scope.close(), scope[Symbol.asyncDispose]()])
    assert.deepEqual(closed, ['after its signal'])
    await assert.rejects(fetch(`${url}/healthz`))
    assert.throws(() => scope.resolve(MINER), {
      name: 'ScopeError',
      code: 'SCOPE_CLOSED',
      hint: 'resolve before closing, or open another scope',
    })
  })

  it('waits for what is still being built, and closes it', async () => {
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
    const { promise: mayGo, resolve: go } = Promise.withResolvers<void>()
    let closed = 0
    const slow: MinerPlugin = async sdk => {
      const definition = await shout(sdk)
      return {
        ...definition,
        async create(context) {
          enter()
          await mayGo
          const close = () => setTimeout(50).then(() => void closed++)
          return { ...(await definition.create(context)), close }
        },
      }
    }
    const scope = await openMiner({ use: slow, settings: admitsAlice, hotkey: bob })
    const refused = assert.rejects(scope.resolve(AXON), { code: 'SCOPE_CLOSED' })
    await entered
    const closing = scope.close()
    go()
    await closing
    await refused
    assert.equal(closed, 1)
  })

  it('gives up on a miner that does not close', async () => {
    const clinging: MinerPlugin = async sdk => {
      const definition = await shout(sdk)
      return {
        ...definition,
        create: async context => ({ ...(await definition.create(context)), close: () => new Promise<void>(() => {}) }),
      }
    }
    const scope = await openMiner({ use: clinging })
    await scope.resolve(MINER)
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const refused = assert.rejects(scope.close(), { name: 'ScopeError', code: 'CLOSE_TIMEOUT' })
      mock.timers.tick(5_000)
      await refused
    } finally {
      mock.timers.reset()
    }
  })

  it('lets requests end before it closes, when the program drains the axon', async () => {
    const { promise: asked, resolve: arrive } = Promise.withResolvers<void>()
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
    const held: Miner = {
      async *prompt() {
        arrive()
        await mayAnswer
        yield 'drained'
        return { model: 'held', finishReason: 'stop' }
      },
    }
    await using scope = await openMiner({ settings: admitsAlice, hotkey: bob, provide: [[MINER, held]] })
    const axon = await scope.resolve(AXON)
    const reply = send(axon.url, signedRequest())
    await asked
    const drained = axon.drain(30_000)
    assert.equal((await fetch(`${axon.url}/healthz`)).status, 503)
    answer()
    assert.equal((await reply).json.completion, 'drained')
    assert.equal(await drained, true)
  })

  it('says that a port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    await using scope = await openMiner({
      use: 'echo',
      settings: { axon: { host: '127.0.0.1', port } },
      hotkey: bob,
    })
    await assert.rejects(scope.resolve(AXON), {
      name: 'AxonError',
      code: 'PORT_IN_USE',
      message: `port ${port} is in use`,
      hint: 'stop the program that has it, or choose another with settings.axon.port (0 picks a free one)',
    })
    server.close()
  })
})

describe('openMiner, with its nonces on disk', () => {
  it('keeps them in its folder, which another miner of the hotkey finds locked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-embed-store-'))
    after(() => rmSync(folder, { recursive: true, force: true }))
    const options: OpenMinerOptions = {
      use: 'echo',
      settings: { axon: { host: '127.0.0.1', port: 0, store: 'disk' } },
      hotkey: bob,
    }
    await using one = await openMiner({ ...options, folder })
    await one.resolve(AXON)
    await using other = await openMiner({ ...options, folder })
    await assert.rejects(other.resolve(AXON), { name: 'StoreError', code: 'STORE_LOCKED' })
    await using lost = await openMiner(options)
    await assert.rejects(lost.resolve(AXON), { code: 'CONFIG_INVALID', message: /folder is missing/ })
  })
})

describe('openMiner, on its log', () => {
  it('gives records without secrets', async () => {
    await using model = await startModelServer(answered(500, { error: { message: 'no use for sk-0123456789' } }))
    const { log, records } = keptLog()
    await using scope = await openMiner({
      settings: { ...admitsAlice, openai: { baseUrl: model.url, apiKey: 'sk-0123456789' } },
      hotkey: bob,
      log,
    })
    const { url } = await scope.resolve(AXON)
    await send(url, signedRequest())
    const text = JSON.stringify(records)
    assert.match(text, /"failed"/)
    assert.equal(text.includes('sk-0123456789'), false, text)
  })

  it('obeys log.level of the settings', async () => {
    const { log, records } = keptLog()
    await using scope = await openMiner({
      use: shout,
      settings: { ...admitsAlice, log: { level: 'warn' } },
      hotkey: bob,
      log,
    })
    const { url } = await scope.resolve(AXON)
    await send(url, signedRequest())
    assert.deepEqual(records, [])
  })

  it('warns that an axon admits nobody', async () => {
    const { log, records } = keptLog()
    await using scope = await openMiner({ use: shout, settings: { axon: loopback }, hotkey: bob, log })
    await scope.resolve(AXON)
    assert.deepEqual(
      records.map(({ code }) => code),
      ['NOBODY_ALLOWED'],
    )
  })

  for (const [how, fail] of [
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ] satisfies [string, () => unknown][])
    it(`answers although the log ${how}, and warns of that once`, async () => {
      const warnings: string[] = []
      const listen = ({ message }: Error) => warnings.push(message)
      process.on('warning', listen)
      await using scope = await openMiner({
        use: shout,
        settings: admitsAlice,
        hotkey: bob,
        log: { debug: fail, info: fail, warn: fail, error: fail },
      })
      const { url } = await scope.resolve(AXON)
      for (const _ of [1, 2]) assert.equal((await send(url, signedRequest())).json.completion, 'HI!')
      await scope.close()
      process.off('warning', listen)
      assert.deepEqual(warnings, ['the log that was passed to openMiner throws: Error: disk full'])
    })
})

async function ask(miner: Miner): Promise<string> {
  const asked = { id: '1', signal: AbortSignal.timeout(30_000), deadline: Date.now() + 30_000 }
  let text = ''
  for await (const piece of miner.prompt({ messages: [{ role: 'user', content: 'hi' }] }, asked))
    text += typeof piece === 'string' ? piece : (piece.text ?? '')
  return text
}
